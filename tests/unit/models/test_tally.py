"""The running day, event by event, is the day as the batch sees it."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.contracts import Activity
from carehub.core.days import dayrow
from carehub.core.days.features import Feature, Part, shared_silences
from carehub.core.days.tally import Tally
from carehub.core.watching.hush import Hush
from tests.unit.models.plain_days import parts_of_days
from tests.unit.models.synthetic_homes import FIRST_DAY, OSLO, Life, lived, morning_after

_PLACES = [None, "bathroom", "kitchen", "bedroom", "entrance", "living_room"]
_KINDS = [
    "motion.detected", "motion.cleared", "bed.left", "door.opened", "device.offline", "device.online",
    "device.heartbeat", "toilet.flushed",
]  # fmt: skip
_STARTS = st.sampled_from(
    [datetime(2026, 1, 14, 23, tzinfo=UTC), datetime(2026, 3, 28, 3, tzinfo=UTC), datetime(2026, 10, 24, 4, tzinfo=UTC)]
)
_GAPS = st.sampled_from([0, 1, 59, 60, 179, 180, 600, 900, 1800, 3600, 5400, 7200, 14400, 21600, 43200])


@st.composite
def _streams(draw: st.DrawFn) -> list[Activity]:
    at, events = draw(_STARTS), []
    for gap, kind, place in draw(
        st.lists(st.tuples(_GAPS, st.sampled_from(_KINDS), st.sampled_from(_PLACES)), min_size=1, max_size=80)
    ):
        at += timedelta(seconds=gap)
        events.append(Activity(at=at, kind=kind, place=place))
    return events


@given(events=_streams(), after=st.integers(0, 60), bed_sensor=st.sampled_from([None, True, False]))
def test_a_tally_of_any_stream_is_the_batch_of_it(events: list[Activity], after: int, bed_sensor: bool | None) -> None:
    until = events[-1].at + timedelta(hours=after)
    outages = [(events[0].at + timedelta(hours=9), events[0].at + timedelta(hours=10))]
    tally = Tally(OSLO, bed_sensor=bed_sensor)

    for one in events:
        tally.add(one)
        tally.parts(one.at)  # looking changes nothing

    assert tally.parts(until, outages) == parts_of_days(
        events, OSLO, until=until, outages=outages, bed_sensor=bed_sensor
    )


@given(events=_streams(), cut=st.integers(0, 80))
def test_a_tally_asked_in_the_middle_knows_what_the_batch_knew_then(events: list[Activity], cut: int) -> None:
    known = events[: cut + 1]
    tally = Tally(OSLO)
    for one in known:
        tally.add(one)

    assert tally.parts(known[-1].at) == parts_of_days(known, OSLO, until=known[-1].at)


@pytest.mark.parametrize("bed_sensor", [True, False])
def test_a_whole_life_is_the_same_both_ways_and_each_event_costs_microseconds(bed_sensor: bool) -> None:
    life, tally = lived(Life(bed_sensor=bed_sensor), 20, seed=3), Tally(OSLO)
    began = perf_counter()
    for one in life:
        tally.add(one)
    each = (perf_counter() - began) / len(life)

    assert tally.parts(morning_after(20)) == parts_of_days(life, OSLO, until=morning_after(20))
    assert each < 0.0005


def test_a_day_is_stored_and_read_back() -> None:
    life, tally = lived(Life(), 3, seed=3), Tally(ZoneInfo("Europe/Oslo"))
    for one in life:
        tally.add(one)
    day = FIRST_DAY + timedelta(days=1)
    parts = [part for part in tally.parts(morning_after(3)) if part.day == day]

    read = dayrow.unpack(dayrow.pack(parts, tally.shapes[day]))

    for part in parts:
        for feature, value in part.values.items():
            assert read.values[part.part, feature] == pytest.approx(value, rel=1e-6)
        assert read.unusable[part.part] == part.unusable
    assert sum(read.slots) == sum(read.values[part, Feature.ACTIVITY] for part in Part)
    assert sum(read.rooms.values()) == sum(read.slots)
    assert "breakfast" in read.meals
    assert dayrow.unpack(dayrow.pack([], dayrow.Shape())).unusable[Part.NIGHT] == "unknown"
    with pytest.raises(ValueError, match="bytes"):
        dayrow.unpack(b"")


def test_habits_are_told_in_minutes_and_by_the_clock() -> None:
    tally = Tally(OSLO)
    for clock, kind, place in [
        ("2026-01-14T12:00", "motion.detected", "living_room"),
        ("2026-01-14T23:10", "bed.entered", "bedroom"),
        ("2026-01-15T02:00", "bed.left", "bedroom"),
        ("2026-01-15T02:02", "motion.detected", "bathroom"),
        ("2026-01-15T02:20", "bed.entered", "bedroom"),
        ("2026-01-15T07:10", "bed.left", "bedroom"),
        ("2026-01-15T07:15", "motion.detected", "bathroom"),
        ("2026-01-15T07:40", "motion.detected", "kitchen"),
        ("2026-01-15T13:00", "door.opened", "entrance"),
        ("2026-01-15T14:30", "door.opened", "entrance"),
        ("2026-01-15T14:31", "motion.detected", "living_room"),
        ("2026-01-16T00:40", "bed.entered", "bedroom"),
        ("2026-01-16T07:00", "bed.left", "bedroom"),
    ]:
        tally.add(
            Activity(at=datetime.fromisoformat(clock).replace(tzinfo=OSLO).astimezone(UTC), kind=kind, place=place)
        )

    assert tally.habits.of(FIRST_DAY + timedelta(days=9)) == {"bedtime": 23 * 60 + 10}
    assert tally.habits.of(FIRST_DAY + timedelta(days=10)) == {
        "out_of_bed_at_night": 20, "bathroom_stay": 25, "first_meal": 460, "out_of_bed": 430, "away_from_home": 90,
        "bedtime": 1440 + 40,
    }  # fmt: skip


def test_a_day_away_is_told_apart_from_a_quiet_one() -> None:
    life, tally = lived(Life(), 3, seed=3), Tally(OSLO)
    for one in life:
        tally.add(one)
    day = FIRST_DAY + timedelta(days=1)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=OSLO)

    [(_, body), *_] = tally.rows(day, morning_after(3), away=[(noon, noon + timedelta(hours=3))])
    read = dayrow.unpack(body)

    assert [read.unusable[part] for part in Part] == [None, None, "away", None]


def test_a_common_silence_is_the_same_minute_by_minute_as_in_the_list_of_moments() -> None:
    begins = datetime(2026, 6, 14, tzinfo=UTC)
    homes = [
        [Activity(at=begins + timedelta(minutes=home + 20 * step), kind="motion.detected", place=None)
         for step in range(200) if not 90 <= step < 120]
        for home in range(12)
    ]  # fmt: skip
    for many, told in ((12, 1), (9, 0)):
        hush = Hush(begins)
        for number, home in enumerate(homes[:many]):
            for one in home:
                hush.hear(str(number), one.at)
        until = max(home[-1].at for home in homes[:many])
        exact, found = shared_silences(homes[:many]), hush.spans(until)

        assert len(exact) == len(found) == told
        for (start, end), (first, last) in zip(exact, found, strict=True):
            assert first - start <= timedelta(minutes=1)
            assert end - last <= timedelta(minutes=1)
    assert Hush(begins).spans(begins) == []


def test_a_few_homes_asleep_are_no_common_silence_and_the_same_hours_by_day_are() -> None:
    begins = datetime(2026, 6, 10, tzinfo=UTC)
    hush = Hush(begins)
    for day in range(5):
        for home in range(12):
            for minute in range(7 * 60, 23 * 60, 11):
                if not (day == 4 and 13 * 60 <= minute < 15 * 60):
                    hush.hear(str(home), begins + timedelta(days=day, minutes=minute + home))

    [(start, end)] = hush.spans(begins + timedelta(days=5, hours=5))

    assert start.day == end.day == 14
    assert timedelta(hours=1, minutes=30) < end - start < timedelta(hours=2, minutes=15)
    assert hush.latest(start + timedelta(minutes=44)) is None
    assert hush.latest(start + timedelta(minutes=50)) == (start, start + timedelta(minutes=50))
    assert hush.latest(end + timedelta(minutes=44)) == (start, end)
    assert hush.latest(end + timedelta(minutes=45)) is None
    assert Hush(begins).latest(begins + timedelta(days=1)) is None
