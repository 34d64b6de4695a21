"""Marker's rotation: six share a unit's days, evenings, nights and weekends, over four weeks.

Four take turns: a week of days, a week of evenings, a week of nights, and a week off with a long weekend in it.
Two more help by day and by evening, and work every second weekend.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from carehub.village.register import Person

WEEKS = 4
_FIRST_MONDAY = date(2026, 1, 5)
_IN_TURN = 4
_DAY = (time(7, 30), time(15))
_EVENING = (time(14, 45), time(22, 15))
_NIGHT = (time(22), time(7, 45))
_LONG = (time(7, 30), time(22, 15))
_WEEKDAYS, _WEEKEND, _ALL = range(5), range(5, 7), range(7)
_TURNS = ((_WEEKDAYS, _DAY), (_WEEKDAYS, _EVENING), (_ALL, _NIGHT), (_WEEKEND, _LONG))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One shift that comes again each `every_weeks` weeks, in local wall time.

    Attributes:
        first_day: When it came for the first time.
    """

    person_id: str
    unit_id: str
    first_day: date
    every_weeks: int
    starts: time
    ends: time


def rotation(persons: Sequence[Person]) -> tuple[Shift, ...]:
    """Everybody's shifts."""
    units = dict.fromkeys(person.unit_id for person in persons if person.unit_id and person.role != "relative")
    return tuple(
        shift
        for unit in units
        for place, person in enumerate(one for one in persons if one.unit_id == unit and one.role != "relative")
        for shift in _of(person, unit, place)
    )


def _of(person: Person, unit: str, place: int) -> Iterator[Shift]:
    for week in range(WEEKS):
        for days, (starts, ends) in _week(place, week):
            for day in days:
                first = _FIRST_MONDAY + timedelta(weeks=week, days=day)
                yield Shift(
                    person_id=person.id, unit_id=unit, first_day=first, every_weeks=WEEKS, starts=starts, ends=ends
                )


def _week(place: int, week: int) -> Iterator[tuple[range, tuple[time, time]]]:
    if place < _IN_TURN:
        yield _TURNS[(place + week) % _IN_TURN]
        return
    yield _WEEKDAYS, _DAY if place % 2 == 0 else _EVENING
    if place % 2 == week % 2:
        yield _WEEKEND, _DAY


def at_work(shifts: Sequence[Shift], person_id: str, now: datetime) -> bool:
    """Whether this person has a shift at this local time."""
    return any(shift.person_id == person_id and _covers(shift, now) for shift in shifts)


def _covers(shift: Shift, now: datetime) -> bool:
    wall = now.replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        weeks, rest = divmod((day - shift.first_day).days, 7)
        if rest == 0 and weeks >= 0 and weeks % shift.every_weeks == 0:
            last = day if shift.ends > shift.starts else day + timedelta(days=1)
            if datetime.combine(day, shift.starts) <= wall < datetime.combine(last, shift.ends):
                return True
    return False
