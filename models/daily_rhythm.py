"""Each resident's daily rhythm, and when it changes. What it is for and what not: daily_rhythm.md.

Two opinions. The person's own baseline, feature by feature, decides whether there is a finding and gives
its words. A LocalOutlierFactor over all residents' deviations looks at the features together; where it
agrees, the score is higher. It never makes a finding alone: nobody could say in words what it saw.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import exp
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import LocalOutlierFactor

from carehub.contracts import Activity, Change
from carehub.core.features import Feature, PartOfDay, parts_of_days, shared_silences
from carehub.core.kinds import EventKind
from models import artefact
from models.baseline import OUTSIDE, RUNS, WATCHES, Departure, Usual, departure, usual
from models.words import paragraph, sentence

MOST_TOLD = 3
"""Features in one finding's words; all are in its measures."""

WITHIN = timedelta(days=14)
"""How far back a run of days may reach when some of them are unusable."""

_BOUND = 8.0
"""Deviations beyond this are all the same to the pooled detector."""

_SATURDAY = 5

_GENERAL = frozenset({Feature.ROOM_CHANGES, Feature.ACTIVITY})
"""They tell that there was more or less of something; told last."""

Group = str
"""A part of day ("night"), or that of one sort of day ("night/weekend")."""


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one resident.

    Attributes:
        usual: group → feature → its normal.
    """

    bed_sensor: bool
    usual: dict[Group, dict[Feature, Usual]]

    def of(self, part: PartOfDay) -> dict[Feature, Usual]:
        """The normal for this part on this sort of day; empty where too little is known."""
        whole, sort = (self.usual.get(group, {}) for group in _groups(part))
        return whole | sort


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    residents: dict[str, Own]
    unlike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRhythmModel:
    """A trained model (`carehub.contracts.TrainedModel`).

    Attributes:
        pooled: Sees the features together; None where there were too few days.
        unlike: The pooled score above which one day in a hundred of the training lay.
    """

    manifest: artefact.Manifest
    residents: dict[str, Own]
    pooled: Any | None
    unlike: float

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        """Judge the newest finished part of day; at most one change, empty where little is known.

        Give the resident's last 14 days (two at the least): what comes slowly is seen over up to seven
        days. `device.offline` and `device.online` among them tell when the home was not heard.
        """
        own = self.residents.get(resident)
        if own is None:
            return []
        heard = [one for one in activities if now - WITHIN - timedelta(days=1) <= one.at <= now]
        parts = parts_of_days(heard, ZoneInfo(self.manifest.zone), until=now, bed_sensor=own.bed_sensor)
        if not parts or parts[-1].unusable is not None:
            return []
        found = _departures(own, parts)
        return [self._change(resident, own, parts[-1], found)] if found else []

    def to_bytes(self) -> bytes:
        """Itself without pickle (models/artefact.py)."""
        stored = msgspec.json.encode(_Stored(residents=self.residents, unlike=self.unlike))
        return artefact.pack(self.manifest, stored, self.pooled)

    def _change(self, resident: str, own: Own, part: PartOfDay, found: list[Departure]) -> Change:
        score = (
            0.5 + 0.4 * (1 - exp((OUTSIDE - max(one.strength for one in found)) / 3)) + 0.1 * self._agrees(own, part)
        )
        return Change(
            resident=resident,
            day=part.day.isoformat(),
            part=part.part.value,
            score=round(min(1.0, score), 3),
            words=paragraph([sentence(one, part.part) for one in found[:MOST_TOLD]]),
            measures={one.feature.value: (one.seen, one.usual.low, one.usual.high) for one in found},
        )

    def _agrees(self, own: Own, part: PartOfDay) -> bool:
        if self.pooled is None:
            return False
        return bool(-self.pooled.score_samples(np.array([_deviations(own, part)]))[0] > self.unlike)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRhythm:
    """The detector (`carehub.contracts.Detector`).

    Attributes:
        zone: Where the residents live; their days and nights are local.
        window_days: How far back the normal is learned.
        fewest_days: Usable days of a part before anything is said of it.
        fewest_of_a_sort: Usable weekdays and weekend days before they get a normal each.
        most_rows: What the pooled detector is fitted on, at most: it keeps its rows.
        seed: Chooses those rows; the same data give the same model.
    """

    name: ClassVar[str] = "daily_rhythm"
    version: ClassVar[str] = "1"

    zone: str = "Europe/Oslo"
    window_days: int = 60
    fewest_days: int = 14
    fewest_of_a_sort: int = 10
    most_rows: int = 3000
    seed: int = 20260115

    def train(self, history: Mapping[str, Sequence[Activity]], now: datetime) -> DailyRhythmModel:
        """Learn from the finished local days before `now`, at most `window_days` of them."""
        zone = ZoneInfo(self.zone)
        until = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        since = until - timedelta(days=self.window_days)
        heard = {
            resident: [one for one in history[resident] if since - timedelta(days=1) <= one.at < until]
            for resident in sorted(history)
        }
        silences = shared_silences(heard.values())
        days = {
            resident: parts_of_days(seen, zone, until=until, since=since, outages=silences)
            for resident, seen in heard.items()
        }
        residents = {
            resident: Own(bed_sensor=_has_bed_sensor(heard[resident]), usual=self._usual(parts))
            for resident, parts in days.items()
        }
        pooled, unlike = self._pool(list(_all_deviations(residents, days)))
        manifest = artefact.Manifest(
            detector=self.name, version=self.version, zone=self.zone, trained_at=now.astimezone(UTC).isoformat(),
            residents=len(residents), data_hash=_hash(heard),
        )  # fmt: skip
        return DailyRhythmModel(manifest=manifest, residents=residents, pooled=pooled, unlike=unlike)

    def from_bytes(self, stored: bytes) -> DailyRhythmModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        manifest, baselines, pooled = artefact.unpack(
            stored, detector=self.name, version=self.version, kind=LocalOutlierFactor
        )
        try:
            known = msgspec.json.decode(baselines, type=_Stored)
            ZoneInfo(manifest.zone)
        except (msgspec.MsgspecError, KeyError, OSError) as error:
            raise ValueError(f"the model's baselines cannot be read: {error}") from error
        return DailyRhythmModel(manifest=manifest, residents=known.residents, pooled=pooled, unlike=known.unlike)

    def _usual(self, parts: Iterable[PartOfDay]) -> dict[Group, dict[Feature, Usual]]:
        values: dict[Group, dict[Feature, list[float]]] = {}
        for part in parts:
            for group in _groups(part) if part.unusable is None else ():
                for feature, value in part.values.items():
                    values.setdefault(group, {}).setdefault(feature, []).append(value)
        known = {
            group: {
                feature: usual(feature, seen) for feature, seen in features.items() if len(seen) >= self._enough(group)
            }
            for group, features in values.items()
        }
        return {
            group: features for group, all_of in known.items() if (features := _worth_keeping(group, all_of, known))
        }

    def _enough(self, group: Group) -> int:
        return self.fewest_of_a_sort if "/" in group else self.fewest_days

    def _pool(self, rows: list[list[float]]) -> tuple[Any | None, float]:
        """Fit on four fifths; on the last fifth see what one day in a hundred exceeds."""
        if len(rows) < 200:  # noqa: PLR2004 - fewer than fifty days of one person: no neighbourhood to speak of
            return None, 0.0
        chosen = np.random.default_rng(self.seed).permutation(len(rows))[: self.most_rows]
        table: NDArray[np.float64] = np.array(rows)[chosen]
        kept = len(table) * 4 // 5
        # brute force: no tree to store, hence no type beyond those that skops knows
        pooled = LocalOutlierFactor(n_neighbors=20, novelty=True, algorithm="brute", n_jobs=1).fit(table[:kept])
        return pooled, float(np.quantile(-pooled.score_samples(table[kept:]), 0.99))


def _groups(part: PartOfDay) -> tuple[Group, Group]:
    """The part, and the part on its sort of day; the night of a Saturday is the one that begins it."""
    sort = "weekend" if part.day.weekday() >= _SATURDAY else "weekday"
    return part.part.value, f"{part.part.value}/{sort}"


def _worth_keeping(
    group: Group, features: dict[Feature, Usual], known: dict[Group, dict[Feature, Usual]]
) -> dict[Feature, Usual]:
    """Of weekdays and weekends only what is known of both and lies apart: else all days together know it better."""
    part, _, sort = group.partition("/")
    if not sort:
        return features
    others = known.get(f"{part}/{'weekday' if sort == 'weekend' else 'weekend'}", {})
    whole = known.get(part, {})
    return {
        feature: own
        for feature, own in features.items()
        if feature in whole
        and (other := others.get(feature)) is not None
        and abs(own.median - other.median) >= max(own.spread, other.spread)
    }


def _has_bed_sensor(seen: Iterable[Activity]) -> bool:
    return any(one.kind == EventKind.BED_LEFT for one in seen)


def _departures(own: Own, parts: Sequence[PartOfDay]) -> list[Departure]:
    """What is outside in the newest part, the particular before the general; empty where nothing is clearly so."""
    newest = parts[-1]
    alike = [
        part
        for part in reversed(parts)
        if part.part is newest.part and part.unusable is None and newest.day - part.day <= WITHIN
    ][: max(RUNS)]
    beside = [
        one
        for feature in newest.values
        if (one := departure(feature, newest.part, _against_normal(own, alike, feature))) is not None
    ]
    if all(one.strength < OUTSIDE for one in beside):
        return []
    return sorted((one for one in beside if one.strength >= OUTSIDE or one.feature not in _GENERAL), key=_order)


def _against_normal(own: Own, parts: Iterable[PartOfDay], feature: Feature) -> list[tuple[float, Usual]]:
    return [
        (part.values[feature], normal)
        for part in parts
        if feature in part.values and (normal := own.of(part).get(feature)) is not None
    ]


def _order(one: Departure) -> tuple[bool, float]:
    return one.feature in _GENERAL, -one.strength


def _deviations(own: Own, part: PartOfDay) -> list[float]:
    """One row for the pooled detector: every feature's z; what is not known is as usual."""
    normal = own.of(part)
    return [
        max(-_BOUND, min(_BOUND, normal[feature].z(part.values[feature])))
        if feature in normal and feature in part.values
        else 0.0
        for feature in WATCHES
    ]


def _all_deviations(residents: dict[str, Own], days: dict[str, list[PartOfDay]]) -> Iterator[list[float]]:
    for resident, parts in days.items():
        for part in parts:
            if part.unusable is None and residents[resident].of(part):
                yield _deviations(residents[resident], part)


def _hash(heard: dict[str, list[Activity]]) -> str:
    """What the model was trained on, in one word; the order of arrival does not matter."""
    whole = sha256()
    for resident, seen in heard.items():
        rows = sorted((one.at.timestamp(), one.kind, one.place or "") for one in seen)
        whole.update(msgspec.json.encode([resident, rows]))
    return whole.hexdigest()


DETECTOR = DailyRhythm()
