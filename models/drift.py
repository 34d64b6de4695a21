"""Whether the days that a model judges still look like those it learned from: the population stability index.

Below 0.1 they do; above 0.25 they do not (the usual reading, Siddiqi 2006). Compared are deviations from each
person's own normal, so that a new resident is no drift, and a new sort of sensor is.
"""

import numpy as np
from numpy.typing import NDArray

from carehub.core.days.dayrow import CELLS

FEWEST = 200
"""Values on either side; fewer say nothing."""
_TENTHS = np.arange(0.1, 1.0, 0.1)
_LEAST = 1e-3


def reference(deviations: NDArray[np.float64]) -> dict[str, tuple[list[float], list[float]]]:
    """Of deviations (N, cells): by cell, the edges of its tenths and how much lies between them."""
    found = {}
    for column, (part, feature) in enumerate(CELLS):
        known = deviations[:, column][np.isfinite(deviations[:, column])]
        if len(known) >= FEWEST:
            edges = np.unique(np.quantile(known, _TENTHS))
            found[f"{part.value}.{feature.value}"] = (edges.tolist(), _shares(known, edges).tolist())
    return found


def strangeness(
    deviations: NDArray[np.float64], learned: dict[str, tuple[list[float], list[float]]]
) -> dict[str, float]:
    """The index by cell, where enough is known."""
    found = {}
    for column, (part, feature) in enumerate(CELLS):
        name = f"{part.value}.{feature.value}"
        known = deviations[:, column][np.isfinite(deviations[:, column])]
        if name in learned and len(known) >= FEWEST:
            edges, expected = (np.array(one) for one in learned[name])
            seen = _shares(known, edges)
            found[name] = round(float(np.sum((seen - expected) * np.log(seen / expected))), 4)
    return found


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    many = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return np.maximum(many / len(values), _LEAST)
