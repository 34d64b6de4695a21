"""Who is on duty when: shift plans in local wall time, and the instants that they come to.

People plan by the clock on the wall ("nattevakt 22:00-07:30, hver tredje helg"), the hub needs instants.
Both ends of a shift go through the same `instant`, which never runs backwards: shifts that meet on the wall
meet in UTC too, also where the clocks change, so that no change of duty leaves a minute to nobody (F35).
Every span is half open: the start is in it, the end is not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WEEK_DAYS = 7


class Why(StrEnum):
    """How somebody came to be on duty."""

    ROTATION = "rotation"
    ONCE = "once"
    SWAP = "swap"
    """It was another's shift, and this person has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a plan: a person's shift on one weekday, every so many weeks; or a single shift.

    Attributes:
        first_day: The local date on which it starts for the first time; its weekday is the line's.
        last_day: The last date on which it may start; None for until further notice.
        every_weeks: 1 each week, 3 every third, 6 or 12 for a rotation of that length; 0 for once.
        nights: How many midnights it passes; 1 for a night shift.
    """

    id: str
    unit: str
    person: str
    first_day: date
    last_day: date | None = None
    every_weeks: int
    starts: time
    ends: time
    nights: int


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is ill or away; None for until further notice."""

    person: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A person on duty in a unit, as instants in UTC: [since, until)."""

    person: str
    unit: str
    since: datetime
    until: datetime
    why: Why
    line: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that people have decided of shifts.

    Attributes:
        changes: (line, day) to whoever has that one shift instead; None for nobody.
        zones: Unit to the zone of its clock on the wall.
    """

    lines: Sequence[Line]
    changes: Mapping[tuple[str, date], str | None] = field(default_factory=dict)
    absences: Sequence[Absence] = ()
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    zone: ZoneInfo
    """The municipality's, for a unit without its own."""


def nights_between(starts: time, ends: time) -> int:
    """How many midnights a shift of less than a day passes: 22:00-07:30 passes one."""
    return 0 if ends > starts else 1


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which the wall shows this; of an hour that comes twice, the first.

    A time that the wall never shows, in the hour that is skipped in spring, is the moment of the change.
    """
    wall = datetime.combine(day, clock, zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _change_before(moment, wall.replace(fold=1).astimezone(UTC), zone)


def _change_before(moment: datetime, earliest: datetime, zone: ZoneInfo) -> datetime:
    """The minute at which the zone's offset became what it is at `moment`, which lies after the change."""
    offset = moment.astimezone(zone).utcoffset()
    minutes = (earliest + n * _MINUTE for n in range((moment - earliest) // _MINUTE))
    change = next((one for one in minutes if one.astimezone(zone).utcoffset() == offset), moment)
    return change.replace(second=0, microsecond=0)


def days_of(line: Line, first: date, last: date) -> Iterator[date]:
    """The dates from `first` to `last`, both in, on which the line's shift starts."""
    end = last if line.last_day is None else min(last, line.last_day)
    if line.every_weeks == 0:
        if first <= line.first_day <= end:
            yield line.first_day
        return
    step = _WEEK_DAYS * line.every_weeks
    behind = max((first - line.first_day).days, 0)
    day = line.first_day + timedelta(days=-(-behind // step) * step)
    while day <= end:
        yield day
        day += step * _DAY


def duties(plan: Plan, since: datetime, until: datetime) -> list[Duty]:
    """Who is on duty at any time from `since` to `until`, in order; shifts are given whole."""
    away: dict[str, list[Absence]] = {}
    for absence in plan.absences:
        away.setdefault(absence.person, []).append(absence)
    found = [
        part
        for line in plan.lines
        for duty in _of_line(plan, line, since, until)
        for part in _present(duty, away.get(duty.person, ()))
        if part.since < until and part.until > since
    ]
    return sorted(found, key=lambda duty: (duty.since, duty.unit, duty.person, duty.until))


def _of_line(plan: Plan, line: Line, since: datetime, until: datetime) -> Iterator[Duty]:
    zone = plan.zones.get(line.unit, plan.zone)
    first = since.astimezone(zone).date() - (line.nights + 1) * _DAY
    for day in days_of(line, first, until.astimezone(zone).date()):
        person = plan.changes.get((line.id, day), line.person)
        start, end = span_of(line, day, zone)
        if person is not None and start < end:
            yield Duty(
                person=person, unit=line.unit, since=start, until=end, why=_why(line, person), line=line.id, day=day
            )


def span_of(line: Line, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The shift that starts on `day`; empty where the skipped hour of spring swallows it."""
    return instant(day, line.starts, zone), instant(day + line.nights * _DAY, line.ends, zone)


def _why(line: Line, person: str) -> Why:
    if person != line.person:
        return Why.SWAP
    return Why.ROTATION if line.every_weeks else Why.ONCE


def _present(duty: Duty, absences: Iterable[Absence]) -> Iterator[Duty]:
    """What is left of a shift when the person's absences are taken out of it."""
    start = duty.since
    for absence in sorted(absences, key=lambda one: one.since):
        gone_until = absence.until or duty.until
        if absence.since >= duty.until or gone_until <= start:
            continue
        if start < absence.since:
            yield replace(duty, since=start, until=absence.since)
        start = gone_until
    if start < duty.until:
        yield replace(duty, since=start)
