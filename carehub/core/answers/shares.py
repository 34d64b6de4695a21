"""Figures of few: a share with its interval, and the rank within which so many fell. Pure.

Small numbers are told as they are: of fewer than five there is neither.
"""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

FEWEST = 5
"""Of fewer there is no share: one alert more or less would turn it over."""
_Z = NormalDist().inv_cdf(0.975)


class Share(NamedTuple):
    """So many of so many, with the interval that 95 of 100 such samples would hold (Wilson)."""

    part: int
    whole: int

    @property
    def tells(self) -> bool:
        """Whether there are enough to speak of a share at all."""
        return self.whole >= FEWEST

    @property
    def value(self) -> float:
        """Between 0 and 1; of nothing it is 0."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, which is right near 0 and 1 and for few: the statistics library has none of its own."""
        if not self.whole:
            return 0.0, 1.0
        share, many, spread = self.value, self.whole, _Z**2
        middle = (share + spread / (2 * many)) / (1 + spread / many)
        half = _Z * sqrt(share * (1 - share) / many + spread / (4 * many**2)) / (1 + spread / many)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def per_cent(self) -> str:
        """In words: "15 % (5–36 %)"."""
        low, high = self.interval
        return f"{_per_cent(self.value)} % ({_per_cent(low)}–{_per_cent(high)} %)"

    def __str__(self) -> str:
        """In bokmål: "3 av 20, 15 % (5–36 %)"; of too few only how many."""
        counted = f"{self.part} av {self.whole}"
        return f"{counted}, {self.per_cent}" if self.tells else counted


def _per_cent(share: float) -> int:
    return round(100 * share)


def rank(took: Sequence[float], share: float) -> timedelta | None:
    """The time within which so many were answered, of seconds in order.

    By nearest rank, so that what was never answered needs no number.
    """
    seconds = nearest(took, share)
    return timedelta(seconds=seconds) if seconds is not None and seconds != inf else None


def nearest(ordered: Sequence[float], share: float) -> float | None:
    """The one by which so many are reached; None of too few."""
    where = place(len(ordered), share)
    return None if where is None else ordered[where]


def place(many: int, share: float) -> int | None:
    """Where in their order that one stands; None of too few."""
    return ceil(share * many) - 1 if many >= FEWEST else None
