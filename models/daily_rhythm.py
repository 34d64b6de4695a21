"""Each resident's daily rhythm, and when it changes. What it is for and what not: cards/daily_rhythm.md.

Three sorts of finding, each against the person's own normal: a day unlike the others (`sudden`), a level that has moved
and stayed (`slow`), a rhythm that comes apart (`rhythm`). For sudden ones a pooled LocalOutlierFactor gives a second
opinion on the features together: where it agrees, the score is higher. It never makes a finding alone: nobody
could say in words what it saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from math import exp, isnan
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sklearn.pipeline import Pipeline

from carehub.contracts import Activity, Change, DayTable, Outcome
from carehub.core.days.dayrow import CELLS
from carehub.core.days.features import Feature, Part
from carehub.core.days.tally import part_at
from carehub.core.days.usual import Quantiles
from models import artefact, drift, trends, usual
from models import days as stored
from models.baseline import OUTSIDE, RUNS, Departure, Usual, departure
from models.days import Days
from models.learning import as_rows, deviations, learn
from models.own import Own
from models.words import caution, paragraph, sentence

MOST_TOLD = 3
"""Features in one finding's words; all are in its measures."""

WITHIN = timedelta(days=14)
"""How far back a run of days may reach when some of them are unusable."""

JUDGED = 7
"""Days whose deviations are held against those of the training."""

_GENERAL = frozenset({Feature.ROOM_CHANGES, Feature.ACTIVITY})
"""They tell that there was more or less of something; told last."""
_CELL = {cell: column for column, cell in enumerate(CELLS)}


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    residents: dict[str, Own]
    unlike: float
    reference: dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRhythmModel:
    """A trained model (`carehub.contracts.DayModel`); its parts as in `models.learning.Learned`."""

    manifest: artefact.Manifest
    residents: dict[str, Own]
    pooled: Any | None
    unlike: float
    reference: dict[str, tuple[list[float], list[float]]]

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        """Judge the newest finished part of day; at most one change, empty where little is known.

        Give the resident's last 14 days (two at the least): what comes slowly is seen over up to seven
        days. `device.offline` and `device.online` among them tell when the home was not heard.
        """
        since = now - WITHIN - timedelta(days=1)
        heard = [one for one in activities if since <= one.at <= now]
        return self.findings(stored.counted({resident: heard}, self.manifest.zone, since.date(), now), now)

    def findings(self, days: DayTable, now: datetime) -> list[Change]:
        """Judge everybody's newest finished part of day; give the last 15 days."""
        if not days.residents:
            return []
        zone = ZoneInfo(self.manifest.zone)
        day, part, _ = part_at(part_at(now, zone)[2][0] - timedelta(seconds=1), zone)
        seen = stored.of(days, self.manifest.zone)
        return [
            change
            for row, resident in enumerate(seen.residents)
            if (own := self.residents.get(resident)) is not None
            and (change := self._judged(seen, row, own, day, part)) is not None
        ]

    def trends(self, days: DayTable) -> list[Change]:
        """What has changed over weeks, and rhythms that come apart; give the whole days that it was trained on."""
        return trends.found(days, self.manifest.zone, self.residents)

    def strangeness(self, days: DayTable) -> dict[str, float]:
        """Part and feature → population stability index of the last week against the training."""
        if not days.residents:
            return {}
        seen = np.concatenate(
            [
                deviations(piece, self.residents)[:, -JUDGED:].reshape(-1, len(CELLS))
                for piece in (stored.of(days, self.manifest.zone, part) for part in stored.chunks(days))
            ]
        )
        return drift.strangeness(seen, self.reference)

    def quantiles(self, days: DayTable) -> dict[str, dict[str, Quantiles]]:
        """Resident → what is usual, by the names that rules ask for."""
        return usual.quantiles(days, self.manifest.zone)

    def to_bytes(self) -> bytes:
        """Itself without pickle (models/artefact.py)."""
        known = _Stored(residents=self.residents, unlike=self.unlike, reference=self.reference)
        return artefact.pack(self.manifest, msgspec.json.encode(known), self.pooled)

    def _judged(self, seen: Days, row: int, own: Own, day: date, part: Part) -> Change | None:
        newest = day.toordinal() - seen.first
        if not 0 <= newest < seen.cells.shape[1] or not seen.usable[row, newest, list(Part).index(part)]:
            return None
        found = _departures(own, seen, row, newest, part)
        return self._change(seen.residents[row], own, (day, part), found, seen.cells[row, newest]) if found else None

    def _change(
        self, resident: str, own: Own, when: tuple[date, Part], found: list[Departure], cells: stored.Floats
    ) -> Change:
        day, part = when
        score = 0.5 + 0.4 * (1 - exp((OUTSIDE - max(one.strength for one in found)) / 3))
        score += 0.1 * self._agrees(own, day, part, cells)
        words = paragraph([sentence(one, part) for one in found[:MOST_TOLD]])
        return Change(
            resident=resident,
            day=day.isoformat(),
            part=part.value,
            score=round(min(1.0, score), 3),
            words=words + caution(min(one.usual.days for one in found)),
            measures={one.feature.value: (one.seen, one.usual.low, one.usual.high) for one in found},
        )

    def _agrees(self, own: Own, day: date, part: Part, cells: stored.Floats) -> bool:
        if self.pooled is None:
            return False
        normal = own.of(day, part)
        row = [
            normal[feature].z(float(cells[_CELL[part, feature]])) if feature in normal else np.nan
            for feature in Feature
        ]
        return bool(-self.pooled.score_samples(as_rows(np.array([row])))[0] > self.unlike)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRhythm:
    """The detector (`carehub.contracts.DayDetector`).

    Attributes:
        zone: Where the residents live; their days and nights are local.
        window_days: How far back the normal is learned from events; stored days are taken as they are given.
    """

    name: ClassVar[str] = "daily_rhythm"
    version: ClassVar[str] = "2"

    zone: str = "Europe/Oslo"
    window_days: int = 60

    def train(
        self,
        history: Mapping[str, Sequence[Activity]],
        now: datetime,
        outcomes: Sequence[Outcome] = (),  # noqa: ARG002 - what staff said changes nobody's own normal
    ) -> DailyRhythmModel:
        """Learn from the finished local days before `now`, at most `window_days` of them."""
        midnight = now.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        until = midnight.astimezone(UTC)
        since = until - timedelta(days=self.window_days + 1)
        heard = {who: [one for one in seen if since <= one.at < until] for who, seen in history.items()}
        first = midnight.date() - timedelta(days=self.window_days)
        return self.learn(stored.counted(heard, self.zone, first, until), now)

    def learn(self, days: DayTable, now: datetime) -> DailyRhythmModel:
        """Learn from stored days; joblib's backend says where (`joblib.parallel_config`)."""
        known = learn(days, self.zone)
        ordinals = np.frombuffer(days.days, dtype="<i4")
        first, last = (int(ordinals.min()), int(ordinals.max())) if len(ordinals) else (1, 1)
        manifest = artefact.Manifest(
            detector=self.name, version=self.version, zone=self.zone, trained_at=now.astimezone(UTC).isoformat(),
            residents=len(days.residents), data_hash=_hash(days), first_day=date.fromordinal(first).isoformat(),
            last_day=date.fromordinal(last).isoformat(),
        )  # fmt: skip
        return DailyRhythmModel(
            manifest=manifest, residents=known.residents, pooled=known.pooled, unlike=known.unlike,
            reference=known.reference,
        )  # fmt: skip

    def from_bytes(self, stored_bytes: bytes) -> DailyRhythmModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        manifest, baselines, pooled = artefact.unpack(
            stored_bytes, detector=self.name, version=self.version, kind=Pipeline
        )
        try:
            known = msgspec.json.decode(baselines, type=_Stored)
            ZoneInfo(manifest.zone)
        except (msgspec.MsgspecError, KeyError, OSError) as error:
            raise ValueError(f"the model's baselines cannot be read: {error}") from error
        return DailyRhythmModel(
            manifest=manifest, residents=known.residents, pooled=pooled, unlike=known.unlike, reference=known.reference
        )


