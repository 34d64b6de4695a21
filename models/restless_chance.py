"""How likely staff are to find something, learned from what they said of earlier days.

Two opinions, averaged. A bag of shallow, randomised trees sees that a high level means more in somebody of whom it
was true before, and does not take a newcomer's empty history for a good sign, as a logistic regression of everything
did. A logistic regression of the level alone holds it steady while few outcomes are known.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.restless_panel import Array

HALF_LIVES = (3.0, 7.0, 21.0)
"""Days. How the share of earlier days with a true finding is weighed."""

FEWEST = 8
"""So many true findings before anything is learned from them."""

USUAL = 0.04
"""The share of days that is assumed to be true of somebody of whom nothing is known."""

_SEED = 20190526
_LEAF = -1


def rows(level: Array, own: Array, against: Array, late: Array, shares: Array) -> Array:
    """What is learned from, residents x days x columns."""
    odds = np.log(shares / (1 - shares))
    against = np.where(np.isnan(against), level[..., None], against)  # a home without a sensor in the hall
    return np.concatenate([level[..., None], own[..., None], late[..., None], against, odds], axis=-1)


def fitted(table: Array, found: Sequence[tuple[int, int]], trees: int) -> tuple[VotingClassifier | None, Array]:
    """A classifier and what it says of the known days; None where too little was found.

    Args:
        table: residents x days x columns; NaN where a day is not known.
        found: (resident, day) of each day on which staff found something.
        trees: How many there are in the bag.
    """
    truth = np.zeros(table.shape[:2], dtype=bool)
    for row, column in found:
        truth[row, column] = True
    known = ~np.isnan(table).any(axis=-1)
    if (truth & known).sum() < FEWEST:
        return None, np.zeros(0)
    made = VotingClassifier(
        [
            ("trees", ExtraTreesClassifier(trees, min_samples_leaf=10, max_features=0.5, random_state=_SEED)),
            ("level", make_pipeline(ColumnTransformer([("level", StandardScaler(), [0])]), LogisticRegression())),
        ],
        voting="soft",
    ).fit(table[known], truth[known])
    return made, np.asarray(made.predict_proba(table[known])[:, 1])


TRUSTED = ("sklearn.tree._tree.Tree", "sklearn.utils._bunch.Bunch")
"""What skops does not trust by itself: a tree's nodes are numbers that are followed without a look, so `sound` looks;
and a dictionary whose keys can be written as attributes."""


def sound(stored: Any) -> bool:
    """Whether every tree of a classifier that was read leads from node to later node, to a leaf, by known columns."""
    for one in stored.estimators_[0].estimators_:
        tree = one.tree_
        places = np.arange(tree.node_count)
        leaf = tree.children_left == _LEAF
        if not (
            np.array_equal(leaf, tree.children_right == _LEAF)
            and all(
                ((ends > places) & (ends < tree.node_count))[~leaf].all()
                for ends in (tree.children_left, tree.children_right)
            )
            and ((tree.feature >= 0) & (tree.feature < tree.n_features))[~leaf].all()
        ):
            return False
    return True
