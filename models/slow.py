"""Slow change: a level that has moved and stayed, over weeks. The newest change point of each series.

All series are looked through at once with the best split of two means; only where that is clear is the
change point placed, by `ruptures` (kernel change-point detection, linear kernel), which sees where there are several.
"""

import warnings
from dataclasses import dataclass
from math import log

import numpy as np
import ruptures
from numpy.typing import NDArray

from carehub.core.days.dayrow import CELLS
from carehub.core.days.features import Feature, Part
from models.days import Days

FEWEST_BEFORE, FEWEST_AFTER = 21, 14
"""Known days on either side."""
NEWEST = 42
"""Days since the change; what is older has been told, or has become the normal."""
CLEAR = 6.0
"""The t of the best split from which on a series is looked at closely; single weeks of TIHM reach 5."""
_PENALTY = 3.0
"""Times the logarithm of the days, in variances: what a further change point must explain (BIC's is 2)."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is followed from day to day.

    Attributes:
        step: The least change of the level that matters to a person.
        more, fewer: Which way is a change.
    """

    feature: Feature
    part: Part | None
    """None: from six in the morning to midnight."""
    step: float
    more: bool = True
    fewer: bool = True


SERIES = (
    Series(Feature.BED_EXITS, Part.NIGHT, 1.5, fewer=False),
    Series(Feature.BATHROOM_VISITS, Part.NIGHT, 1.5, fewer=False),
    Series(Feature.BATHROOM_VISITS, None, 3, fewer=False),
    Series(Feature.KITCHEN_VISITS, None, 3, more=False),
    Series(Feature.ENTRANCE_OPENINGS, None, 1.5, more=False),
    Series(Feature.ACTIVITY, None, 40),
    Series(Feature.FIRST_ACTIVITY, Part.MORNING, 45, fewer=False),
    Series(Feature.LONGEST_QUIET, None, 60, fewer=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A level that has moved.

    Attributes:
        since: How many days before the newest one it began.
        low, high: The outer tenths of the days before.
        strength: The change, in spreads of a single day.
    """

    resident: int
    series: Series
    since: int
    before: float
    after: float
    low: float
    high: float
    strength: float


def levels(days: Days) -> NDArray[np.float64]:
    """(R, D, series)."""
    return np.stack([_level(days, one) for one in SERIES], axis=2)


def _level(days: Days, one: Series) -> NDArray[np.float64]:
    parts = [one.part] if one.part else [Part.MORNING, Part.AFTERNOON, Part.EVENING]
    cells = days.cells[:, :, [CELLS.index((part, one.feature)) for part in parts]].astype(np.float64)
    level: NDArray[np.float64] = cells.max(axis=2) if one.feature is Feature.LONGEST_QUIET else cells.sum(axis=2)
    return level


def shifts(series: NDArray[np.float64]) -> list[Shift]:
    """Every newest change point that is clear, recent enough, and large enough to matter."""
    strength = _best_split(series)
    found = []
    for resident, column in zip(*np.nonzero(strength >= CLEAR), strict=True):
        shift = _placed(series[resident, :, column], SERIES[column], int(resident))
        if shift is not None:
            found.append(shift)
    return found


def _best_split(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R, series): the largest t of two means over all splits with enough known days on either side."""
    known = np.isfinite(series)
    values = np.where(known, series, 0.0)
    many, total, square = (np.cumsum(one, axis=1) for one in (known.astype(float), values, values**2))
    n1, s1, q1 = many[:, :-1], total[:, :-1], square[:, :-1]
    n2, s2, q2 = (all_of[:, -1:] - part for all_of, part in ((many, n1), (total, s1), (square, q1)))
    enough = (n1 >= FEWEST_BEFORE) & (n2 >= FEWEST_AFTER)
    d1, d2 = np.maximum(n1, 1), np.maximum(n2, 1)
    within = (q1 - s1**2 / d1 + q2 - s2**2 / d2) / np.maximum(n1 + n2 - 2, 1)
    spread = np.sqrt(np.maximum(within, 1e-2) * (1 / d1 + 1 / d2))
    best: NDArray[np.float64] = np.max(np.where(enough, np.abs(s2 / d2 - s1 / d1) / spread, 0.0), axis=1, initial=0.0)
    return best


def _begins(points: list[int], at: int) -> int:
    """Where the level before began; all days before where that level was too short to be a normal."""
    earlier = points[-3] if len(points) > 2 else 0  # noqa: PLR2004 - the last one is the end
    return earlier if at - earlier >= FEWEST_BEFORE else 0


def _placed(series: NDArray[np.float64], what: Series, resident: int) -> Shift | None:
    known = np.flatnonzero(np.isfinite(series))
    values = series[known]
    spread = max(float(np.sqrt(np.mean(np.diff(values) ** 2) / 2)), what.step / 4)  # from day to day: free of levels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of versions of its own dependencies
        search = ruptures.KernelCPD(kernel="linear", min_size=FEWEST_AFTER).fit(values.reshape(-1, 1))
        points = search.predict(pen=_PENALTY * log(len(values)) * spread**2)
    if len(points) < 2:  # noqa: PLR2004 - the last one is the end
        return None
    at = points[-2]
    before, after = values[_begins(points, at) : at], values[at:]
    change = float(np.median(after) - np.median(before))
    since = len(series) - int(known[at])
    matters = change >= what.step if change > 0 else -change >= what.step
    wanted = what.more if change > 0 else what.fewer
    if len(before) < FEWEST_BEFORE or since > NEWEST or not (matters and wanted):
        return None
    low, high = (float(edge) for edge in np.quantile(before, [0.1, 0.9], method="nearest"))
    return Shift(
        resident=resident, series=what, since=since, before=float(np.median(before)), after=float(np.median(after)),
        low=low, high=high, strength=abs(change) / spread,
    )  # fmt: skip