def _departures(own: Own, seen: Days, row: int, newest: int, part: Part) -> list[Departure]:
    """What is outside in the newest part, the particular before the general; empty where nothing is clearly so."""
    place = list(Part).index(part)
    earliest = max(0, newest - WITHIN.days)
    alike = [day for day in range(newest, earliest - 1, -1) if seen.usable[row, day, place]][: max(RUNS)]
    crowded = bool(seen.crowded[row, newest] >= own.company + stored.COMPANY)
    beside = [
        one
        for feature in Feature
        if (one := departure(feature, part, _against_normal(own, seen, row, alike, (part, feature)))) is not None
        and not (crowded and part is not Part.NIGHT and one.seen > one.usual.high)
    ]
    if all(one.strength < OUTSIDE for one in beside):
        return []
    return sorted((one for one in beside if one.strength >= OUTSIDE or one.feature not in _GENERAL), key=_order)


def _against_normal(
    own: Own, seen: Days, row: int, days: Sequence[int], cell: tuple[Part, Feature]
) -> list[tuple[float, Usual]]:
    """Newest first; empty where the newest day itself is not known."""
    values = seen.cells[row, days, _CELL[cell]].tolist()
    if not values or isnan(values[0]):
        return []
    return [
        (value, normal)
        for value, day in zip(values, days, strict=True)
        if not isnan(value) and (normal := own.of(date.fromordinal(seen.first + day), cell[0]).get(cell[1])) is not None
    ]


def _order(one: Departure) -> tuple[bool, float]:
    return one.feature in _GENERAL, -one.strength


def _hash(days: DayTable) -> str:
    """What the model was trained on, in one word."""
    whole = sha256(msgspec.json.encode([days.residents, days.counts]))
    whole.update(days.days)
    whole.update(days.values)
    return whole.hexdigest()


DETECTOR = DailyRhythm()
