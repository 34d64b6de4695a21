"""The hours on the wall's clock, and the shifts that they are part of. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_HOURS = {"day": (7, 15), "evening": (15, 22)}


class Shift(StrEnum):
    """The parts of a day as shifts divide it, on the wall's clock: from 7, from 15 and from 22."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


SHIFT_OF_HOUR = [
    next((Shift(name) for name, (start, end) in _HOURS.items() if start <= hour < end), Shift.NIGHT)
    for hour in range(24)
]
"""By hour: it is asked of each alert several times."""


def shift_of(moment: datetime, zone: ZoneInfo) -> Shift:
    """The shift in which a moment falls."""
    return SHIFT_OF_HOUR[moment.astimezone(zone).hour]


class LocalHour(NamedTuple):
    """An hour on the wall's clock, which is all that is asked of when a message came.

    Attributes:
        night: The day on which the night begins in which it lies; None by day.
    """

    hour: int
    night: date | None


def local_hours(since: datetime, until: datetime, zone: tzinfo) -> list[tuple[datetime, LocalHour]]:
    """When each local hour of [since, until) begins, in order.

    Thousands of messages in order of time fall into a few hundred of them, so that none needs to be taken to its zone.
    """
    found = [(since, _local_hour(since, zone))]
    day = since.astimezone(UTC).date()
    while (start := datetime.combine(day, time(), UTC)) < until:
        of_day = _hours_of(day, zone)
        if start < since or until - start < _DAY:
            of_day = tuple(one for one in of_day if since < one[0] < until)
        found += of_day[1:] if of_day and of_day[0][1] == found[-1][1] else of_day  # it had struck the day before
        day += _DAY
    return found


@lru_cache(maxsize=1024)
def _hours_of(day: date, zone: tzinfo) -> tuple[tuple[datetime, LocalHour], ...]:
    """The hours that have begun on a day of UTC, its first moment among them. Kept: ninety days have two thousand."""
    at = datetime.combine(day, time(), UTC)
    found, end = [(at, _local_hour(at, zone))], at + _DAY
    while (at := at + _QUARTER) < end:
        if (local := _local_hour(at, zone)) != found[-1][1]:
            found.append((at, local))
            if _strikes(at, zone) and _offset(at, zone) == _offset(at + _BEFORE_THE_NEXT, zone):
                at += _BEFORE_THE_NEXT  # a clock that is not changed strikes no sooner
    return tuple(found)


_QUARTER = timedelta(minutes=15)
"""Every zone is a number of quarters away from UTC, and changes its clock at the end of one."""
_BEFORE_THE_NEXT = timedelta(minutes=45)
_DAY = timedelta(days=1)
_HALF_A_DAY = timedelta(hours=12)


def _strikes(at: datetime, zone: tzinfo) -> bool:
    """Whether it is the full hour; a clock that is set half an hour forward comes into an hour at its half."""
    return at.astimezone(zone).minute == 0


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    """How far from UTC the zone is at that moment."""
    return at.astimezone(zone).utcoffset()


def _local_hour(at: datetime, zone: tzinfo) -> LocalHour:
    local = at.astimezone(zone)
    # A night belongs to the day on which it begins: half a day back, so that 02:10 is still yesterday's.
    night = (local.replace(tzinfo=None) - _HALF_A_DAY).date() if SHIFT_OF_HOUR[local.hour] is Shift.NIGHT else None
    return LocalHour(local.hour, night)
