"""How restless a day was, compared with other homes and with the person's own days. What it is for: its card.

The level is a mean of z-scores against the cohort's last 28 days, shrunk towards the person's own; beside it
stands the own comparison, so that the few homes that are always busy do not take every finding. Where staff
have said which findings were right, a classifier learns from that how likely the next one is to be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from math import log1p, sqrt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sklearn.ensemble import VotingClassifier

from carehub.contracts import Activity, Change, Outcome
from carehub.core.days.features import Span, shared_silences
from carehub.core.days.restlessness import HOURS, RestlessDay, days_of
from models import artefact
from models.restless_chance import HALF_LIVES, TRUSTED, USUAL, fitted, rows, sound
from models.restless_panel import (
    FEATURES,
    LEVEL,
    NEAR,
    OWN,
    WINDOW,
    Array,
    Before,
    Panel,
    mean_known,
    recent,
    row_of,
    told,
)
from models.restless_past import STRANGER, Past, Sums
from models.restless_words import FEWEST_OWN, Normal, between, sentence

FEWEST_DAYS = 100
"""Residents' days with a score before anything is told."""

NEVER = 1e9


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mean: list[float]
    spread: list[float]
    residents: dict[str, Past]
    level_from: float
    own_from: float
    chance_from: float
    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One day of one resident.

    Attributes:
        level: How restless, against the cohort's normal shrunk to the person.
        own: How restless, against the person's own days.
        chance: How likely staff are to find something, learned from outcomes; None where there are too few.
    """

    level: float
    own: float
    chance: float | None

    @property
    def score(self) -> float:
        """What days are ranked by."""
        return self.level if self.chance is None else self.chance


@dataclass(frozen=True, slots=True, kw_only=True)
class RestlessnessModel:
    """A trained model (`carehub.contracts.TrainedModel`)."""

    manifest: artefact.Manifest
    known: _Stored
    chance: Any | None

    def judge(self, days: Mapping[str, RestlessDay]) -> dict[str, Judged]:
        """Judge one day of each resident; a stranger is judged by the cohort alone."""
        who = sorted(days)
        if not who or not self.known.residents:
            return {}
        pasts = [self.known.residents.get(one, STRANGER) for one in who]
        near, far = _before([one.near for one in pasts]), _before([one.far for one in pasts])
        values = np.array([[row_of(days[one], self.known.hour)] for one in who])
        level, own, against = _compared(near, far, values, (np.array([self.known.mean]), np.array([self.known.spread])))
        chances: Sequence[float | None] = [None] * len(who)
        if self.chance is not None:
            shares = np.array([[one.told] for one in pasts])
            late = np.array([[one.recent] for one in pasts])
            chances = self.chance.predict_proba(rows(level, own, against, late, shares)[:, 0])[:, 1].tolist()
        return {
            one: Judged(level=float(level[row, 0]), own=float(own[row, 0]), chance=chances[row])
            for row, one in enumerate(who)
            if not np.isnan(level[row, 0])
        }

    def is_told(self, judged: Judged) -> bool:
        """Whether it is as high as few of the last weeks' days were."""
        if judged.chance is not None:
            return judged.chance >= self.known.chance_from
        return judged.level >= self.known.level_from

    def is_unlike_own(self, judged: Judged) -> bool:
        """Whether it is far from the person's own days, whatever other homes are like."""
        return judged.own >= self.known.own_from

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        """Judge the newest finished local day; at most one change."""
        zone = ZoneInfo(self.manifest.zone)
        midnight = _midnight(now, zone)
        yesterday = (midnight - timedelta(hours=12)).astimezone(zone).date()
        late = [one for one in activities if midnight - timedelta(days=2) <= one.at < midnight]
        newest = [day for day in days_of(late, zone, until=midnight) if day.day == yesterday]
        judged = self.judge({resident: newest[0]}).get(resident) if newest else None
        if judged is None or not (self.is_told(judged) or self.is_unlike_own(judged)):
            return []
        return [self._change(resident, newest[0], judged)]

    def to_bytes(self) -> bytes:
        """Itself without pickle (models/artefact.py)."""
        return artefact.pack(self.manifest, msgspec.json.encode(self.known), self.chance)

    def _change(self, resident: str, day: RestlessDay, judged: Judged) -> Change:
        past = self.known.residents.get(resident, STRANGER)
        counts = day.until(self.known.hour)
        normals = [
            self._normal(number, counts[feature], past) for number, feature in enumerate(FEATURES) if feature in counts
        ]
        return Change(
            resident=resident, day=day.day.isoformat(), part="day",
            score=round(float(1 / (1 + np.exp(1 - max(judged.level, judged.own)))), 3), words=sentence(normals),
            measures={one.feature.value: (one.seen, *(one.own or one.others)) for one in normals},
        )  # fmt: skip

    def _normal(self, number: int, seen: float, past: Past) -> Normal:
        mean, spread = self.known.mean[number], self.known.spread[number]
        count, total, square = past.far.count[number], past.far.total[number], past.far.square[number]
        own = None
        if count >= FEWEST_OWN:
            own = between(total / count, sqrt(max(0.0, square / count - (total / count) ** 2)))
        return Normal(
            feature=FEATURES[number], seen=seen, own=own, others=between(mean, spread),
            above=(log1p(seen) - mean) / spread,
        )  # fmt: skip


def _before(sums: Sequence[Sums]) -> Before:
    return Before(*(np.array([[getattr(one, name)] for one in sums]) for name in ("count", "total", "square")))


