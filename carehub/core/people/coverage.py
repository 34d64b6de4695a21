"""Whether somebody can be reached at every minute: the gaps in the coming fortnight, and which of them to warn of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_HOUR = timedelta(hours=1)


class Horizon(StrEnum):
    """How far ahead a warning looks; each gap is told once for each."""

    FORTNIGHT = "fortnight"
    DAY = "day"


AHEAD: dict[Horizon, timedelta] = {Horizon.FORTNIGHT: 14 * 24 * _HOUR, Horizon.DAY: 24 * _HOUR}


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody can be reached: [since, until)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Warned:
    """A gap that has been told.

    Attributes:
        name: The warning's own.
        open: It reached to where the warning looked: how it went on was not known then.
    """

    name: str
    since: datetime
    until: datetime
    open: bool


def gaps(covered: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime) -> list[Gap]:
    """What of [since, until) these spans leave to nobody, in order."""
    found, reached = [], since
    for start, end in sorted(covered):
        if start >= until:
            break
        if start > reached:
            found.append(Gap(reached, start))
        reached = max(reached, end)
    if reached < until:
        found.append(Gap(reached, until))
    return found


def within(found: Iterable[Gap], edge: datetime) -> list[Gap]:
    """The part of these gaps that lies before `edge`."""
    return [Gap(gap.since, min(gap.until, edge)) for gap in found if gap.since < edge]


def told_in(gap: Gap, warned: Sequence[Warned]) -> Warned | None:
    """The warning that told of all of this gap; None where one is due.

    A gap that merely goes on where the earlier warning could not see is the same gap. One that has
    grown in sight, or has been closed and torn open again, is told anew.
    """
    return next((one for one in warned if _covers(one, gap)), None)


def _covers(told: Warned, gap: Gap) -> bool:
    return told.since <= gap.since <= told.until and (told.open or gap.until <= told.until)
