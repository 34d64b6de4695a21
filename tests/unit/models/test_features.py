"""A day in numbers: local, honest about what was not seen."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from carehub.contracts import Activity
from carehub.core.days.features import Feature, Part, PartOfDay, is_sign, shared_silences
from tests.unit.models.plain_days import parts_of_days

OSLO = ZoneInfo("Europe/Oslo")


def test_each_feature_counts_what_a_person_would_count() -> None:
    parts = _parts(
        *_background(date(2026, 1, 13), days=3),
        _at("2026-01-14T23:00", "bed.entered", "bedroom"),
        _at("2026-01-15T01:00", "bed.left", "bedroom"),
        _at("2026-01-15T01:01", "bed.entered", "bedroom"),
        _at("2026-01-15T01:02", "bed.left", "bedroom"),  # turned over on the edge: once, not twice
        _at("2026-01-15T01:03", "motion.detected", "bathroom"),
        _at("2026-01-15T01:06", "motion.detected", "bathroom"),
        _at("2026-01-15T01:10", "bed.entered", "bedroom"),
        _at("2026-01-15T03:30", "bed.left", "bedroom"),
        _at("2026-01-15T03:32", "motion.detected", "kitchen"),
        _at("2026-01-15T03:50", "door.opened", "entrance"),
        _at("2026-01-15T03:50", "door.closed", "entrance"),
    )

    night = parts[date(2026, 1, 15), Part.NIGHT].values

    assert night[Feature.BED_EXITS] == 2
    assert night[Feature.BATHROOM_VISITS] == 1
    assert night[Feature.KITCHEN_VISITS] == 1
    assert night[Feature.ENTRANCE_OPENINGS] == 1
    assert night[Feature.ROOM_CHANGES] == 4
    assert night[Feature.ACTIVITY] == 9
    assert night[Feature.LONGEST_QUIET] == 140
    assert Feature.FIRST_ACTIVITY not in night


def test_without_a_bed_sensor_leaving_the_bedroom_is_leaving_the_bed() -> None:
    parts = _parts(
        *_background(date(2026, 1, 13), days=3),
        _at("2026-01-15T02:00", "motion.detected", "bedroom"),
        _at("2026-01-15T02:02", "motion.detected", "bathroom"),
        _at("2026-01-15T02:08", "motion.detected", "bedroom"),
    )

    assert parts[date(2026, 1, 15), Part.NIGHT].values[Feature.BED_EXITS] == 1


def test_a_visit_to_the_bathroom_at_half_past_five_is_not_rising() -> None:
    parts = _parts(
        *_background(date(2026, 1, 13), days=3, rising="07:40"),
        _at("2026-01-15T05:30", "motion.detected", "bathroom"),
    )

    assert parts[date(2026, 1, 15), Part.MORNING].values[Feature.FIRST_ACTIVITY] == 7 * 60 + 40


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 5), (date(2026, 10, 25), 7)])
def test_f35_the_night_of_the_clock_change_ends_at_six_local_time_and_rising_is_not_moved(
    day: date, hours: int
) -> None:
    before = day - timedelta(days=2)
    parts = _parts(*_background(before, days=4, rising="07:00"), until=_local(day + timedelta(days=1), "12:00"))

    night, morning = parts[day, Part.NIGHT], parts[day, Part.MORNING]

    assert night.ends_at == _local(day, "06:00")
    assert night.ends_at - _local(day, "00:00") == timedelta(hours=hours)
    assert morning.values[Feature.FIRST_ACTIVITY] == 7 * 60


def test_only_finished_parts_and_none_from_before_the_first_message() -> None:
    seen = _background(date(2026, 1, 13), days=3)

    parts = parts_of_days(seen, OSLO, until=_local(date(2026, 1, 15), "17:59"))

    assert (parts[0].day, parts[0].part) == (date(2026, 1, 13), Part.AFTERNOON)
    assert (parts[-1].day, parts[-1].part) == (date(2026, 1, 15), Part.MORNING)
    assert parts_of_days([], OSLO, until=_local(date(2026, 1, 15), "12:00")) == []


def test_an_outage_day_is_unusable_and_not_a_day_of_zeros() -> None:
    seen = [
        one for one in _background(date(2026, 1, 10), days=6) if one.at.astimezone(OSLO).date() != date(2026, 1, 13)
    ]

    parts = _parts(*seen)

    for part in Part:
        assert parts[date(2026, 1, 13), part].unusable is not None
        assert parts[date(2026, 1, 13), part].values == {}
    assert parts[date(2026, 1, 12), Part.EVENING].unusable is None
    assert parts[date(2026, 1, 15), Part.NIGHT].unusable is None


def test_a_sensor_that_only_says_that_it_lives_does_not_make_an_empty_afternoon_a_seen_one() -> None:
    day = date(2026, 1, 14)
    beats = [Activity(at=_local(day, f"{hour:02}:30"), kind="device.heartbeat", place="hall") for hour in range(24)]
    gone = [
        one
        for one in _background(date(2026, 1, 12), days=4)
        if not _local(day, "12:00") <= one.at < _local(day, "18:00")
    ]

    assert _parts(*gone, *beats)[day, Part.AFTERNOON].unusable == "nobody seen"
    assert _parts(*gone)[day, Part.AFTERNOON].unusable is not None
    assert _parts(*gone, *beats)[day, Part.EVENING].unusable is None


def test_a_kitchen_sensor_that_is_offline_says_nothing_of_the_kitchen() -> None:
    day = date(2026, 1, 14)
    parts = _parts(
        *_background(date(2026, 1, 12), days=4),
        Activity(at=_local(day, "06:30"), kind="device.offline", place="kitchen"),
        Activity(at=_local(day, "10:00"), kind="device.online", place="kitchen"),
    )

    morning, afternoon = parts[day, Part.MORNING].values, parts[day, Part.AFTERNOON].values

    assert Feature.BATHROOM_VISITS in morning
    assert not {Feature.KITCHEN_VISITS, Feature.ACTIVITY, Feature.LONGEST_QUIET} & set(morning)
    assert Feature.KITCHEN_VISITS in afternoon


def test_a_home_that_is_offline_is_unusable_until_it_is_back() -> None:
    day = date(2026, 1, 14)
    offline = Activity(at=_local(day, "13:00"), kind="device.offline", place=None)

    parts = _parts(*_background(date(2026, 1, 12), days=4), offline)

    assert parts[day, Part.MORNING].unusable is None
    assert parts[day, Part.AFTERNOON].unusable == "outage"
    assert parts[date(2026, 1, 15), Part.NIGHT].unusable == "outage"


def test_all_homes_silent_at_once_is_one_outage_but_not_with_few_homes() -> None:
    homes = [
        [one for one in _background(date(2026, 1, 12), days=3) if not 14 <= one.at.astimezone(OSLO).hour < 16]
        for _ in range(10)
    ]
    night = timedelta(hours=5)

    assert [start.astimezone(OSLO).hour for start, end in shared_silences(homes) if end - start < night] == [13, 13, 13]
    assert shared_silences(homes[:9]) == []


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("motion.detected", True),
        ("motion.cleared", False),
        ("door.closed", False),
        ("temperature", False),
        ("device.heartbeat", False),
        ("behaviour.changed", False),
        ("toilet.flushed", True),
        ("tap.off", False),
        ("skin_temperature", False),
    ],
)
def test_what_counts_as_a_sign_of_life(kind: str, counts: bool) -> None:
    assert is_sign(kind) is counts


def _local(day: date, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=OSLO).astimezone(UTC)


def _at(moment: str, kind: str, place: str) -> Activity:
    return Activity(at=datetime.fromisoformat(moment).replace(tzinfo=OSLO).astimezone(UTC), kind=kind, place=place)


def _background(first: date, *, days: int, rising: str = "06:40") -> list[Activity]:
    """Somebody in the living room every 20 minutes from rising until 22:40."""
    events: list[Activity] = []
    for number in range(days):
        at, bedtime = _local(first + timedelta(days=number), rising), _local(first + timedelta(days=number), "22:40")
        while at <= bedtime:
            events.append(Activity(at=at, kind="motion.detected", place="living_room"))
            at += timedelta(minutes=20)
    return events


def _parts(
    *seen: Activity, until: datetime = datetime(2026, 1, 15, 23, tzinfo=UTC)
) -> dict[tuple[date, Part], PartOfDay]:
    ordered: Sequence[Activity] = seen
    return {(part.day, part.part): part for part in parts_of_days(ordered, OSLO, until=until)}
