"""`carehub evaluate tihm`: all tables, and the figures as data. Every run on the test weeks belongs in the card."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from carehub.contracts import Activity, Detector
from carehub.core.days.features import shared_silences
from carehub.core.days.restlessness import days_of
from models.evaluation import outage, physiology
from models.evaluation.metrics import Figures, Table
from models.evaluation.protocol import FIRST, LAST, WARM_UP, Key, Recording, folds, judged_days
from models.restlessness import DETECTOR, Judged, Restlessness

HOURS = (8, 10, 12, 14, 16, 18, 20, 22, 24)
LABEL = "Agitation"
_MONTH = timedelta(days=28)

REFERENCES = (
    ("published supervised regression", "55", "", ""),
    ("the person's label history, no sensor", "51-52", "", ""),
    ("first study: six cohort z-scores", "58", ".902", ".362"),
    ("z-score of the day's events against own days", "36", ".733", ""),
    ("one isolation forest over everybody", "29", ".649", ""),
    ("one isolation forest per resident", "19", ".579", ""),
    ("random", "15-16", "", ""),
)
"""What others reached with the same days and budget: what, label days caught, AUROC, average precision."""

_HEADING = f"  {'':<46}{'caught':>9}{'[95 %]':>10}{'AUROC':>8}{'[95 %]':>14}{'AP':>7}{'/month':>8}{'five homes':>12}"


class Study(Protocol):
    """A recording: each home's events, everybody's readings in order of time, and what was confirmed of which day."""

    @property
    def homes(self) -> Mapping[str, Sequence[Activity]]: ...  # noqa: D102
    @property
    def readings(self) -> Sequence[physiology.Measured]: ...  # noqa: D102
    @property
    def labels(self) -> Sequence[tuple[str, date, str]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was measured.

    Attributes:
        lines: For a reader.
        data: For a program.
    """

    lines: list[str]
    data: dict[str, dict[str, float]]


def report(
    study: Study,
    *,
    rules: Mapping[str, tuple[frozenset[str], Callable[[str, float], bool]]],
    others: Sequence[Detector],
    zone: ZoneInfo,
    seed: int,
) -> Report:
    """Measure everything."""
    recording = recorded(study, zone)
    scores = judged_days(recording, DETECTOR, outcomes=False, first=WARM_UP)
    fed = judged_days(recording, DETECTOR, outcomes=True, first=WARM_UP)
    level, own, chance = (
        _table(recording, {key: what(one) for key, one in some.items()})
        for some, what in ((scores, _level), (scores, _own), (fed, _score))
    )
    real = outage.real(study.homes, recording.days, zone, DETECTOR, others)
    lost = outage.injected(study.homes, recording.days, zone, DETECTOR, seed)
    lines = [
        f"Label days caught, {FIRST} to {LAST}: {len(level.keys):,} person-days, {int(level.truth.sum())} label days",
        _HEADING,
        *(_line(*one, seed=seed) for one in (("unsupervised", level), ("with outcomes", chance))),
        *(f"  {name:<46}{caught:>9}{'':>10}{auroc:>8}{'':>14}{ap:>7}" for name, caught, auroc, ap in REFERENCES),
        "The person-relative part, which stands beside it:",
        _line("against the own days", own, seed=seed),
        *_rest(level, chance),
        *_online(recording, scores, fed),
        *_by_hour(recording),
        *_outages(real, lost, seed),
        *_vitals(study, rules, zone),
    ]
    data: dict[str, dict[str, float]] = {
        "unsupervised": _data(level.figures()), "with_outcomes": _data(chance.figures()),
        "outage": {"system_alarms": real.system_alarms, "behaviour_alarms": real.behaviour_alarms},
    }  # fmt: skip
    return Report(lines=lines, data=data)


def recorded(study: Study, zone: ZoneInfo) -> Recording:
    """The protocol's view of a recording: a person's day has activity or a reading."""
    homes = study.homes
    until = max(seen[-1].at for seen in homes.values()) + timedelta(seconds=1)
    silences = shared_silences(homes.values(), until=until)
    days = {who: days_of(seen, zone, until=until, outages=silences) for who, seen in homes.items()}
    active = {(who, one.at.astimezone(zone).date()) for who, seen in homes.items() for one in seen}
    measured = {(who, at.astimezone(zone).date()) for who, at, _, _ in study.readings}
    told = {(who, day) for who, day, sort in study.labels if sort == LABEL}
    return Recording(days=days, person_days=frozenset(active | measured), labels=frozenset(told))


def _level(one: Judged) -> float:
    return one.level


def _own(one: Judged) -> float:
    return one.own


def _score(one: Judged) -> float:
    return one.score


