from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.core.rules.windows import Window, clock, contains, next_ending, span_starting
from tests.unit.rules.building import OSLO, local

NIGHT = Window(start=time(22), end=time(6))
MONDAY_NIGHT = Window(start=time(22), end=time(6), days=frozenset({0}))
MONDAY = "2026-01-12"
TUESDAY = "2026-01-13"

PEERS_0_3 = [
    (MONDAY_NIGHT, f"{MONDAY}T23:00", True),
    (MONDAY_NIGHT, f"{TUESDAY}T00:30", True),  # still Monday's night
    (MONDAY_NIGHT, f"{MONDAY}T00:30", False),  # this is Sunday's
    (MONDAY_NIGHT, f"{TUESDAY}T23:00", False),
    (NIGHT, f"{MONDAY}T22:00:00", True),  # exactly ten
    (NIGHT, f"{TUESDAY}T00:00:00", True),  # exactly midnight
    (NIGHT, f"{TUESDAY}T05:59:59", True),
    (NIGHT, f"{TUESDAY}T06:00:00", False),  # half open
    (NIGHT, f"{MONDAY}T21:59:59", False),
    (NIGHT, "2026-03-28T22:30", True),  # the clocks go forward
    (NIGHT, "2026-03-29T05:30", True),
    (NIGHT, "2026-03-29T06:30", False),
    (NIGHT, "2026-03-29T22:30", True),
    (NIGHT, "2026-10-24T21:30", False),  # and back
    (NIGHT, "2026-10-25T05:30", True),
    (NIGHT, "2026-10-25T06:30", False),
    (NIGHT, "2026-10-25T21:30", False),
]


@pytest.mark.parametrize(("window", "moment", "inside"), PEERS_0_3)
def test_night_windows_are_right_over_midnight_and_both_clock_changes_peers_0_3(
    window: Window, moment: str, inside: bool
) -> None:
    assert contains(window, local(moment), OSLO) is inside


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 1, 12), 8), (date(2026, 3, 28), 7), (date(2026, 10, 24), 9)])
def test_the_night_lasts_as_long_as_the_night_does(day: date, hours: int) -> None:
    span = span_starting(NIGHT, day, OSLO)

    assert span is not None
    assert span.end - span.start == timedelta(hours=hours)


def test_both_the_hours_between_two_and_three_are_inside_when_the_clocks_go_back() -> None:
    window = Window(start=time(2), end=time(3))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert contains(window, first, OSLO)
    assert contains(window, first + timedelta(hours=1), OSLO)


def test_an_hour_that_does_not_exist_holds_no_moment_and_is_passed_over() -> None:
    window = Window(start=time(2), end=time(3))
    noon_before = local("2026-03-28T12:00")

    assert next_ending(window, noon_before, OSLO).end == local("2026-03-30T03:00")


def test_a_window_of_one_weekday_ends_within_the_week() -> None:
    assert next_ending(MONDAY_NIGHT, local(f"{TUESDAY}T06:00"), OSLO).end == local("2026-01-20T06:00")


def test_the_clock_on_the_wall_is_local() -> None:
    assert clock(datetime(2026, 7, 1, 0, 10, tzinfo=UTC), OSLO) == "02:10"


@settings(deadline=None)
@given(
    st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0, fold=0)),
    st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0, fold=0)),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_next_end_is_after_the_moment_and_just_outside_the_window(start: time, end: time, moment: datetime) -> None:
    window = Window(start=start, end=end)
    span = next_ending(window, moment, OSLO)

    assert span.end > moment
    assert contains(window, span.start, OSLO)
    assert contains(window, moment, OSLO) == (span.start <= moment)
