"""How likely staff are to find something, learned from what they said of earlier days.

A bag of shallow, randomised trees: it sees that a high level means more in somebody of whom it was true
before, and does not take a newcomer's empty history for a good sign, as a logistic regression did.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from models.restless_panel import Array

HALF_LIVES = (3.0, 7.0, 21.0)
"""Days. How the share of earlier days with a true finding is weighed."""

FEWEST = 8
"""So many true findings before anything is learned from them."""

USUAL = 0.04
"""The share of days that is assumed to be true of somebody of whom nothing is known."""

_SEED = 20190526
_TREES = 300


def rows(level: Array, own: Array, against: Array, late: Array, shares: Array) -> Array:
    """What is learned from, residents x days x columns."""
    odds = np.log(shares / (1 - shares))
    against = np.where(np.isnan(against), level[..., None], against)  # a home without a sensor in the hall
    return np.concatenate([level[..., None], own[..., None], late[..., None], against, odds], axis=-1)


def fitted(table: Array, found: Sequence[tuple[int, int]]) -> tuple[ExtraTreesClassifier | None, Array]:
    """A classifier and what it says of the known days; None where too little was found.

    Args:
        table: residents x days x columns; NaN where a day is not known.
        found: (resident, day) of each day on which staff found something.
    """
    truth = np.zeros(table.shape[:2], dtype=bool)
    for row, column in found:
        truth[row, column] = True
    known = ~np.isnan(table).any(axis=-1)
    if (truth & known).sum() < FEWEST:
        return None, np.zeros(0)
    trees = ExtraTreesClassifier(_TREES, min_samples_leaf=10, max_features=0.5, random_state=_SEED)
    made = trees.fit(table[known], truth[known])
    return made, np.asarray(made.predict_proba(table[known])[:, 1])
