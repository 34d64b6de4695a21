"""The published protocol on TIHM: five weeks, a person's days, an alert budget for each week, only the past visible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carehub.contracts import Outcome
from carehub.core.days.restlessness import RestlessDay
from models.restlessness import Judged, Restlessness

FIRST = date(2019, 5, 26)
BUDGETS = (86, 45, 58, 68, 84)
"""Alerts in each week; 341 together."""
LAST = FIRST + timedelta(days=7 * len(BUDGETS) - 1)
WARM_UP = FIRST - timedelta(days=28)
"""Scores from here on let an online threshold be known on the first day."""

Key = tuple[str, date]
"""One resident's local day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is known of the recorded homes.

    Attributes:
        days: Each resident's counted days.
        person_days: Days with any activity or reading.
        labels: Days that clinicians have confirmed.
    """

    days: Mapping[str, Sequence[RestlessDay]]
    person_days: frozenset[Key]
    labels: frozenset[Key]

    def known_before(self, day: date) -> list[Outcome]:
        """What staff have said by the beginning of `day`: a label is known when its day is over."""
        return [Outcome(resident=who, day=on, useful=True) for who, on in sorted(self.labels) if on < day]


@dataclass(frozen=True, slots=True)
class Fold:
    """One week of the test, in order of the person's days, and how many alerts it may have."""

    keys: tuple[Key, ...]
    budget: int


def folds(recording: Recording) -> list[Fold]:
    """The five weeks."""
    return [_fold(recording, FIRST + timedelta(days=7 * number), budget) for number, budget in enumerate(BUDGETS)]


def _fold(recording: Recording, first: date, budget: int) -> Fold:
    last = first + timedelta(days=6)
    return Fold(tuple(sorted(key for key in recording.person_days if first <= key[1] <= last)), budget)


def judged_days(
    recording: Recording, detector: Restlessness, *, outcomes: bool, first: date = FIRST, last: date = LAST
) -> dict[Key, Judged]:
    """Each day judged by a model that was trained in the night before it, as the hub does."""
    by_day: dict[date, dict[str, RestlessDay]] = {}
    for who, days in recording.days.items():
        for one in days:
            by_day.setdefault(one.day, {})[who] = one
    found: dict[Key, Judged] = {}
    for day in _span(first, last):
        model = detector.from_days(recording.days, day, recording.known_before(day) if outcomes else ())
        found |= {(who, day): judged for who, judged in model.judge(by_day.get(day, {})).items()}
    return found


def _span(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
