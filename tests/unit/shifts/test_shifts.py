"""Shift plans in wall time come to the right instants: over midnight, over both changes of the clock, for ten years."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.people.shifts import Absence, Duty, Line, Plan, Why, duties, instant

OSLO = ZoneInfo("Europe/Oslo")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def line(person: str, starts: str, ends: str, first: date, *, weeks: int = 1, last: date | None = None) -> Line:
    start, end = time.fromisoformat(starts), time.fromisoformat(ends)
    return Line(
        id=f"{person}/{starts}/{first:%a}", unit="sol", person=person, first_day=first, last_day=last,
        every_weeks=weeks, starts=start, ends=end, nights=int(end <= start),
    )  # fmt: skip


def daily(person: str, starts: str, ends: str, first: date = date(2026, 1, 1)) -> list[Line]:
    return [line(person, starts, ends, first + n * DAY) for n in range(7)]


def plan(
    *lines: Line, absences: Sequence[Absence] = (), changes: dict[tuple[str, date], str | None] | None = None
) -> Plan:
    return Plan(lines=lines, absences=absences, changes=changes or {}, zone=OSLO)


def local(duty: Duty) -> str:
    return f"{duty.person} {duty.since.astimezone(OSLO):%d.%m %H:%M}-{duty.until.astimezone(OSLO):%d.%m %H:%M}"


def on(day: date, hour: int = 0, *, days: int = 1) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(hour), OSLO).astimezone(UTC)
    return start, start + days * DAY


@pytest.mark.parametrize(
    ("day", "hours"),
    [(SPRING - DAY, 8.5), (AUTUMN - DAY, 10.5), (date(2026, 6, 1), 9.5)],
    ids=["an hour is skipped", "an hour comes twice", "an ordinary night"],
)
def test_a_night_shift_lasts_as_long_as_the_night(day: date, hours: float) -> None:
    """F35: 22:00-07:30 on 29 March and 25 October 2026."""
    night = duties(plan(line("kari", "22:00", "07:30", day)), *on(day))[0]

    assert night.since.astimezone(OSLO).time() == time(22)
    assert night.until.astimezone(OSLO).time() == time(7, 30)
    assert night.until - night.since == timedelta(hours=hours)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_change_of_duty_at_half_past_two_leaves_no_gap_and_no_double(day: date) -> None:
    """F35: a change of duty at 02:30, an hour that the wall skips in spring and shows twice in autumn."""
    early, late = duties(plan(*daily("kari", "22:00", "02:30"), *daily("tor", "02:30", "22:00")), *on(day))[:2]

    assert (early.person, late.person) == ("kari", "tor")
    assert early.until == late.since


def test_a_time_that_the_wall_never_shows_is_the_moment_of_the_change() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    skipped = [instant(SPRING, time(2, minute), OSLO) for minute in (0, 1, 30, 59)]

    assert skipped == [change] * 4
    assert instant(SPRING, time(3), OSLO) == change
    assert instant(SPRING, time(1, 59), OSLO) == change - MINUTE


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert instant(AUTUMN, time(2, 30), OSLO) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_shift_that_the_skipped_hour_swallows_is_nobodys() -> None:
    """F35: 02:00-03:00 does not exist on 29 March, and must not run backwards."""
    assert duties(plan(line("kari", "02:10", "02:50", SPRING)), *on(SPRING)) == []


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - (last.weekday() + 1) % 7 * DAY


CHANGES = [_last_sunday(year, month) for year in range(2026, 2037) for month in (3, 10)]
DATES = st.one_of(st.dates(date(2026, 1, 1), date(2036, 12, 31)), st.sampled_from(CHANGES))
CUTS = st.lists(st.integers(0, 1439), min_size=1, max_size=5, unique=True).map(sorted)


@given(DATES, CUTS, st.sampled_from(["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "UTC"]))
def test_shifts_that_follow_one_another_cover_every_minute_once(day: date, cuts: list[int], name: str) -> None:
    """F35: whatever the times of change, on every date for ten years, each minute is exactly one person's."""
    clocks = [f"{cut // 60:02d}:{cut % 60:02d}" for cut in cuts]
    ends = [*clocks[1:], clocks[0]]
    lines = [
        one for n, (a, b) in enumerate(zip(clocks, ends, strict=True)) for one in daily(f"p{n}", a, b, day - 9 * DAY)
    ]
    zone = ZoneInfo(name)
    start = datetime.combine(day, time(), zone).astimezone(UTC)

    found = duties(Plan(lines=lines, zone=zone), start, start + 2 * DAY)

    assert found[0].since <= start
    assert found[-1].until >= start + 2 * DAY
    assert all(one.until == other.since for one, other in pairwise(found))


