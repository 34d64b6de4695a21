"""What alerts cost the people who answer them, and what they gave: per rule, device and resident, by hour and shift.

Pure. An alert is judged by what whoever was there wrote down: its cause and what was done. Small numbers are told
as they are: of fewer than five there is no share, and each share has its interval.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.answers.local_hours import Shift, shift_of
from carehub.core.answers.shares import Share, rank
from carehub.core.severity import Severity

LOOK_BACK = timedelta(days=14)
USEFUL_BELOW = 0.2
"""A rule of whose alerts a smaller share was of use wants a look."""
QUICK, PROMPT = timedelta(seconds=60), timedelta(seconds=180)

FALSE_CAUSES = frozenset({Cause.UNINTENDED, Cause.TECHNICAL, Cause.NOTHING_FOUND})
"""Causes that say that nobody needed anything. A technical fault that was put right was worth an alert all the same."""
_ACTED = frozenset(Aftermath) - {Aftermath.NO_ACTION_NEEDED, Aftermath.NO_CONTACT}


class Case(NamedTuple):
    """One alert, as far as its load is concerned.

    Attributes:
        answered_at: When somebody first said that they had it; None where nobody has.
        cause: As it was closed; None for one that is open, or was closed without.
    """

    alert: str
    rule: str
    device: str | None
    resident: str | None
    unit: str | None
    severity: Severity
    at: datetime
    answered_at: datetime | None = None
    cause: Cause | None = None
    aftermath: Aftermath | None = None

    @property
    def judged(self) -> bool:
        """Whether anybody has said what it was; a test is no judgement of anything."""
        return verdict_of(self.cause, self.aftermath).judged

    @property
    def acted_on(self) -> bool:
        """Whether somebody did something because of it."""
        return verdict_of(self.cause, self.aftermath).acted_on

    @property
    def false(self) -> bool:
        """Whether it turned out that there was nothing."""
        return verdict_of(self.cause, self.aftermath).false

    @property
    def useful(self) -> bool:
        """Whether it was acted on, and for a reason."""
        return verdict_of(self.cause, self.aftermath).useful


class Verdict(NamedTuple):
    """What became of an alert."""

    judged: bool
    acted_on: bool
    false: bool
    useful: bool


@cache
def verdict_of(cause: Cause | None, aftermath: Aftermath | None) -> Verdict:
    """Of what was written down when it was closed: a few dozen ways, and thousands of alerts."""
    if cause is None or aftermath is None or cause is Cause.TEST:
        return Verdict(judged=False, acted_on=False, false=False, useful=False)
    acted_on, false = aftermath in _ACTED, cause in FALSE_CAUSES and aftermath is not Aftermath.DEVICE_FIXED
    return Verdict(judged=True, acted_on=acted_on, false=false, useful=acted_on and not false)


class Load(NamedTuple):
    """What one rule, device or resident has asked of people."""

    key: str
    alerts: int
    acted_on: Share
    useful: Share
    false: Share
    false_by_cause: Mapping[Cause, int]
    by_shift: Mapping[Shift, int]

    @property
    def wants_a_look(self) -> bool:
        """Whether too few of its alerts were of use; with few alerts nobody can tell."""
        return self.useful.tells and self.useful.value < USEFUL_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of the local day, over the whole time asked for."""

    hour: int
    useful: int = 0
    false: int = 0
    other: int = 0
    """Neither: acted on by nobody though there was a reason, a test, or not closed yet."""
    summons: int = 0
    off_duty: int = 0

    @property
    def alerts(self) -> int:
        """All of them."""
        return self.useful + self.false + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How soon somebody answered in one unit and shift. None where half, or nine of ten, had no answer, or too few."""

    unit: str | None
    shift: Shift
    alerts: int
    median: timedelta | None
    ninth: timedelta | None
    quick: Share
    prompt: Share
    unanswered: int


class _Sum:
    """What is counted of one rule, device or resident: plain numbers, for there are thousands of them."""

    __slots__ = ("acted_on", "alerts", "causes", "false", "judged", "shifts", "useful")

    def __init__(self) -> None:
        self.alerts = self.judged = self.acted_on = self.useful = self.false = 0
        self.causes: dict[Cause, int] = {}
        self.shifts: dict[Shift, int] = {}

    def add(self, case: Case, shift: Shift) -> None:
        self.alerts += 1
        self.shifts[shift] = self.shifts.get(shift, 0) + 1
        verdict = verdict_of(case.cause, case.aftermath)
        if verdict.judged:
            self.judged += 1
            self.acted_on += verdict.acted_on
            self.useful += verdict.useful
            if verdict.false and case.cause:
                self.false += 1
                self.causes[case.cause] = self.causes.get(case.cause, 0) + 1

    def load(self, key: str) -> Load:
        return Load(
            key=key, alerts=self.alerts, acted_on=Share(self.acted_on, self.judged),
            useful=Share(self.useful, self.judged), false=Share(self.false, self.judged),
            false_by_cause=dict(sorted(self.causes.items(), key=lambda item: -item[1])), by_shift=self.shifts,
        )  # fmt: skip


def loads(
    cases: Iterable[Case], key: Callable[[Case], str | None], zone: ZoneInfo, most: int | None = None
) -> list[Load]:
    """The load of everything that `key` names, the heaviest first; no more than `most` of them."""
    of = [(case, key(case)) for case in cases]
    many = Counter(name for _, name in of if name is not None)
    heaviest = sorted(many.items(), key=lambda item: (-item[1], item[0]))[:most]
    sums: dict[str | None, _Sum] = {name: _Sum() for name, _ in heaviest}  # of the others nothing else is asked
    for case, name in of:
        if name in sums:
            sums[name].add(case, shift_of(case.at, zone))
    return [sums[name].load(name) for name, _ in heaviest]


def answers_of(unit: str | None, shift: Shift, took: Sequence[float]) -> Answers:
    """How soon it was, from the seconds that each took, in order; infinite where nobody answered."""
    quick, prompt = (bisect_right(took, time.total_seconds()) for time in (QUICK, PROMPT))
    return Answers(
        unit=unit, shift=shift, alerts=len(took), median=rank(took, 0.5), ninth=rank(took, 0.9),
        quick=Share(quick, len(took)), prompt=Share(prompt, len(took)), unanswered=len(took) - bisect_left(took, inf),
    )  # fmt: skip
