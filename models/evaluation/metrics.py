"""What a ranking is worth: label days caught at a budget, AUROC, average precision, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from models.evaluation.protocol import Fold, Key

DAYS_A_MONTH = 30.4375
BUSIEST = 5
RESAMPLES = 1000

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One ranking's figures.

    Attributes:
        per_month: Alerts per person-month.
        busiest: The share of the alerts that the five homes with most of them take.
    """

    label_days_caught: int
    alerts: int
    auroc: float
    average_precision: float
    per_month: float
    busiest: float


Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """Where 95 % of the resampled households lie; label days caught as if there were as many as there are."""

    label_days_caught: Interval
    auroc: Interval
    average_precision: Interval


@dataclass(frozen=True, slots=True)
class Table:
    """The test's days as arrays.

    Attributes:
        home: Which home, by number.
        week: Which fold, by number.
    """

    keys: tuple[Key, ...]
    home: NDArray[np.int64]
    week: NDArray[np.int64]
    truth: NDArray[np.bool_]
    score: Array
    budgets: tuple[int, ...]

    @classmethod
    def of(cls, folds: Sequence[Fold], scores: Mapping[Key, float], labels: frozenset[Key]) -> "Table":
        """A day without a score comes last: the hub says nothing of a day on which it heard nothing."""
        keys = tuple(key for fold in folds for key in fold.keys)
        number = {who: place for place, who in enumerate(sorted({who for who, _ in keys}))}
        last = min(scores.values(), default=0.0) - 1
        return cls(
            keys=keys,
            home=np.array([number[who] for who, _ in keys]),
            week=np.array([place for place, fold in enumerate(folds) for _ in fold.keys]),
            truth=np.array([key in labels for key in keys]),
            score=np.array([scores.get(key, last) for key in keys]),
            budgets=tuple(fold.budget for fold in folds),
        )

    def chosen(self) -> NDArray[np.bool_]:
        """Each week's highest, as many as its budget allows."""
        return self._chosen(np.ones(len(self.keys)))

    def figures(self, told: NDArray[np.bool_] | None = None) -> Figures:
        """The figures of the ranking by week, or of these alerts."""
        told = self.chosen() if told is None else told
        by_home = np.sort(np.bincount(self.home[told], minlength=BUSIEST))[::-1]
        alerts = int(told.sum())
        return Figures(
            label_days_caught=int((told & self.truth).sum()), alerts=alerts,
            auroc=float(roc_auc_score(self.truth, self.score)),
            average_precision=float(average_precision_score(self.truth, self.score)),
            per_month=alerts / len(self.keys) * DAYS_A_MONTH, busiest=float(by_home[:BUSIEST].sum() / max(alerts, 1)),
        )  # fmt: skip

    def sure(self, seed: int, resamples: int = RESAMPLES) -> Sure:
        """The same over households drawn anew: a person's days hang together, so days are never drawn."""
        drawn = np.array(list(self._drawn(seed, resamples)))
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0).tolist()
        spans = list(zip(low, high, strict=True))
        return Sure(label_days_caught=spans[0], auroc=spans[1], average_precision=spans[2])

    def without_busiest(self) -> tuple[int, int]:
        """Label days caught, and label days, in all homes but the five with most label days."""
        of_home = np.bincount(self.home[self.truth], minlength=int(self.home.max()) + 1)
        rest = ~np.isin(self.home, np.argsort(-of_home, kind="stable")[:BUSIEST])
        return int((self.chosen() & self.truth & rest).sum()), int((self.truth & rest).sum())

    def _chosen(self, times: Array) -> NDArray[np.bool_]:
        """With each day counted so many times; the budget grows with the week's days."""
        told = np.zeros(len(self.keys), dtype=bool)
        for week, budget in enumerate(self.budgets):
            places = np.flatnonzero(self.week == week)
            order = places[np.argsort(-self.score[places], kind="stable")]
            allowed = budget * times[places].sum() / len(places)
            told[order[np.cumsum(times[order]) <= allowed + 1e-9]] = True
        return told

    def _drawn(self, seed: int, resamples: int) -> Iterator[tuple[float, float, float]]:
        chance, homes = np.random.default_rng(seed), int(self.home.max()) + 1
        while resamples:
            times = np.bincount(chance.integers(homes, size=homes), minlength=homes)[self.home].astype(float)
            positive = float(times[self.truth].sum())
            if positive:  # a draw without any label day says nothing
                caught = float(times[self._chosen(times) & self.truth].sum())
                yield (
                    caught / positive * float(self.truth.sum()),
                    float(roc_auc_score(self.truth, self.score, sample_weight=times)),
                    float(average_precision_score(self.truth, self.score, sample_weight=times)),
                )
                resamples -= 1
