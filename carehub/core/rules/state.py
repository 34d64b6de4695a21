"""What one rule remembers about one scope (or one device) between events; stored as JSON."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from carehub.core.events import Event, Value

_GREATEST = 2**53


class Shape(StrEnum):
    """How a rule decides; every rule has exactly one."""

    AT_ONCE = "at_once"
    """The event itself is enough."""
    WAIT = "wait"
    """Something held, or something stayed missing, for a while (`for`, `then_missing`)."""
    COUNT = "count"
    SEQUENCE = "sequence"
    ABSENT = "absent"
    """Nothing of a kind was seen in a daily window."""
    CHECK = "check"
    """Something is so at a local time."""
    CHANGE = "change"
    """The value of a device has risen or fallen by so much."""


DAILY = frozenset({Shape.ABSENT, Shape.CHECK})
"""These decide at a local time of the day."""


class Hit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a finding must know of an event that matched, kept until the rule has decided.

    Attributes:
        claim: When it happened by the device's own word, where it was told well after that.
    """

    seq: int
    at: datetime
    kind: str
    device: str | None = None
    place: str | None = None
    resident: str | None = None
    value: Value = None
    detail: str | None = None
    late: bool = False
    causes: tuple[str, ...] = ()
    claim: datetime | None = None

    @property
    def happened(self) -> datetime:
        """When it was, as far as anybody can say; deadlines count from when it was told (docs/adr/0034)."""
        return self.claim or self.at


class RuleState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of one rule under one key.

    Attributes:
        version: Content hash of the rule that wrote it.
        shape: The rule's shape then; state of another shape is never reused.
        hits: The trigger, the counted events, or the last event that an absence rule saw.
        chains: For a sequence: the newest chain of each length.
        due: When the rule decides; always covered by a deadline row at or before it.
        rests_until: A rule with `rest` does not begin anew before this moment.
        personal: Whether `due` follows what is usual for the person.
        ended: When the window ended that is judged at `due`, where nothing could be heard at its end.
    """

    version: str
    shape: Shape
    hits: tuple[Hit, ...] = ()
    chains: tuple[tuple[Hit, ...], ...] = ()
    due: datetime | None = None
    rests_until: datetime | None = None
    personal: bool = False
    ended: datetime | None = None


def storable(value: Value) -> Value:
    """The value as JSON can hold it: infinity, NaN and giant whole numbers tell nothing and become None."""
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > _GREATEST:
        return None
    return value


def hit_of(event: Event) -> Hit:
    """Keep of an event what a later finding needs, and nothing more."""
    return Hit(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        device=event.device,
        place=event.place,
        resident=event.resident,
        value=None if event.value is None else storable(event.value),
        detail=event.detail,
        late=event.late,
        causes=event.causes,
        claim=claim_of(event),
    )


def claim_of(event: Event) -> datetime | None:
    """When it happened, where the device tells it well after that; None for what is told as it happens."""
    return event.device_at if event.late else None


def moved(state: RuleState, by: timedelta) -> RuleState:
    """The same memory under a clock that was set: what has lasted so long has lasted so long still.

    A time of day is the clock's own and stays where it is.
    """
    if state.shape in DAILY:
        return state
    return replace(
        state,
        hits=tuple(_moved_hit(hit, by) for hit in state.hits),
        chains=tuple(tuple(_moved_hit(hit, by) for hit in chain) for chain in state.chains),
        due=state.due and state.due + by,
        rests_until=state.rests_until and state.rests_until + by,
    )


def _moved_hit(hit: Hit, by: timedelta) -> Hit:
    return replace(hit, at=hit.at + by)
