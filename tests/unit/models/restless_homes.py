"""Invented homes in counted days: calm and restless ones, with some scatter from day to day."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from carehub.core.days.restlessness import Restless, RestlessDay

FIRST = date(2019, 4, 1)


def counted(day: date, changes: int, *, whole: bool = True) -> RestlessDay:
    """A day with so many room changes, and the other counts in proportion; all by day."""
    hours = [0] * 24
    for number in range(changes):
        hours[8 + number % 12] += 1
    shares = {
        Restless.ROOM_CHANGES: 1.0, Restless.QUICK_CHANGES: 0.5, Restless.RETURNS: 0.3, Restless.INTO_HALL: 0.3,
    }  # fmt: skip
    by_hour = {feature: tuple(round(hour * share) for hour in hours) for feature, share in shares.items()}
    return RestlessDay(day=day, by_hour=by_hour, whole=whole)


def homes(seed: int = 1, *, residents: int = 12, days: int = 50, first: date = FIRST) -> dict[str, list[RestlessDay]]:
    """Each with a level of its own."""
    chance = np.random.default_rng(seed)
    return {
        f"r{number:02}": [
            counted(first + timedelta(days=day), int(chance.poisson(30 + 5 * number))) for day in range(days)
        ]
        for number in range(residents)
    }


def without(days: Sequence[RestlessDay], day: date) -> list[RestlessDay]:
    """All but one day."""
    return [one for one in days if one.day != day]
