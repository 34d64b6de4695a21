"""Learning everybody's normals from stored days, in pieces that any joblib backend may take."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from carehub.contracts import DayTable
from carehub.core.days.dayrow import CELLS, SIZE
from carehub.core.days.features import Feature, Part
from models import days as stored
from models import drift, rhythm
from models.baseline import WATCHES
from models.normal import Normals, cohort, normals, shrunk
from models.own import FREE, WORKING, Known, Own, all_of, apart

FEWEST_DAYS = 14
"""Usable days before a person's own days are enough."""
FEWEST_BESIDE_OTHERS = 4
"""The same where a cohort is known from which the rest is borrowed."""
FEWEST_OF_A_SORT = 10
MOST_ROWS = 3000
"""What the pooled detector is fitted on, at most: it keeps its rows."""
MOST_LOOKED_AT = 400
"""Residents whose deviations are looked at together."""
SEED = 20260115
BOUND = 8.0
"""Deviations beyond this are all the same to the pooled detector."""

_FLOORS = np.array([WATCHES[feature].floor for _, feature in CELLS])
_COUNTS = np.array([feature not in {Feature.FIRST_ACTIVITY, Feature.LONGEST_QUIET} for _, feature in CELLS])
_FEATURES = len(Feature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What training gives.

    Attributes:
        pooled: Sees the features of a part together; None where there were too few days.
        unlike: The pooled score above which one day in a hundred of the training lay.
        reference: How deviations were distributed (`models.drift`).
    """

    residents: dict[str, Own]
    pooled: Any | None
    unlike: float
    reference: dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    whole: Normals
    sorts: dict[str, Normals]
    rhythm: Normals
    company: NDArray[np.float64]


def learn(table: DayTable, zone: str) -> Learned:
    """Everybody's normals; the pieces are the same whoever computes them, so the model is too."""
    if not table.residents:
        return Learned(residents={}, pooled=None, unlike=0.0, reference={})
    pieces = Parallel()(delayed(_piece)(one, zone) for one in cuts(table))
    whole = Normals.joined([piece.whole for piece in pieces])
    others = cohort(whole, FEWEST_DAYS)
    enough = np.where(np.isfinite(others.median), FEWEST_BESIDE_OTHERS, FEWEST_DAYS)
    drawn = shrunk(whole, others, FEWEST_DAYS)
    sorts = {sort: Normals.joined([piece.sorts[sort] for piece in pieces]) for sort in (WORKING, FREE)}
    company = np.concatenate([piece.company for piece in pieces])
    regular = Normals.joined([piece.rhythm for piece in pieces])
    two = apart(sorts[WORKING], sorts[FREE], FEWEST_OF_A_SORT)
    known = Known(whole=drawn, sorts=sorts, two_sorts=two, rhythm=regular, company=company)
    own = all_of(known, enough, FEWEST_DAYS)
    residents = dict(zip(table.residents, own, strict=True))
    deviating = _some_deviations(table, zone, residents)
    pooled, unlike = _pool(deviating)
    return Learned(residents=residents, pooled=pooled, unlike=unlike, reference=drift.reference(deviating))


def cuts(table: DayTable) -> Iterator[DayTable]:
    """The table in pieces, each with its own bytes: what a process far away is sent."""
    for piece in stored.chunks(table):
        yield cut(table, piece)


def cut(table: DayTable, piece: slice) -> DayTable:
    """Some residents' part of the table."""
    before, many = sum(table.counts[: piece.start]), sum(table.counts[piece])
    return DayTable(
        residents=table.residents[piece],
        counts=table.counts[piece],
        days=table.days[4 * before : 4 * (before + many)],
        values=table.values[SIZE * before : SIZE * (before + many)],
    )


def _piece(table: DayTable, zone: str) -> _Piece:
    days = stored.of(table, zone)
    crowd = normals(days.crowded[:, :, None], np.ones(1), np.ones(1, dtype=np.bool_)).high[:, 0]
    cells = stored.without_company(days, crowd.astype(np.float32))
    return _Piece(
        whole=normals(cells, _FLOORS, _COUNTS),
        sorts={
            WORKING: normals(cells[:, ~days.free], _FLOORS, _COUNTS),
            FREE: normals(cells[:, days.free], _FLOORS, _COUNTS),
        },
        rhythm=normals(rhythm.measured(days), rhythm.FLOORS, rhythm.NO_COUNTS),
        company=np.nan_to_num(crowd),
    )


def deviations(days: stored.Days, residents: dict[str, Own]) -> NDArray[np.float64]:
    """(R, D, 32): how many spreads each value is from its normal; NaN where either is unknown."""
    shape = (2, len(days.residents), 2, len(CELLS))
    middle, spread = np.full(shape, np.nan)
    for row, resident in enumerate(days.residents):
        if (own := residents.get(resident)) is None:
            continue
        for column, (part, feature) in enumerate(CELLS):
            for sort, name in enumerate((WORKING, FREE)):
                usual = own.usual.get(f"{part.value}/{name}", {}).get(feature)
                usual = usual or own.usual.get(part.value, {}).get(feature)
                if usual is not None:
                    middle[row, sort, column], spread[row, sort, column] = usual.median, usual.spread
    sorts = days.free.astype(np.int64)
    z: NDArray[np.float64] = (days.cells - middle[:, sorts]) / spread[:, sorts]
    return np.clip(z, -20, 20)


def _some_deviations(table: DayTable, zone: str, residents: dict[str, Own]) -> NDArray[np.float64]:
    """(N, 32): the days of some residents, evenly chosen."""
    step = max(1, len(table.residents) // MOST_LOOKED_AT)
    found = []
    for row in range(0, len(table.residents), step):
        days = stored.of(cut(table, slice(row, row + 1)), zone)
        found.append(deviations(days, residents)[0])
    return np.concatenate(found)


def _pool(deviating: NDArray[np.float64]) -> tuple[Any | None, float]:
    """Fit on four fifths; on the last fifth see what one day in a hundred exceeds."""
    parts = deviating.reshape(len(deviating) * len(Part), _FEATURES)
    rows = as_rows(parts[np.isfinite(parts).any(axis=1)])
    if len(rows) < 200:  # noqa: PLR2004 - fewer than fifty days of one person: no neighbourhood to speak of
        return None, 0.0
    table = rows[np.random.default_rng(SEED).permutation(len(rows))[:MOST_ROWS]]
    kept = len(table) * 4 // 5
    # brute force: no tree to store, hence no type beyond those that skops knows
    nearest = LocalOutlierFactor(n_neighbors=20, novelty=True, algorithm="brute", n_jobs=1)
    pooled = Pipeline([("scale", StandardScaler(with_mean=False)), ("lof", nearest)]).fit(table[:kept])
    return pooled, float(np.quantile(-pooled.score_samples(table[kept:]), 0.99))


def as_rows(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """As the pooled detector wants them: what is not known is as usual."""
    return np.clip(np.nan_to_num(parts), -BOUND, BOUND)