def _compared(near: Before, far: Before, values: Array, cohort: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """Level and own comparison, residents x days, and each feature against the cohort alone."""
    mean, spread = cohort
    return (
        mean_known(near.z(values, cohort, LEVEL)),
        mean_known(far.z(values, cohort, OWN)),
        np.asarray((values - mean) / spread),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restlessness:
    """The detector (`carehub.contracts.Detector`).

    Attributes:
        window_days: How far back outcomes are learned from.
        share: So many of the residents' days are told for their level (or chance); the threshold follows from it.
        own_share: So many are told for being unlike the person's own days.
        hour: Days are counted and judged up to this hour of the wall clock.
        trees: How many learn from outcomes.
    """

    name: ClassVar[str] = "restlessness"
    version: ClassVar[str] = "1"

    zone: str = "Europe/Oslo"
    window_days: int = 90
    share: float = 0.03
    own_share: float = 0.01
    hour: int = HOURS
    trees: int = 150

    def train(
        self, history: Mapping[str, Sequence[Activity]], now: datetime, outcomes: Sequence[Outcome] = ()
    ) -> RestlessnessModel:
        """Learn from the finished local days before `now`."""
        zone = ZoneInfo(self.zone)
        until = _midnight(now, zone)
        silences: Sequence[Span] = shared_silences(history.values(), until=until)
        days = {who: days_of(seen, zone, until=until, outages=silences) for who, seen in history.items()}
        return self.from_days(days, until.astimezone(zone).date(), outcomes)

    def from_days(
        self, days: Mapping[str, Sequence[RestlessDay]], today: date, outcomes: Iterable[Outcome] = ()
    ) -> RestlessnessModel:
        """Learn from the days before `today`, and from outcomes of those days."""
        since = today - timedelta(days=self.window_days)
        panel = Panel.of(
            {who: [one for one in some if one.day >= since] for who, some in days.items()}, today, hour=self.hour
        )
        near, far = Before.of(panel, NEAR), Before.of(panel, WINDOW)
        mean, spread = far.cohort()
        level, own, against = _compared(near.known(), far.known(), panel.values, (mean[:-1], spread[:-1]))
        late = recent(mean_known(against))
        found = _found(panel, outcomes)
        heard = (~np.isnan(level)) * 1.0
        shares = np.stack([told(found, heard, half_life, USUAL) for half_life in HALF_LIVES], axis=-1)
        chance, said = fitted(rows(level, own, against, late[:, :-1], shares[:, :-1]), found, self.trees)
        stored = _Stored(
            mean=_known(mean[-1], 0.0), spread=_known(spread[-1], 1.0), hour=self.hour,
            residents={
                who: Past(
                    near=_sums(near, row), far=_sums(far, row), recent=float(late[row, -1]),
                    told=shares[row, -1].tolist(),
                )
                for row, who in enumerate(panel.residents)
            },
            level_from=_threshold(level, self.share), own_from=_threshold(own, self.own_share),
            chance_from=_threshold(said, self.share),
        )  # fmt: skip
        return RestlessnessModel(manifest=self._manifest(panel, found, today), known=stored, chance=chance)

    def from_bytes(self, stored: bytes) -> RestlessnessModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        manifest, known, chance = artefact.unpack(
            stored, detector=self.name, version=self.version, kind=VotingClassifier, trusted=TRUSTED
        )
        if chance is not None and not sound(chance):
            raise ValueError("the model's trees lead nowhere")
        try:
            read = msgspec.json.decode(known, type=_Stored)
            ZoneInfo(manifest.zone)
        except (msgspec.MsgspecError, KeyError, OSError) as error:
            raise ValueError(f"the model's days cannot be read: {error}") from error
        return RestlessnessModel(manifest=manifest, known=read, chance=chance)

    def _manifest(self, panel: Panel, found: Sequence[tuple[int, int]], today: date) -> artefact.Manifest:
        whole = sha256(msgspec.json.encode([panel.residents, panel.first, found]) + panel.values.tobytes())
        return artefact.Manifest(
            detector=self.name, version=self.version, zone=self.zone, trained_at=today.isoformat(),
            residents=len(panel.residents), data_hash=whole.hexdigest(), first_day=panel.first.isoformat(),
            last_day=(today - timedelta(days=1)).isoformat(),
        )  # fmt: skip


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _found(panel: Panel, outcomes: Iterable[Outcome]) -> list[tuple[int, int]]:
    """Where in the panel staff found something."""
    row = {who: number for number, who in enumerate(panel.residents)}
    days = panel.values.shape[1]
    places = {
        (row[one.resident], (one.day - panel.first).days) for one in outcomes if one.useful and one.resident in row
    }
    return sorted(place for place in places if 0 <= place[1] < days)


def _known(values: Array, otherwise: float) -> list[float]:
    return [float(one) for one in np.nan_to_num(values, nan=otherwise)]


def _sums(before: Before, row: int) -> Sums:
    """As they are after the last day."""
    return Sums(before.count[row, -1].tolist(), before.total[row, -1].tolist(), before.square[row, -1].tolist())


def _threshold(scores: Array, share: float) -> float:
    """What `share` of the known scores are at or above; beyond reach where there are too few."""
    known = scores[~np.isnan(scores)]
    return float(np.quantile(known, 1 - share)) if len(known) >= FEWEST_DAYS else NEVER


DETECTOR = Restlessness()
