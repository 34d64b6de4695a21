"""Walking to and fro, counted: sensors that see a person, by the hour, and what was not heard is not learned from."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.contracts import Activity
from carehub.core.days.restlessness import Restless, RestlessDay, days_of

OSLO = ZoneInfo("Europe/Oslo")
DAY = date(2026, 1, 15)


def test_each_count_is_what_one_would_count_by_hand() -> None:
    day = _day(
        ("10:00:00", "kitchen"),
        ("10:00:40", "hall"),  # changed within a minute, into the hall
        ("10:01:10", "kitchen"),  # back within two minutes
        ("10:30:00", "kitchen"),
        ("11:00:00", "bathroom"),
        ("11:05:00", "kitchen"),  # back, but after five minutes
    )

    assert day.until() == {
        Restless.ROOM_CHANGES: 4,
        Restless.QUICK_CHANGES: 2,
        Restless.RETURNS: 1,
        Restless.INTO_HALL: 1,
        Restless.BUSIEST: 4,
    }
    assert day.until(11)[Restless.ROOM_CHANGES] == 2


def test_the_door_of_the_fridge_is_no_room_and_a_home_without_a_sensor_in_the_hall_has_no_count_of_it() -> None:
    seen = [_seen("10:00:00", "kitchen"), _seen("10:00:05", "entrance", "door.opened"), _seen("10:00:10", "kitchen")]

    (day,) = days_of(seen, OSLO, until=_at("23:00:00"))

    assert day.until()[Restless.ROOM_CHANGES] == 0
    assert Restless.INTO_HALL not in day.until()


def test_the_busiest_hours_are_six_however_long_the_day_was() -> None:
    day = _day(*[(f"{hour:02}:{minute:02}:00", room) for hour in range(8, 18) for minute, room in _TO_AND_FRO])

    assert day.until()[Restless.ROOM_CHANGES] == 39
    assert day.until()[Restless.BUSIEST] == 24


def test_a_day_that_was_not_heard_for_four_hours_is_not_whole() -> None:
    lost = (_at("12:00:00"), _at("16:00:00"))
    seen = [_seen("10:00:00", "kitchen"), _seen("17:00:00", "hall")]

    assert [day.whole for day in days_of(seen, OSLO, until=_at("23:00:00"), outages=[lost])] == [False]
    assert [day.whole for day in days_of(seen, OSLO, until=_at("23:00:00"))] == [True]


def test_f35_the_hour_that_comes_twice_is_counted_in_one_and_no_walk_is_made_of_it() -> None:
    autumn = datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC)  # 02:59:50 in summer time; ten seconds later it is 02:00
    seen = [
        Activity(at=autumn + timedelta(seconds=after), kind="motion.detected", place=place)
        for after, place in ((0, "kitchen"), (20, "hall"), (40, "kitchen"))
    ]

    (day,) = days_of(seen, OSLO, until=autumn + timedelta(days=1))

    assert day.by_hour[Restless.QUICK_CHANGES][2] == 2
    assert day.by_hour[Restless.RETURNS][2] == 1


_TO_AND_FRO = ((0, "kitchen"), (10, "hall"), (20, "kitchen"), (30, "hall"))


def _at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{clock}").replace(tzinfo=OSLO).astimezone(UTC)


def _seen(clock: str, place: str, kind: str = "motion.detected") -> Activity:
    return Activity(at=_at(clock), kind=kind, place=place)


def _day(*signs: tuple[str, str]) -> RestlessDay:
    (day,) = days_of([_seen(clock, place) for clock, place in signs], OSLO, until=_at("23:59:59"))
    return day
