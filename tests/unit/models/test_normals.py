"""Everybody's normals at once are each one's normals; who is new borrows from the others, and less each day."""

from datetime import date
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.days import lives, table
from models.daily_rhythm import DETECTOR
from models.days import is_free, night_hours
from models.days import of as days_of
from models.learning import cut
from models.normal import cohort, normals, shrunk
from tests.unit.models.synthetic_homes import morning_after

_DAYS = st.lists(st.integers(0, 40) | st.just(None), min_size=1, max_size=60)


@given(first=_DAYS, second=_DAYS)
def test_sorting_whole_arrays_is_the_median_and_the_mad_of_each(
    first: list[int | None], second: list[int | None]
) -> None:
    many = max(len(first), len(second))
    days = np.full((2, many, 1), np.nan, dtype=np.float32)
    for row, values in enumerate((first, second)):
        days[row, : len(values), 0] = [np.nan if one is None else one for one in values]

    found = normals(days, np.array([0.9]), np.array([True]))

    for row, values in enumerate((first, second)):
        known = np.array([one for one in values if one is not None], dtype=float)
        assert found.days[row, 0] == len(known)
        if not len(known):
            assert np.isnan(found.median[row, 0])
            continue
        median = np.median(known)
        low, high = np.quantile(known, [0.1, 0.9], method="nearest")
        mad = 1.4826 * np.median(np.abs(known - median))
        assert (found.median[row, 0], found.low[row, 0], found.high[row, 0]) == (median, low, high)
        assert found.spread[row, 0] == pytest.approx(max(mad, (high - low) / 2.563, 0.75 * sqrt(median), 0.9))


def test_who_is_new_is_judged_by_the_others_and_who_is_known_by_themselves() -> None:
    rng = np.random.default_rng(1)
    days = rng.poisson(6, (12, 60, 1)).astype(np.float32)
    days[0] = np.nan
    days[0, :3] = 20
    days[1] = rng.poisson(20, (60, 1))
    own = normals(days, np.array([0.9]), np.array([True]))

    drawn = shrunk(own, cohort(own, 14), 14)

    assert 6 < drawn.median[0, 0] < 19
    assert drawn.spread[0, 0] > cohort(own, 14).spread[0]
    assert drawn.median[1, 0] == pytest.approx(own.median[1, 0], abs=1)
    assert drawn.low[1, 0] == own.low[1, 0]
    few = normals(days[:7], np.array([0.9]), np.array([True]))
    assert np.array_equal(shrunk(few, cohort(few, 14), 14).median, few.median, equal_nan=True)


@given(known=st.integers(1, 59))
def test_what_is_borrowed_grows_less_with_each_day(known: int) -> None:
    days = np.random.default_rng(2).poisson(5, (12, 60, 1)).astype(np.float32)
    pulls = []
    for many in (known, known + 1):
        days[0] = np.nan
        days[0, :many] = 15
        own = normals(days, np.array([0.9]), np.array([True]))
        pulls.append(15 - shrunk(own, cohort(own, 14), 14).median[0, 0])
    assert 0 <= pulls[1] <= pulls[0]


def test_a_resident_of_five_days_is_told_of_with_a_caution_and_alone_not_at_all() -> None:
    rows = lives(12, 61, seed=4)
    rows[0, :55, :36] = np.nan
    rows[0, :55, 32:36] = 5
    night_baths = 1
    rows[0, 60, night_baths] = 25
    whole, now = table(rows, date(2026, 1, 5)), morning_after(60)
    learned = table(rows[:, :60], date(2026, 1, 5))

    [change] = [one for one in DETECTOR.learn(learned, now).findings(whole, now) if one.resident == "person00000"]
    alone = DETECTOR.learn(cut(learned, slice(0, 1)), now)

    assert "på badet 25 ganger etter midnatt" in change.words.lower()
    assert change.words.endswith("(kjent i 5 dager; ellers slik andre beboere pleier)")
    assert alone.findings(whole, now) == []


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (date(2026, 5, 17), True), (date(2026, 4, 3), True), (date(2026, 5, 14), True), (date(2026, 12, 24), True),
        (date(2026, 1, 10), True), (date(2026, 1, 12), False), (date(2027, 3, 25), True), (date(2027, 4, 1), False),
    ],
)  # fmt: skip
def test_norwegian_holidays_are_free_days_also_those_that_move_with_easter(day: date, free: bool) -> None:
    assert is_free(day) is free


def test_f35_a_night_of_seven_hours_is_counted_as_one_of_six() -> None:
    autumn = date(2026, 10, 25)
    assert [night_hours(day.toordinal(), "Europe/Oslo") for day in (date(2026, 3, 29), autumn, date(2026, 6, 1))] == [
        5, 7, 6,
    ]  # fmt: skip
    rows = lives(1, 2, seed=1)
    rows[0, :, 0] = 7

    cells = days_of(table(rows, date(2026, 10, 24)), "Europe/Oslo").cells[0]

    assert cells[:, 0].tolist() == [7, 6]
    assert cells[1, 5] == rows[0, 1, 5]  # minutes are minutes


def test_a_day_full_of_guests_is_neither_learned_from_nor_told() -> None:
    rows = lives(1, 61, seed=5)
    kitchen = [10, 18, 26]
    for day in range(3, 60, 12):
        rows[0, day, kitchen] = 30
        rows[0, day, -1] = 12
    rows[0, 60, [14, 15]] = 400
    rows[0, 60, -1] = 12
    now = morning_after(60, 13)
    model = DETECTOR.learn(table(rows[:, :60], date(2026, 1, 5)), morning_after(60))

    assert model.residents["person00000"].usual["morning"]["kitchen_visits"].high < 12  # type: ignore[index]
    assert model.findings(table(rows, date(2026, 1, 5)), now) == []
    rows[0, 60, -1] = 0
    [change] = model.findings(table(rows, date(2026, 1, 5)), now)
    assert "bevegelser om formiddagen" in change.words
