"""The thresholds of the rules, and a slow trend, against what clinicians confirmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from models.evaluation.protocol import Key

Measured = tuple[str, datetime, str, float]

CONFIRMED = {
    "pulse": "Pulse", "blood_pressure.systolic": "Blood pressure", "blood_pressure.diastolic": "Blood pressure",
    "body_weight": "Weight", "body_temperature": "Body temperature", "body_water": "Body water",
}  # fmt: skip
"""What is measured → TIHM's word for the label."""

TRENDS = {"body_weight": 2.0, "body_water": 3.0, "pulse": 15.0}
"""What is measured → so much in four weeks is a trend (kilograms, percent, beats)."""

_WEEKS = timedelta(days=28)
_FEWEST, _LONG = 6, timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule, or one trend.

    Attributes:
        days: Person's days on which it would tell.
        right: Those of them that were confirmed.
        labels: Confirmed days with a reading of the kind.
    """

    name: str
    days: int
    right: int
    labels: int

    def told(self) -> str:
        """A line of the table."""
        precision = f"{self.right / self.days:.2f}" if self.days else "  - "
        recall = f"{self.right / self.labels:.2f}" if self.labels else "  - "
        return f"  {self.name:<34}{self.days:>6}{self.right:>8}{self.labels:>8}    {precision}    {recall}"


def lines(
    readings: Sequence[Measured],
    labels: Iterable[tuple[str, date, str]],
    rules: Mapping[str, tuple[frozenset[str], Callable[[str, float], bool]]],
    zone: ZoneInfo,
) -> list[Line]:
    """Each rule by itself, the rules on one kind of label together, and the trends.

    Args:
        readings: Everybody's, in order of time.
        labels: What was confirmed, by day.
        rules: Rule → the kinds that it watches, and whether a value of a kind is outside its bounds.
        zone: Where the days are.
    """
    confirmed = _by_sort(labels)
    measured: dict[str, set[Key]] = {}
    outside: dict[str, set[Key]] = {name: set() for name in rules}
    for who, at, kind, value in readings:
        key = (who, at.astimezone(zone).date())
        measured.setdefault(CONFIRMED.get(kind, kind), set()).add(key)
        for name, (kinds, is_outside) in rules.items():
            if kind in kinds and is_outside(kind, value):
                outside[name].add(key)
    sorts = {name: {CONFIRMED[kind] for kind in kinds if kind in CONFIRMED} for name, (kinds, _) in rules.items()}
    found = [
        _line(name, outside[name], confirmed.get(sort, set()) & measured.get(sort, set()))
        for name in rules
        for sort in sorted(sorts[name])
    ]
    for sort in sorted({sort for some in sorts.values() for sort in some}):
        together = set().union(*(outside[name] for name in rules if sort in sorts[name]))
        found.append(_line(f"{sort}, all rules", together, confirmed.get(sort, set()) & measured.get(sort, set())))
    return found + [
        _line(
            f"{kind}: trend over four weeks", trending(readings, kind, least, zone),
            confirmed.get(CONFIRMED[kind], set()) & measured.get(CONFIRMED[kind], set()),
        )
        for kind, least in TRENDS.items()
    ]  # fmt: skip


def _by_sort(labels: Iterable[tuple[str, date, str]]) -> dict[str, set[Key]]:
    confirmed: dict[str, set[Key]] = {}
    for who, day, sort in labels:
        confirmed.setdefault(sort, set()).add((who, day))
    return confirmed


def trending(readings: Iterable[Measured], kind: str, least: float, zone: ZoneInfo) -> set[Key]:
    """The days whose reading ends four weeks with a robust slope of at least `least`, either way."""
    by_person: dict[str, list[tuple[datetime, float]]] = {}
    for who, at, what, value in readings:
        if what == kind:
            by_person.setdefault(who, []).append((at, value))
    found: set[Key] = set()
    for who, points in by_person.items():
        for number, (at, _) in enumerate(points):
            span = [one for one in points[: number + 1] if at - one[0] <= _WEEKS]
            if len(span) >= _FEWEST and at - span[0][0] >= _LONG and abs(slope(span)) * _WEEKS.days >= least:
                found.add((who, at.astimezone(zone).date()))
    return found


def slope(points: Sequence[tuple[datetime, float]]) -> float:
    """Theil and Sen: the median of the slopes of all pairs, a day; one wild reading does not turn it."""
    days = np.array([(at - points[0][0]) / timedelta(days=1) for at, _ in points])
    values = np.array([value for _, value in points])
    first, later = np.triu_indices(len(points), 1)
    apart = days[later] - days[first]
    known = apart > 0.5  # noqa: PLR2004 - two readings of one morning have no slope
    return float(np.median((values[later] - values[first])[known] / apart[known])) if known.any() else 0.0


def _line(name: str, days: set[Key], labels: set[Key]) -> Line:
    return Line(name=name, days=len(days), right=len(days & labels), labels=len(labels))
