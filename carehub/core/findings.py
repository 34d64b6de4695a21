"""What the fold gives back: findings, deadlines, and the reason for each."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from carehub.core.events import Value
from carehub.core.severity import Severity


class Outcome(StrEnum):
    """What became of one event. Every event has one (invariant 12)."""

    ALERT = "alert"
    """It raised an alert, or attached to an open one."""
    PENDING = "pending"
    """A rule waits because of it; the deadline row says until when."""
    SUPPRESSED = "suppressed"
    """A rule would have fired, but a condition (away, staff present) held it back; the trace says which."""
    NO_RULE = "no_rule"
    """Rules saw it and none matched, or no rule asks for its kind."""
    UNCHANGED = "unchanged"
    """The device repeated a state that the hub already knew."""
    STATE_ONLY = "state_only"
    """A retained message: taken as state, never as an alarm."""
    TOO_LATE = "too_late"
    """Telemetry that says it is over an hour old: kept as history, no rule is run on it."""


class Condition(Struct, frozen=True, kw_only=True):
    """One line of a trace: which condition was asked, what was seen, and whether it held.

    Attributes:
        name: The word in the rule ("watch", "between", "for", "absence", "count", "unless.away", "floor").
        wanted: What the rule asks for, as the rule says it ("22:00-06:00").
        seen: What was seen ("02:10").
        held: Whether the condition held.
        event: seq of the event that was looked at, if one was.
    """

    name: str
    wanted: str
    seen: str
    held: bool
    event: int | None = None


class Trace(Struct, frozen=True, kw_only=True):
    """Why a rule fired, or why it did not."""

    rule: str
    version: str
    at: datetime
    fired: bool
    conditions: tuple[Condition, ...] = ()
    events: tuple[int, ...] = ()
    tuned: tuple[str, ...] = ()
    """Ids of the decisions by which the rule has other values here, the nearest last."""

    @property
    def is_held_back(self) -> bool:
        """Whether people were kept from what the rule found; a rule that is not meant for now has found nothing."""
        return not self.fired and not any(one.name.startswith("only_when.") and not one.held for one in self.conditions)


class Finding(Struct, frozen=True, kw_only=True):
    """A rule (or the floor, or a model) says that somebody should know.

    Attributes:
        kind: The alert kind: one open alert per resident and kind. A rule's `kind`, else its id.
        rule: Which rule found it; "floor" for the life-safety floor.
        version: The rule's content hash.
        at: The moment found, on the hub's clock.
        event: seq of the last event that made it; None for an absence with no trigger.
        place: Where, when known.
        press: True for a press of a button or cord, which is never deduplicated away.
        detail: Words to show beside the title, already in bokmål (a model's explanation).
        late: True when the thing happened well before the hub could know.
        causes: The rules whose findings led to this one, the first one first.
    """

    kind: str
    rule: str
    version: str
    severity: Severity
    at: datetime
    scope: str
    resident: str | None
    trace: Trace
    alert_code: str | None = None
    event: int | None = None
    device: str | None = None
    place: str | None = None
    press: bool = False
    detail: str | None = None
    value: Value = None
    late: bool = False
    causes: tuple[str, ...] = ()


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding that a silence held back.

    Attributes:
        silence: The silence's id.
        key: The state key of the rule, "id" or "id/device".
    """

    silence: str
    key: str
    finding: Finding


class Deadline(Struct, frozen=True, kw_only=True):
    """The fold wants a tick at `due_at`. One row per (scope, key); early is allowed, late is not."""

    scope: str
    key: str
    due_at: datetime


class RuleFault(Struct, frozen=True, kw_only=True):
    """A rule raised; the event went on without it."""

    rule: str
    version: str
    error: str
