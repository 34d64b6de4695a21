"""What a backtest speaks of: alerts that were really raised, alerts that would have been, and whom they would ask."""

from datetime import datetime

from msgspec import Struct

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Aftermath, Cause
from carehub.core.answers.usefulness import FALSE_CAUSES
from carehub.core.findings import Condition
from carehub.core.severity import Severity

BY_PEOPLE = frozenset({FOLLOW_UP, HELP})
"""Kinds of alert that people make: no rule could have found them."""

_NEEDED = frozenset({Cause.FALL, Cause.ILLNESS, Cause.PAIN})
_NOTHING_DONE = frozenset({Aftermath.NO_ACTION_NEEDED, Aftermath.NO_CONTACT})


def was_real(cause: Cause | None, aftermath: Aftermath | None) -> bool:
    """Whether it was of use, as the load on people is judged; and a fall, illness or pain always.

    What nobody has written down tells nothing, and a test is a test.
    """
    if cause is None or cause is Cause.TEST:
        return False
    if cause in _NEEDED:
        return True
    if aftermath is None or aftermath in _NOTHING_DONE:
        return False
    return cause not in FALSE_CAUSES or aftermath is Aftermath.DEVICE_FIXED


class Raised(Struct, frozen=True, kw_only=True):
    """An alert that was really raised, with what people did.

    Attributes:
        key: Resident (or scope) and kind, of which one is open at a time.
    """

    id: str
    key: str
    kind: str
    severity: Severity
    scope: str
    raised_at: datetime
    resident: str | None = None
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    cause: Cause | None = None
    aftermath: Aftermath | None = None

    @property
    def real(self) -> bool:
        """Whether somebody needed help."""
        return was_real(self.cause, self.aftermath)


class Asked(Struct, frozen=True, kw_only=True):
    """Somebody whom the ladder would have asked.

    Attributes:
        way: The channel; the tablet where they have no other.
        woken: At night, on a telephone.
    """

    at: datetime
    person: str
    role: str
    rung: int
    way: str
    on_duty: bool
    woken: bool


class Alerted(Struct, kw_only=True):
    """An alert that a side would have raised.

    Attributes:
        severity: At first; `highest` after what was reported later.
        reports: How often it was reported; for a button, how many presses.
        answered_at: When somebody took it, or would usually have; None where nobody ever did.
        until: When it was closed, or would usually have been; None where it never was.
        recorded: The alert that was really raised then, where there was one.
        conditions: Why, line by line.
    """

    key: str
    kind: str
    rule: str
    severity: Severity
    highest: Severity
    at: datetime
    scope: str
    resident: str | None
    place: str | None
    reports: int = 1
    answered_at: datetime | None = None
    until: datetime | None = None
    recorded: str | None = None
    conditions: tuple[Condition, ...] = ()
    events: tuple[int, ...] = ()
    asked: tuple[Asked, ...] = ()
