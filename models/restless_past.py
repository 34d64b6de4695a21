"""What is kept of one resident's days, so that the next one can be judged."""

import msgspec

from models.restless_chance import HALF_LIVES, USUAL
from models.restless_panel import FEATURES


class Sums(msgspec.Struct, frozen=True, array_like=True):
    """Of one resident's log counts over a window of days, by feature: how many, their sum, the sum of their squares."""

    count: list[float]
    total: list[float]
    square: list[float]


class Past(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one resident.

    Attributes:
        near: Over the last 14 days.
        far: Over the last 28.
        recent: The mean level of the last seven days.
        told: The share of days on which staff found something, for each of `HALF_LIVES`.
    """

    near: Sums
    far: Sums
    recent: float
    told: list[float]


_NOTHING = Sums(*([0.0] * len(FEATURES) for _ in range(3)))
STRANGER = Past(near=_NOTHING, far=_NOTHING, recent=0.0, told=[USUAL] * len(HALF_LIVES))
"""Somebody who has just moved in: only the cohort is known."""
