"""The daily rhythm: finds what changed, in words that a nurse would use, and leaves stable people alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest

from carehub.contracts import Activity, Change, Detector, TrainedModel
from models.daily_rhythm import DETECTOR, DailyRhythm, DailyRhythmModel
from models.days import counted
from tests.unit.models.synthetic_homes import FIRST_DAY, OSLO, Life, lived, morning_after, restless_nights, some_life

LEARNED = 60
CALM = Life(exits=1.3)


@pytest.fixture(scope="module")
def calm_model() -> DailyRhythmModel:
    return DETECTOR.train({"r1": lived(CALM, LEARNED, seed=1)}, morning_after(LEARNED))


def test_it_is_what_the_hub_asks_for(calm_model: DailyRhythmModel) -> None:
    detector: Detector = DETECTOR
    model: TrainedModel = calm_model

    assert (detector.name, detector.version) == ("daily_rhythm", "2")
    assert model.changes("nobody", [], morning_after(LEARNED)) == []


# --- what it finds -------------------------------------------------------------------------


def test_one_night_up_seven_times_is_told_with_the_person_s_own_normal(calm_model: DailyRhythmModel) -> None:
    night = _night_with_exits(7)

    [change] = calm_model.changes("r1", night, morning_after(LEARNED + 1))

    assert change.words == (
        "oppe av sengen 7 ganger etter midnatt; vanlig 0–3. På badet 7 ganger etter midnatt; vanlig 0–3"
    )
    assert (change.resident, change.day, change.part) == ("r1", "2026-03-07", "night")
    assert change.measures["bed_exits"] == (7.0, 0.0, 3.0)
    assert 0.5 < change.score <= 1


def test_a_slow_change_is_found_within_days_with_the_right_words() -> None:
    change, waited = restless_nights(LEARNED), []
    for seed in range(1, 6):
        life = lived(CALM, LEARNED + 14, seed, change)
        model = DETECTOR.train({"r1": life}, morning_after(LEARNED))

        found = [one for one in _every_part(model, "r1", life, range(LEARNED, LEARNED + 14)) if one.part == "night"]

        assert "oppe av sengen" in found[0].words
        assert "ganger etter midnatt" in found[0].words
        assert "; vanlig" in found[0].words
        waited.append((date.fromisoformat(found[0].day) - FIRST_DAY).days - LEARNED)
    assert sorted(waited)[2] <= 6, waited
    assert max(waited) <= 8, waited


def test_far_fewer_kitchen_visits_are_found_too(calm_model: DailyRhythmModel) -> None:
    life = lived(
        CALM, LEARNED + 7, seed=1, change=lambda one, day: replace(one, kitchen=0.05) if day >= LEARNED else one
    )

    found = _every_part(calm_model, "r1", life, range(LEARNED, LEARNED + 7))

    assert any("på kjøkkenet" in change.words.lower() for change in found)
    seen, low, _ = next(change.measures["kitchen_visits"] for change in found if "kitchen_visits" in change.measures)
    assert seen < low


def test_rising_two_hours_late_is_told_by_the_clock(calm_model: DailyRhythmModel) -> None:
    life = lived(CALM, LEARNED + 1, seed=1, change=lambda one, day: replace(one, rises=560) if day == LEARNED else one)

    [change] = calm_model.changes("r1", life, morning_after(LEARNED, hour=13))

    assert "ørste bevegelse utenfor soverommet kl. 09." in change.words
    assert "vanlig 0" in change.words


def test_what_the_pooled_detector_also_finds_odd_scores_higher(calm_model: DailyRhythmModel) -> None:
    night, now = _night_with_exits(7), morning_after(LEARNED + 1)

    [alone] = replace(calm_model, pooled=None).changes("r1", night, now)
    [together] = calm_model.changes("r1", night, now)

    assert together.score == pytest.approx(alone.score + 0.1)
    assert together.words == alone.words


# --- what it leaves alone ------------------------------------------------------------------


@pytest.mark.proof
def test_stable_people_are_left_alone_but_for_one_finding_in_two_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    rng, weeks = np.random.default_rng(11), 2
    homes = {f"r{number}": lived(some_life(rng), LEARNED + 7 * weeks, 100 + number) for number in range(8)}
    model = DETECTOR.train(homes, morning_after(LEARNED))

    found = [
        change
        for resident, life in homes.items()
        for change in _every_part(model, resident, life, range(LEARNED, LEARNED + 7 * weeks))
    ]

    each = len(found) / len(homes) * 2 / weeks
    with capsys.disabled():
        print(f"\n  daily_rhythm: {each:.2f} findings per stable resident in two weeks")
    assert each <= 1


def test_an_outage_day_is_no_finding(calm_model: DailyRhythmModel) -> None:
    deaf = FIRST_DAY + timedelta(days=LEARNED + 1)
    life = [one for one in lived(CALM, LEARNED + 4, seed=1) if one.at.astimezone(OSLO).date() != deaf]

    found = _every_part(calm_model, "r1", life, range(LEARNED + 1, LEARNED + 3))

    assert found == []


def test_a_newcomer_is_watched_in_silence_for_fourteen_days() -> None:
    model = DETECTOR.train({"r1": lived(CALM, 13, seed=1)}, morning_after(13))
    wild = lived(CALM, 14, seed=1, change=lambda one, day: replace(one, exits=15) if day == 13 else one)

    assert _every_part(model, "r1", wild, range(13, 14)) == []
    assert model.pooled is None


def test_old_events_alone_are_no_finding(calm_model: DailyRhythmModel) -> None:
    assert calm_model.changes("r1", _night_with_exits(7), morning_after(LEARNED + 9)) == []


def test_unfinished_days_and_the_future_are_not_learned_from() -> None:
    life = lived(CALM, 40, seed=1)
    now = morning_after(30)

    until_now = DETECTOR.train({"r1": [one for one in life if one.at <= now]}, now)
    with_future = DETECTOR.train({"r1": life}, now)

    assert until_now.residents == with_future.residents


# --- training ------------------------------------------------------------------------------


def test_the_same_data_give_the_same_model_in_whatever_order_they_come() -> None:
    homes = {f"r{number}": lived(CALM, 20, seed=number) for number in range(3)}
    shuffled = {resident: homes[resident][::-1] for resident in reversed(homes)}

    one, other = (DETECTOR.train(history, morning_after(20)) for history in (homes, shuffled))

    assert one.manifest == other.manifest
    assert one.residents == other.residents
    assert one.unlike == other.unlike
    night = _night_with_exits(9, days=20)
    assert one.changes("r1", night, morning_after(20)) == other.changes("r1", night, morning_after(20)) != []


def test_weekends_get_a_normal_of_their_own_when_there_are_enough_of_them() -> None:
    late = lived(
        CALM, LEARNED, seed=3,
        change=lambda one, day: replace(one, rises=560) if (FIRST_DAY + timedelta(days=day)).weekday() >= 5 else one,
    )  # fmt: skip

    own = DETECTOR.train({"r1": late}, morning_after(LEARNED)).residents["r1"].usual

    assert own["morning/free"]["first_activity"].median > own["morning/working"]["first_activity"].median + 90  # type: ignore[index]
    assert "morning/free" not in DETECTOR.train({"r1": late}, morning_after(28)).residents["r1"].usual


def test_a_sunday_lie_in_is_no_finding_for_who_always_has_one() -> None:
    life = lived(
        CALM, LEARNED + 3, seed=3,
        change=lambda one, day: replace(one, rises=560) if (FIRST_DAY + timedelta(days=day)).weekday() >= 5 else one,
    )  # fmt: skip
    model = DETECTOR.train({"r1": life}, morning_after(LEARNED))
    saturday = next(n for n in range(LEARNED, LEARNED + 3) if (FIRST_DAY + timedelta(days=n)).weekday() == 5)

    assert model.changes("r1", life, morning_after(saturday, hour=13)) == []


@pytest.mark.proof
def test_how_long_sixty_four_residents_take(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    few = [lived(some_life(rng), LEARNED, number) for number in range(8)]
    homes = {f"r{number}": few[number % 8] for number in range(64)}

    started = perf_counter()
    model = DailyRhythm().train(homes, morning_after(LEARNED))
    trained = perf_counter()
    stored = model.to_bytes()
    DETECTOR.from_bytes(stored)
    loaded = perf_counter()
    for resident, life in homes.items():
        model.changes(resident, life, morning_after(LEARNED))
    judged = perf_counter()

    with capsys.disabled():
        print(
            f"\n  daily_rhythm, 64 residents, 60 days, {sum(map(len, homes.values())):,} events: "
            f"train {trained - started:.1f} s, store and load {loaded - trained:.2f} s ({len(stored) / 1024:.0f} KiB), "
            f"judge everybody {judged - loaded:.2f} s"
        )


def _every_part(model: DailyRhythmModel, resident: str, life: list[Activity], days: range) -> list[Change]:
    """What the model says at each end of a part of day, of the days as the hub stores them."""
    stored = counted({resident: life}, "Europe/Oslo", FIRST_DAY, morning_after(days.stop, 1))
    found: list[Change] = []
    edges = [(day, hour) for day in days for hour in (6, 12, 18)] + [(day + 1, 0) for day in days]
    for day, hour in sorted(edges):
        found += model.findings(stored, morning_after(day, hour))
    assert all((one.day, one.part) != (other.day, other.part) for one, other in pairwise(found))
    return found


def test_stored_days_and_events_give_the_same_findings(calm_model: DailyRhythmModel) -> None:
    life = lived(CALM, LEARNED + 5, seed=1, change=restless_nights(LEARNED))
    stored = counted({"r1": life}, "Europe/Oslo", FIRST_DAY, morning_after(LEARNED + 5, 1))
    both = []
    for day, hour in [(LEARNED + 3, 7), (LEARNED + 4, 7), (LEARNED + 4, 13)]:
        now = morning_after(day, hour)
        seen = [one for one in life if now - timedelta(days=14) < one.at <= now]
        both.append((calm_model.findings(stored, now), calm_model.changes("r1", seen, now)))

    assert all(one == other for one, other in both)
    assert any(one for one, _ in both)


def _night_with_exits(exits: int, days: int = LEARNED + 1) -> list[Activity]:
    """A calm life whose last night, that of day `days`, is up so many times."""
    day = FIRST_DAY + timedelta(days=days)
    midnight = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)
    before = [one for one in lived(CALM, days + 1, seed=5) if one.at < midnight]
    for number in range(exits):
        at = midnight + timedelta(minutes=20 + 40 * number)
        before += [
            Activity(at=at, kind="bed.left", place="bedroom"),
            Activity(at=at + timedelta(minutes=2), kind="motion.detected", place="bathroom"),
            Activity(at=at + timedelta(minutes=6), kind="bed.entered", place="bedroom"),
        ]
    return before