@given(DATES, st.sampled_from([1, 2, 3, 6, 12]), st.integers(0, 40))
def test_a_rotation_comes_round_after_its_weeks(first: date, weeks: int, later: int) -> None:
    """A rotation of three weeks works each third weekend, also when one looks years later."""
    shift = line("kari", "07:30", "15:00", first, weeks=weeks)
    looked = first + later * DAY

    found = duties(plan(shift), *on(looked, days=7 * weeks))

    assert len(found) == 1
    assert (found[0].day - first).days % (7 * weeks) == 0


def test_the_last_day_of_a_line_is_in_it_and_the_next_is_not() -> None:
    monday = date(2026, 6, 1)
    shift = line("kari", "22:00", "07:30", monday, last=monday + 7 * DAY)

    assert [duty.day for duty in duties(plan(shift), *on(monday, days=30))] == [monday, monday + 7 * DAY]


def test_a_single_shift_comes_once() -> None:
    monday = date(2026, 6, 1)

    found = duties(plan(line("kari", "08:00", "15:30", monday, weeks=0)), *on(monday - 30 * DAY, days=60))

    assert [(duty.day, duty.why) for duty in found] == [(monday, Why.ONCE)]


def test_whoever_takes_a_shift_has_it_and_the_other_is_free() -> None:
    monday = date(2026, 6, 1)
    shift = line("kari", "07:30", "15:00", monday)

    found = duties(plan(shift, changes={(shift.id, monday): "tor"}), *on(monday, days=8))

    assert [(duty.person, duty.why) for duty in found] == [("tor", Why.SWAP), ("kari", Why.ROTATION)]


def test_a_shift_that_is_cancelled_is_nobodys() -> None:
    monday = date(2026, 6, 1)
    shift = line("kari", "07:30", "15:00", monday)

    assert duties(plan(shift, changes={(shift.id, monday): None}), *on(monday)) == []


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        ("01:00", "03:00", ["kari 01.06 22:00-02.06 01:00", "kari 02.06 03:00-02.06 07:30"]),
        ("01:00", None, ["kari 01.06 22:00-02.06 01:00"]),
        ("07:30", None, ["kari 01.06 22:00-02.06 07:30"]),
        ("00:00", "07:30", ["kari 01.06 22:00-02.06 00:00"]),
    ],
)
def test_an_absence_takes_out_of_a_shift_what_it_covers(since: str, until: str | None, left: list[str]) -> None:
    night, morning = date(2026, 6, 1), date(2026, 6, 2)
    gone, back = (clock and instant(morning, time.fromisoformat(clock), OSLO) for clock in (since, until))
    assert gone
    away = Absence("kari", gone, back or None)

    found = duties(plan(line("kari", "22:00", "07:30", night), absences=[away]), *on(night, days=2))

    assert [local(duty) for duty in found] == left


def test_several_absences_leave_what_lies_between_them() -> None:
    day = date(2026, 6, 1)
    away = [Absence("kari", instant(day, time(hour), OSLO), instant(day, time(hour + 2), OSLO)) for hour in (12, 9, 10)]

    found = duties(plan(line("kari", "08:00", "15:00", day), absences=away), *on(day))

    assert [local(duty)[5:] for duty in found] == ["01.06 08:00-01.06 09:00", "01.06 14:00-01.06 15:00"]


def test_whoever_is_ill_does_not_get_the_shift_they_took_over() -> None:
    monday = date(2026, 6, 1)
    shift = line("kari", "07:30", "15:00", monday)
    ill = Absence("tor", on(monday)[0], None)

    assert duties(plan(shift, absences=[ill], changes={(shift.id, monday): "tor"}), *on(monday)) == []


def test_a_unit_keeps_the_clock_of_its_own_zone() -> None:
    shift = line("kari", "07:00", "15:00", date(2026, 6, 1))

    found = duties(Plan(lines=[shift], zones={"sol": ZoneInfo("Europe/Helsinki")}, zone=OSLO), *on(date(2026, 6, 1)))

    assert found[0].since == datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        ("22:00-06:00", "2026-03-28T21:00", "2026-03-29T04:00"),
        ("22:00-06:00", "2026-10-24T20:00", "2026-10-25T05:00"),
        ("22:00-06:00", "2026-01-05T21:00", "2026-01-06T05:00"),
        ("00:00-08:00", "2026-01-04T23:00", "2026-01-05T07:00"),
        ("08:00-08:00", "2026-01-05T07:00", "2026-01-06T07:00"),
    ],
)
def test_the_five_ways_in_which_windows_by_weekday_and_milliseconds_are_wrong(hours: str, start: str, end: str) -> None:
    """The start is in, the end is out, a night is of the day it began on, and both changes of the clock hold."""
    starts, ends = hours.split("-")
    begin, stop = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (start, end))
    shift = line("kari", starts, ends, begin.astimezone(OSLO).date(), weeks=0)

    def covered(moment: datetime) -> bool:
        return bool(duties(plan(shift), moment, moment + timedelta(microseconds=1)))

    assert [covered(m) for m in (begin - MINUTE, begin, stop - MINUTE, stop)] == [False, True, True, False]
