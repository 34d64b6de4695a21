"""Everybody's own normal at once: middle, spread and usual range of each feature, by sorting whole arrays.

Who has been known for a few days only borrows from the others: each normal is drawn towards the cohort's, the more the
fewer the days, and the more alike the others are among themselves (empirical Bayes). With sixty days
there is hardly anything left of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CONSISTENT = 1.4826
"""Makes the MAD of normally distributed days their standard deviation."""
TENTHS = 2.563
"""So many standard deviations lie between the outer tenths; sees the habit of some days that the MAD overlooks."""
MEDIAN_IS_UNSURE = 1.57
"""The variance of a median of n days is about so many times their variance, over n."""
BORROWED = 7
"""The cohort's spread counts as so many days of one's own."""
FEWEST_OTHERS = 8
"""Residents known for a fortnight before anybody borrows from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normals:
    """Arrays over residents and features; NaN where no day is known."""

    median: Array
    spread: Array
    low: Array
    high: Array
    days: NDArray[np.int64]

    @classmethod
    def joined(cls, chunks: "list[Normals]") -> "Normals":
        """Those of several groups of residents, one below the other."""
        return cls(
            median=np.concatenate([one.median for one in chunks]),
            spread=np.concatenate([one.spread for one in chunks]),
            low=np.concatenate([one.low for one in chunks]),
            high=np.concatenate([one.high for one in chunks]),
            days=np.concatenate([one.days for one in chunks]),
        )


def normals(values: NDArray[np.float32], floors: Array, counts: NDArray[np.bool_]) -> Normals:
    """The normals of days (R, D, C), where NaN is a day that is not known.

    Args:
        floors: (C,): the least spread.
        counts: (C,): what is counted scatters by itself, even when nothing changes.
    """
    ordered, days = ranked(values)
    median = _median(ordered, days)
    mad = CONSISTENT * _median(np.sort(np.abs(values - median[:, None, :]), axis=1), days)
    low, high = share(ordered, days, 0.1), share(ordered, days, 0.9)
    by_itself = np.where(counts, 0.75 * np.sqrt(np.maximum(median, 0)), 0)
    spread = np.fmax(np.fmax(mad, (high - low) / TENTHS), np.fmax(by_itself, floors))
    return Normals(median=median, spread=np.where(days > 0, spread, np.nan), low=low, high=high, days=days)


def ranked(values: NDArray[np.float32]) -> tuple[Array, NDArray[np.int64]]:
    """The days of (R, D, C) in ascending order, what is not known last; and how many are known."""
    return np.sort(values.astype(np.float64), axis=1), np.sum(np.isfinite(values), axis=1)


def share(ordered: Array, days: NDArray[np.int64], of: float) -> Array:
    """The value that so large a share of the known days does not exceed: the nearest one that was really seen."""
    return _at(ordered, days, np.rint((days - 1) * of).astype(np.int64))


def _at(ordered: Array, days: NDArray[np.int64], place: NDArray[np.int64]) -> Array:
    found = np.take_along_axis(ordered, np.maximum(place, 0)[:, None, :], axis=1)[:, 0, :]
    return np.where(days > 0, found, np.nan)


def _median(ordered: Array, days: NDArray[np.int64]) -> Array:
    return (_at(ordered, days, (days - 1) // 2) + _at(ordered, days, days // 2)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """What is usual among residents who are known well; by feature, NaN where too few are."""

    median: Array
    between: Array
    """How far residents lie apart; no less than one's own days do, so that who is known is never drawn far."""
    spread: Array
    low: Array
    high: Array


def cohort(own: Normals, fewest: int) -> Cohort:
    """Learned from residents with at least so many days."""
    known = own.days >= fewest
    enough = known.sum(axis=0) >= FEWEST_OTHERS

    def middle(of: Array) -> Array:
        out = np.full(of.shape[1], np.nan)
        for column in np.flatnonzero(enough):
            out[column] = np.median(of[known[:, column], column])
        return out

    median = middle(own.median)
    between = CONSISTENT * middle(np.abs(own.median - median))
    spread = middle(own.spread)
    return Cohort(
        median=median, between=np.fmax(between, spread), spread=spread, low=middle(own.low), high=middle(own.high)
    )


def shrunk(own: Normals, others: Cohort, fewest: int) -> Normals:
    """Each normal drawn towards the cohort's by how little is known of it.

    The range that is shown stays the person's own from `fewest` days on: it is a fact, not an estimate. Before,
    it is drawn as the middle is, and rounded outwards.
    """
    has = np.isfinite(others.median) & (own.days > 0)
    days = np.maximum(own.days, 1)
    trust = others.between**2 / (others.between**2 + MEDIAN_IS_UNSURE * others.spread**2 / days)
    median = np.where(has, trust * own.median + (1 - trust) * others.median, own.median)
    within = (days * own.spread**2 + BORROWED * others.spread**2) / (days + BORROWED)
    spread = np.where(has, np.sqrt(within + (1 - trust) * others.between**2), own.spread)
    young = has & (own.days < fewest)
    return Normals(
        median=median,
        spread=spread,
        low=np.where(young, np.floor(trust * own.low + (1 - trust) * others.low), own.low),
        high=np.where(young, np.ceil(trust * own.high + (1 - trust) * others.high), own.high),
        days=own.days,
    )
