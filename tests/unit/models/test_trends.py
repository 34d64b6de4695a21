"""Slow changes and broken rhythms are findings of their own; and whether the world is still the one learned from."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.days import HABIT, MEAL, ROOM, SLOT, Rows, lives, named, table
from carehub.contracts import Change
from models import days, rhythm
from models.daily_rhythm import DETECTOR, DailyRhythmModel
from tests.unit.models.synthetic_homes import FIRST_DAY, morning_after

HOMES, DAYS = 24, 90
_NIGHT_BATHS, _NIGHT_EXITS = 1, 0


def _learned(rows: Rows) -> tuple[DailyRhythmModel, list[Change]]:
    given = table(rows, FIRST_DAY)
    model = DETECTOR.learn(given, morning_after(DAYS))
    return model, model.trends(given)


def test_a_level_that_has_moved_three_weeks_ago_is_told_with_its_day_and_the_level_before() -> None:
    rows = lives(HOMES, DAYS, seed=7)
    rows[3, DAYS - 21 :, _NIGHT_BATHS] += 4

    slow = [one for one in _learned(rows)[1] if one.sort == "slow" and one.resident == named(3)]

    [change] = slow
    assert abs(date.fromisoformat(change.day) - (FIRST_DAY + timedelta(days=DAYS - 21))) <= timedelta(days=3)
    assert change.words.startswith("oftere på badet om natten siden ca. ")
    assert "vanlig" in change.words
    seen, _, high = change.measures["bathroom_visits"]
    assert seen > high


def test_stable_people_have_hardly_a_slow_change_or_a_broken_rhythm_in_a_quarter() -> None:
    found = _learned(lives(200, DAYS, seed=8))[1]

    assert sum(one.sort == "slow" for one in found) <= 4
    assert sum(one.sort == "rhythm" for one in found) <= 4


def test_a_broken_rhythm_is_one_finding_that_says_what_it_consists_of() -> None:
    rows = lives(HOMES, DAYS, seed=9)
    rng = np.random.default_rng(1)
    week = slice(DAYS - 7, DAYS)
    rows[2, week, SLOT:ROOM] = rng.permuted(rows[2, week, SLOT:ROOM], axis=1)
    rows[2, week, MEAL:HABIT] = [1, 0, 0]

    [change] = [one for one in _learned(rows)[1] if one.sort == "rhythm" and one.resident == named(2)]

    assert change.words.startswith("siste sju døgn: ")
    for words in ("regelmessig hvile", "måltider på kjøkkenet om dagen", "urolige halvtimer om natten"):
        assert words in change.words
    assert change.part == "week"


def test_two_equal_days_are_wholly_regular_and_an_outage_is_no_rhythm() -> None:
    rows = lives(1, 4, seed=1)
    rows[0, :, SLOT:ROOM] = np.tile([0, 3], 24)
    rows[0, 3, SLOT:ROOM] = np.tile([3, 0], 24)
    rows[0, 0, 32:36] = 1
    seen = days.of(table(rows, FIRST_DAY), "Europe/Oslo")

    index = rhythm.regularity(seen.slots)[0]

    assert np.isnan(index[0])
    assert np.isnan(index[1])
    assert index[2:].tolist() == [100, -100]


def test_f76_a_world_that_has_changed_is_told_by_the_stability_index() -> None:
    rows = lives(60, DAYS, seed=10)
    model = DETECTOR.learn(table(rows, FIRST_DAY), morning_after(DAYS))
    drifted = rows.copy()
    drifted[:, -7:, [15, 23, 31]] *= 1.8  # sensors that count twice

    same, other = model.strangeness(table(rows, FIRST_DAY)), model.strangeness(table(drifted, FIRST_DAY))

    assert max(same.values()) < 0.25
    assert other["afternoon.activity"] > 0.25
    assert other["night.bathroom_visits"] == same["night.bathroom_visits"]
    assert model.strangeness(table(rows[:1], FIRST_DAY)) == {}


@pytest.mark.parametrize("feature", ["night.bed_exits", "morning.first_activity"])
def test_the_reference_covers_every_feature_that_is_measured(feature: str) -> None:
    rows = lives(10, DAYS, seed=11)
    assert feature in DETECTOR.learn(table(rows, FIRST_DAY), morning_after(DAYS)).reference
