"""How restless a day was: counts that tell of walking to and fro, per local day and hour.

Pure, and local to the day: nothing of another day is needed, so a day can be counted once and kept. A day with
hours of outage is not whole: what was heard of it can be judged, since silence makes nobody restless, but nobody's
normal is learned from it. Where the hall says nothing it is not counted (many homes have no sensor there).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from carehub.core.days.features import Seen, Span
from carehub.core.kinds import EventKind

QUICK = timedelta(minutes=1)
RETURN_WITHIN = timedelta(minutes=2)
BUSY_HOURS = 6
UNHEARD = timedelta(hours=4)
"""So long without hearing the home in waking hours, and the day is not whole: a dozen homes may well sleep together."""
_WAKING = (time(7), time(22))
HALL = "hall"
HOURS = 24

Moment = tuple[datetime, str]
"""When a sign was seen, and where."""


class Restless(StrEnum):
    """What is counted."""

    ROOM_CHANGES = "room_changes"
    QUICK_CHANGES = "quick_changes"
    """Seen in another room within a minute."""
    RETURNS = "returns"
    """From one room to another and back, within two minutes."""
    INTO_HALL = "into_hall"
    """Room changes into the hall, through which one walks."""
    BUSIEST = "busiest"
    """Room changes in the six hours that had most of them."""


_PLACES_A_PERSON = frozenset(
    {
        EventKind.MOTION_DETECTED, EventKind.PRESENCE_DETECTED, EventKind.BED_ENTERED, EventKind.BED_LEFT,
        EventKind.CHAIR_ENTERED, EventKind.CHAIR_LEFT,
    }
)  # fmt: skip
"""Doors are left out: the fridge's beside the kitchen's sensor would be no walk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestlessDay:
    """One local day of one home.

    Attributes:
        by_hour: Feature → its count in each of the 24 hours of the wall clock.
        whole: Whether the home was heard, but for less than `UNHEARD`.
    """

    day: date
    whole: bool = True
    by_hour: Mapping[Restless, tuple[int, ...]]

    def until(self, hour: int = HOURS) -> dict[Restless, int]:
        """The counts from midnight to `hour`."""
        counts = {feature: sum(hours[:hour]) for feature, hours in self.by_hour.items()}
        busiest = sorted(self.by_hour[Restless.ROOM_CHANGES][:hour])[-BUSY_HOURS:]
        return counts | {Restless.BUSIEST: sum(busiest)}


def days_of(
    seen: Iterable[Seen], zone: ZoneInfo, *, until: datetime, outages: Sequence[Span] = ()
) -> list[RestlessDay]:
    """Every day with a sign before `until`, oldest first; the last may be unfinished.

    Args:
        seen: One resident's events in any order.
        outages: When the home was not heard; a day that lost `UNHEARD` to them is not whole.
    """
    signs = sorted(
        (one.at, one.place) for one in seen if one.at < until and one.place is not None and one.kind in _PLACES_A_PERSON
    )
    days = groupby(signs, key=lambda sign: sign[0].astimezone(zone).date())
    return [
        RestlessDay(day=day, by_hour=counted(list(of_day), zone), whole=_lost(day, zone, outages) < UNHEARD)
        for day, of_day in days
    ]


def counted(signs: Sequence[Moment], zone: ZoneInfo) -> dict[Restless, tuple[int, ...]]:
    """A day's counts by the hour, by its signs in order."""
    changes = [(one, later) for one, later in pairwise(signs) if one[1] != later[1]]
    visits = [*signs[:1], *(later for _, later in changes)]
    counts = {
        Restless.ROOM_CHANGES: [later for _, later in changes],
        Restless.QUICK_CHANGES: [later for one, later in changes if later[0] - one[0] < QUICK],
        Restless.RETURNS: [
            third
            for first, third in zip(visits, visits[2:], strict=False)
            if first[1] == third[1] and third[0] - first[0] < RETURN_WITHIN
        ],
    }
    if any(place == HALL for _, place in signs):
        counts[Restless.INTO_HALL] = [later for _, later in changes if later[1] == HALL]
    return {feature: _by_hour(moments, zone) for feature, moments in counts.items()}


def _by_hour(moments: Iterable[Moment], zone: ZoneInfo) -> tuple[int, ...]:
    hours = [0] * HOURS
    for at, _ in moments:
        hours[at.astimezone(zone).hour] += 1
    return tuple(hours)


def _lost(day: date, zone: ZoneInfo, outages: Sequence[Span]) -> timedelta:
    start, end = (datetime.combine(day, clock, tzinfo=zone).astimezone(UTC) for clock in _WAKING)
    return sum((max(timedelta(), min(end, to) - max(start, since)) for since, to in outages), timedelta())
