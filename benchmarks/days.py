"""Invented residents' stored days, thousands at a time: Poisson counts about each one's own habits."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from carehub.contracts import DayTable
from carehub.core.days.dayrow import CELLS, SLOTS, WIDTH
from carehub.core.days.features import Feature, Part

Rows = NDArray[np.float32]
_MEANS = {
    Feature.BED_EXITS: (1.5, 0.3, 0.3, 0.3), Feature.BATHROOM_VISITS: (1.3, 2.2, 2.0, 1.8),
    Feature.KITCHEN_VISITS: (0.2, 3.5, 3.0, 2.5), Feature.ENTRANCE_OPENINGS: (0.02, 0.8, 1.0, 0.4),
    Feature.FIRST_ACTIVITY: (np.nan, 430.0, np.nan, np.nan), Feature.LONGEST_QUIET: (240.0, 70.0, 90.0, 80.0),
    Feature.ROOM_CHANGES: (4.0, 26.0, 24.0, 18.0), Feature.ACTIVITY: (9.0, 60.0, 55.0, 45.0),
}  # fmt: skip
_MINUTES = {Feature.FIRST_ACTIVITY: 20.0, Feature.LONGEST_QUIET: 25.0}
WHY, SLOT, ROOM = len(CELLS), len(CELLS) + len(Part), len(CELLS) + len(Part) + SLOTS
MEAL, HABIT, CROWDED = ROOM + 6, ROOM + 9, WIDTH - 1


def lives(residents: int, days: int, seed: int) -> Rows:
    """(residents, days, WIDTH): each with habits of their own, one day in twenty without a usable afternoon."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((residents, days, WIDTH), dtype=np.float32)
    for column, (part, feature) in enumerate(CELLS):
        mean = _MEANS[feature][list(Part).index(part)]
        own = mean * rng.lognormal(0, 0.08 if feature in _MINUTES else 0.35, (residents, 1))
        if feature in _MINUTES:
            rows[:, :, column] = own + rng.normal(0, _MINUTES[feature], (residents, days))
        else:
            rows[:, :, column] = rng.poisson(own * rng.lognormal(0, 0.12, (residents, days)))
    deaf = rng.random((residents, days)) < 0.05
    afternoon = slice(2 * len(Feature), 3 * len(Feature))
    rows[:, :, afternoon][deaf] = np.nan
    rows[:, :, WHY + 2] = deaf
    _add_shape(rows, rng)
    return rows


def _add_shape(rows: Rows, rng: np.random.Generator) -> None:
    residents, days, _ = rows.shape
    awake = np.repeat([0.25, 4.0, 4.0, 3.0], SLOTS // len(Part))
    slots = rng.poisson(awake, (residents, days, SLOTS))
    slots[:, :, 12:15] = slots[:, :, 46:] = 0  # up at half past seven, in bed at eleven
    rows[:, :, SLOT:ROOM] = slots
    shares = np.array([0.12, 0.28, 0.12, 0.34, 0.08, 0.06])
    rows[:, :, ROOM:MEAL] = rng.poisson(shares * slots.sum(axis=2, keepdims=True))
    rows[:, :, MEAL:HABIT] = rng.random((residents, days, 3)) < 0.93
    rows[:, :, HABIT:CROWDED] = rng.normal([9, 12, 70, 470, 440, 1370], [3, 5, 25, 20, 20, 25], (residents, days, 6))
    rows[:, :, CROWDED] = rng.poisson(0.3, (residents, days))


def named(number: int) -> str:
    """A resident's id, in the order in which they are stored."""
    return f"person{number:05d}"


def table(rows: Rows, first: date, residents: Sequence[str] | None = None) -> DayTable:
    """Rows as the hub stores them."""
    many, days, _ = rows.shape
    ordinals = np.tile(np.arange(first.toordinal(), first.toordinal() + days, dtype="<i4"), many)
    return DayTable(
        residents=tuple(residents or map(named, range(many))),
        counts=(days,) * many,
        days=ordinals.tobytes(),
        values=rows.astype("<f4").tobytes(),
    )
