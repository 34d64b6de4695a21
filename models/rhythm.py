"""Rhythm, day by day: how alike two days are, how broken the nights, how many meals, how much in which room.

Sleep regularity after Phillips et al. 2017: of two consecutive days, in how many half hours the person was quiet
in both or active in both; 100 is the same every day, 0 is chance. Quiet is no sleep, and a motion sensor sees no eyes:
it is called regularity of rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carehub.core.days.dayrow import ROOMS
from models.days import Days

WEEK = 7
FEWEST_OF_A_WEEK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is judged of a week's mean.

    Attributes:
        floor: The least spread of one day.
        step: The least change of the week's mean that matters to a person.
        more, fewer: Which way is a change.
    """

    floor: float
    step: float
    more: bool = False
    fewer: bool = False


MEASURES: dict[str, Measure] = {
    "regularity": Measure(floor=8, step=15, fewer=True),
    "broken_nights": Measure(floor=1, step=2, more=True),
    "meals": Measure(floor=0.35, step=0.8, fewer=True),
    "bathroom_share": Measure(floor=4, step=10, more=True),
    "kitchen_share": Measure(floor=4, step=10, fewer=True),
    "bedroom_share": Measure(floor=4, step=12, more=True),
}
FLOORS = np.array([one.floor for one in MEASURES.values()])
NO_COUNTS = np.zeros(len(MEASURES), dtype=np.bool_)


def measured(days: Days) -> NDArray[np.float32]:
    """(R, D, measures): each day's rhythm."""
    whole: NDArray[np.bool_] = np.asarray(days.usable.all(axis=2))
    rooms = np.where(whole[:, :, None], days.rooms, np.nan)
    total = rooms.sum(axis=2)
    shares = 100 * rooms / np.where(total > 0, total, np.nan)[:, :, None]
    meals = np.where(whole, days.meals.sum(axis=2), np.nan)
    each = [regularity(days.slots), _broken(days.slots), meals]
    each += [shares[:, :, ROOMS.index(room)] for room in ("bathroom", "kitchen", "bedroom")]
    return np.stack(each, axis=2).astype(np.float32)


def regularity(slots: NDArray[np.int16]) -> NDArray[np.float64]:
    """(R, D): of each day against the day before."""
    both = (slots[:, 1:] >= 0) & (slots[:, :-1] >= 0)
    alike = ((slots[:, 1:] > 0) == (slots[:, :-1] > 0)) & both
    many = both.sum(axis=2)
    index = 200 * alike.sum(axis=2) / np.maximum(many, 1) - 100
    first = np.full((slots.shape[0], 1), np.nan)
    return np.concatenate([first, np.where(many >= slots.shape[2] // 2, index, np.nan)], axis=1)


def _broken(slots: NDArray[np.int16]) -> NDArray[np.float64]:
    """(R, D): active half hours from eleven in the evening before to six."""
    night = np.concatenate([_before(slots)[:, :, 46:], slots[:, :, :12]], axis=2)
    return np.where((night >= 0).all(axis=2), (night > 0).sum(axis=2), np.nan)


def _before(slots: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.concatenate([np.full_like(slots[:, :1], -1), slots[:, :-1]], axis=1)


def of_the_week(days: NDArray[np.float32]) -> NDArray[np.float64]:
    """(R, measures): the mean of the last seven days, where five of them are known."""
    week = days[:, -WEEK:]
    known = np.isfinite(week).sum(axis=1)
    return np.where(known >= FEWEST_OF_A_WEEK, np.nansum(week, axis=1) / np.maximum(known, 1), np.nan)
