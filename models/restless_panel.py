"""Everybody's days side by side, and each day against the days before it: the cohort's and the person's own.

A panel is an array residents x days x features, NaN where nothing was counted. What is said of a day uses
the `WINDOW` days before it and the day itself, never a later one: the same code judges today and makes the
rows of the past from which the outcomes are learned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from carehub.core.days.restlessness import HOURS, Restless, RestlessDay

Array = NDArray[np.float64]

FEATURES = tuple(Restless)
WINDOW = 28
"""Days. The cohort's normal and the person's own are of these."""

NEAR = 14
"""Days of the person by which the level is shrunk."""

RECENT = 7
"""Days over which the level of late is averaged."""


@dataclass(frozen=True, slots=True)
class Shrink:
    """How much the person's own days weigh against the cohort's.

    Attributes:
        middle: The cohort counts as so many days of the person in the mean.
        spread: The same in the spread.
    """

    middle: float
    spread: float


LEVEL = Shrink(middle=56, spread=5)
"""How restless compared with other homes: a full window of own days weighs a fifth in the middle, three quarters in
the spread."""

OWN = Shrink(middle=5, spread=5)
"""Mostly the person: how restless compared with the own days; the cohort only until there are some."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Residents' days as one array of log counts."""

    residents: tuple[str, ...]
    first: date
    values: Array

    @classmethod
    def of(cls, days: Mapping[str, Sequence[RestlessDay]], until: date, *, hour: int = HOURS) -> "Panel":
        """The whole days before `until`, counted up to `hour`."""
        residents = tuple(sorted(days))
        known = [one.day for some in days.values() for one in some if one.day < until and one.whole]
        first = min(known, default=until)
        values = np.full((len(residents), (until - first).days, len(FEATURES)), np.nan)
        for row, resident in enumerate(residents):
            for one in days[resident]:
                if one.day < until and one.whole:
                    values[row, (one.day - first).days] = row_of(one, hour)
        return cls(residents, first, values)


def row_of(day: RestlessDay, hour: int = HOURS) -> list[float]:
    """A day's log counts in the order of `FEATURES`; NaN where there is none."""
    counts = day.until(hour)
    return [float(np.log1p(counts[feature])) if feature in counts else np.nan for feature in FEATURES]


@dataclass(frozen=True, slots=True)
class Before:
    """The window before each column, and before the column after the last: one more column than the panel.

    Attributes:
        count: residents x (days + 1) x features: days known.
        total: Their sum.
        square: The sum of their squares.
    """

    count: Array
    total: Array
    square: Array

    @classmethod
    def of(cls, panel: Panel, window: int) -> "Before":
        """Running sums: a window's sum is the difference of two."""
        values = np.nan_to_num(panel.values)
        return cls(*(_windows(one, window) for one in (~np.isnan(panel.values) * 1.0, values, values**2)))

    def known(self) -> "Before":
        """Without the column after the last."""
        return Before(self.count[:, :-1], self.total[:, :-1], self.square[:, :-1])

    def cohort(self) -> tuple[Array, Array]:
        """Mean and spread over everybody, days x features; NaN where nobody is known."""
        count, total, square = (one.sum(axis=0) for one in (self.count, self.total, self.square))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / count
            return mean, np.sqrt(np.maximum(square / count - mean**2, 0)) + 1e-9

    def z(self, values: Array, cohort: tuple[Array, Array], shrink: Shrink) -> Array:
        """How far each value is from the person's mean shrunk to the cohort's, in spreads shrunk likewise."""
        mean, spread = cohort
        own = self.total / np.maximum(self.count, 1)
        scatter = np.maximum(self.square - self.count * own**2, 0)
        middle = (shrink.middle * mean + self.total) / (shrink.middle + self.count)
        variance = (shrink.spread * spread**2 + scatter) / (shrink.spread + self.count)
        return np.asarray((values - middle) / np.sqrt(variance))


def _windows(values: Array, window: int) -> Array:
    start = np.zeros((values.shape[0], 1, *values.shape[2:]))
    sums = np.concatenate([start, np.cumsum(values, axis=1)], axis=1)
    earlier = np.concatenate([np.zeros_like(sums[:, :window]), sums[:, :-window]], axis=1)[:, : sums.shape[1]]
    return np.asarray(sums - earlier)


def mean_known(values: Array, axis: int = -1) -> Array:
    """The mean of what is known along an axis; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.nan_to_num(values).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def recent(levels: Array) -> Array:
    """The mean level of the `RECENT` days before each column and before the one after the last."""
    known = ~np.isnan(levels)
    count, total = _windows(known * 1.0, RECENT), _windows(np.nan_to_num(levels), RECENT)
    return np.where(count > 0, total / np.maximum(count, 1), 0.0)


def told(outcomes: Iterable[tuple[int, int]], heard: Array, half_life: float, rate: float) -> Array:
    """The share of earlier days on which staff found something, the late ones weighing more; residents x (days + 1).

    Args:
        outcomes: (row, column) of each such day.
        heard: residents x days: whether the day counts.
        half_life: In days.
        rate: The share that is assumed of somebody of whom nothing is known, with the weight of two days.
    """
    found = np.zeros_like(heard)
    for row, column in outcomes:
        found[row, column] = 1.0
    keep = 0.5 ** (1 / half_life)
    shares = np.empty((heard.shape[0], heard.shape[1] + 1))
    of, weight = np.zeros(heard.shape[0]), np.zeros(heard.shape[0])
    for column in range(heard.shape[1] + 1):
        shares[:, column] = (of + 2 * rate) / (weight + 2)
        if column < heard.shape[1]:
            of, weight = (of + found[:, column]) * keep, (weight + np.maximum(heard, found)[:, column]) * keep
    return shares