def _table(recording: Recording, scores: Mapping[Key, float]) -> Table:
    test = {key: score for key, score in scores.items() if FIRST <= key[1] <= LAST}
    return Table.of(folds(recording), test, recording.labels)


def _data(figures: Figures) -> dict[str, float]:
    return {
        "label_days_caught": figures.label_days_caught, "alerts": figures.alerts, "auroc": round(figures.auroc, 4),
        "average_precision": round(figures.average_precision, 4),
    }  # fmt: skip


def _line(name: str, table: Table, *, seed: int) -> str:
    found, sure = table.figures(), table.sure(seed)
    caught = f"[{sure.label_days_caught[0]:.0f}-{sure.label_days_caught[1]:.0f}]"
    auroc = f"[{sure.auroc[0]:.3f}-{sure.auroc[1]:.3f}]"
    return (
        f"  {name:<46}{found.label_days_caught:>9}{caught:>10}{found.auroc:>8.3f}{auroc:>14}"
        f"{found.average_precision:>7.3f}{found.per_month:>8.1f}{found.busiest:>12.0%}"
    )


def _rest(level: Table, chance: Table) -> Iterator[str]:
    for name, table in (("unsupervised", level), ("with outcomes", chance)):
        caught, of = table.without_busiest()
        yield f"  {name}, without the five homes with most label days: {caught} of {of}"


def _online(recording: Recording, scores: Mapping[Key, Judged], fed: Mapping[Key, Judged]) -> Iterator[str]:
    """No ranking of a week: a day is told when its score is above what so large a share of the last four weeks was."""
    share = sum(fold.budget for fold in folds(recording)) / sum(len(fold.keys) for fold in folds(recording))
    yield "An online threshold, known each morning, in place of the ranking of a finished week:"
    for name, some, what in (("unsupervised", scores, _level), ("with outcomes", fed, _score)):
        table = _table(recording, {key: what(one) for key, one in some.items()})
        found = table.figures(np.array([_is_above(key, some, what, share) for key in table.keys]))
        yield f"  {name:<46}{found.label_days_caught:>9} of {found.alerts} alerts, {found.per_month:.1f} a person-month"
    for name, some in (("as the hub is set: unsupervised", scores), ("as the hub is set: with outcomes", fed)):
        told = _as_set(recording, some)
        table = _table(recording, {key: _score(one) for key, one in some.items()})
        found = table.figures(np.array([key in told for key in table.keys]))
        yield f"  {name:<46}{found.label_days_caught:>9} of {found.alerts} alerts, {found.per_month:.1f} a person-month"


def _is_above(key: Key, some: Mapping[Key, Judged], what: Callable[[Judged], float], share: float) -> bool:
    if key not in some:
        return False
    of_late = [what(one) for (_, day), one in some.items() if key[1] - _MONTH <= day < key[1]]
    return what(some[key]) >= float(np.quantile(of_late, 1 - share))


def _as_set(recording: Recording, some: Mapping[Key, Judged]) -> set[Key]:
    """What the hub would tell: so few of the last days' scores are above, or so few of the own comparisons."""
    told: set[Key] = set()
    for what, share in ((_score, DETECTOR.share), (_own, DETECTOR.own_share)):
        told |= {key for key in some if key[1] >= FIRST and _is_above(key, some, what, share)}
    return told & recording.person_days


def _by_hour(recording: Recording) -> Iterator[str]:
    yield "Within the day, unsupervised: judged by what was seen up to the hour, against other days up to that hour:"
    for hour in HOURS:
        found = judged_days(recording, Restlessness(hour=hour), outcomes=False)
        figures = _table(recording, {key: one.level for key, one in found.items()}).figures()
        yield (
            f"  until {hour:02}:00 {figures.label_days_caught:>4} of 71   AUROC {figures.auroc:.3f}"
            f"   AP {figures.average_precision:.3f}"
        )


def _outages(real: outage.Silence, lost: Sequence[outage.Silence], seed: int) -> Iterator[str]:
    yield f"Outage (injected ones: seed {seed}): system and behaviour alarms, levels moved afterwards (mean, largest)"
    for name, one in [("15-17 June 2019", real), *((f"injected {one.began:%d %B %H:%M}", one) for one in lost)]:
        yield f"  {name:<30}{one.system_alarms:>4}{one.behaviour_alarms:>4}   {one.moved[0]:.3f}  {one.moved[1]:.3f}"


def _vitals(
    study: Study,
    rules: Mapping[str, tuple[frozenset[str], Callable[[str, float], bool]]],
    zone: ZoneInfo,
) -> Iterator[str]:
    yield f"Physiology against clinicians: {'days told':>22}{'right':>8}{'labels':>8}    precision  recall"
    for one in physiology.lines(study.readings, study.labels, rules, zone):
        yield one.told()
