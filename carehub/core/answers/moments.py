"""Moments by the thousand as a column of numpy. Pure; for a thread of its own, since the first time loads it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carehub.kit.late import late

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Moments = NDArray[np.datetime64]
else:
    np, Moments = late("numpy", at_leisure=False), Any

Times = Sequence[str] | Sequence[datetime]
"""SQLite's texts, in UTC without a zone; or moments."""
SomeTimes = Sequence[str | None] | Sequence[datetime | None]
_MICROSECONDS = 10**6


def moments(values: SomeTimes) -> Moments:
    """In UTC, to the microsecond until the year 2106; NaT for None.

    Of moments numpy would ask each for its year, month and day, which costs ten times their seconds.
    """
    if isinstance(next(filter(None, values), ""), str):
        return np.array(values, "datetime64[us]")
    seconds = np.fromiter((one.timestamp() if one else np.nan for one in values), np.float64, len(values))  # type: ignore[union-attr]
    found, known = np.full(len(values), "NaT", "datetime64[us]"), ~np.isnan(seconds)
    found[known] = np.rint(seconds[known] * _MICROSECONDS).astype(np.int64).view("datetime64[us]")
    return found
