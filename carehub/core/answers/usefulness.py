"""What alerts cost the people who answer them, and what they gave: per rule, device and resident, by hour and shift.

Pure. An alert is judged by what whoever was there wrote down: its cause and what was done. Small numbers are told
as they are: of fewer than five there is no share, and each share has its interval.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, inf, sqrt
from statistics import NormalDist, median
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.severity import Severity

FEWEST = 5
"""Of fewer there is no share: one alert more or less would turn it over."""
LOOK_BACK = timedelta(days=14)
USEFUL_BELOW = 0.2
"""A rule of whose alerts a smaller share was of use wants a look."""
QUICK, PROMPT = timedelta(seconds=60), timedelta(seconds=180)
_Z = NormalDist().inv_cdf(0.975)

FALSE_CAUSES = frozenset({Cause.UNINTENDED, Cause.TECHNICAL, Cause.NOTHING_FOUND})
"""Causes that say that nobody needed anything. A technical fault that was put right was worth an alert all the same."""
_ACTED = frozenset(Aftermath) - {Aftermath.NO_ACTION_NEEDED, Aftermath.NO_CONTACT}
_HOURS = {"day": (7, 15), "evening": (15, 22)}


class Shift(StrEnum):
    """The parts of a day as shifts divide it, on the wall's clock: from 7, from 15 and from 22."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
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
        return self.cause is not None and self.aftermath is not None and self.cause is not Cause.TEST

    @property
    def acted_on(self) -> bool:
        """Whether somebody did something because of it."""
        return self.judged and self.aftermath in _ACTED

    @property
    def false(self) -> bool:
        """Whether it turned out that there was nothing."""
        return self.judged and self.cause in FALSE_CAUSES and self.aftermath is not Aftermath.DEVICE_FIXED

    @property
    def useful(self) -> bool:
        """Whether it was acted on, and for a reason."""
        return self.acted_on and not self.false


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that 95 of 100 such samples would hold (Wilson)."""

    part: int
    whole: int

    @property
    def tells(self) -> bool:
        """Whether there are enough to speak of a share at all."""
        return self.whole >= FEWEST

    @property
    def value(self) -> float:
        """Between 0 and 1; of nothing it is 0."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, which is right near 0 and 1 and for few: the statistics library has none of its own."""
        if not self.whole:
            return 0.0, 1.0
        share, many, spread = self.value, self.whole, _Z**2
        middle = (share + spread / (2 * many)) / (1 + spread / many)
        half = _Z * sqrt(share * (1 - share) / many + spread / (4 * many**2)) / (1 + spread / many)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def per_cent(self) -> str:
        """In words: "15 % (5–36 %)"."""
        low, high = self.interval
        return f"{_per_cent(self.value)} % ({_per_cent(low)}–{_per_cent(high)} %)"

    def __str__(self) -> str:
        """In bokmål: "3 av 20, 15 % (5–36 %)"; of too few only how many."""
        counted = f"{self.part} av {self.whole}"
        return f"{counted}, {self.per_cent}" if self.tells else counted


def _per_cent(share: float) -> int:
    return round(100 * share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
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
class Summons:
    """One message that asked one person, by a way that makes a sound.

    Attributes:
        on_duty: By the shift plan; None where the plan knows nothing of the person.
    """

    person: str
    unit: str | None
    at: datetime
    on_duty: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The nights of one unit: how often each of those who were asked was asked."""

    unit: str | None
    nights: int
    people: int
    median: float
    most: int
    woken: Mapping[str, int]
    """Who was asked at night without being on duty, and how often."""


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


_SHIFTS = [
    next((Shift(name) for name, (start, end) in _HOURS.items() if start <= hour < end), Shift.NIGHT)
    for hour in range(24)
]
"""By hour: it is asked of each alert several times."""


def shift_of(moment: datetime, zone: ZoneInfo) -> Shift:
    """The shift in which a moment falls."""
    return _SHIFTS[moment.astimezone(zone).hour]


def loads(cases: Iterable[Case], key: Callable[[Case], str | None], zone: ZoneInfo) -> list[Load]:
    """The load of everything that `key` names, the heaviest first."""
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        name = key(case)
        if name is not None:
            grouped.setdefault(name, []).append(case)
    found = [_load(name, mine, zone) for name, mine in grouped.items()]
    return sorted(found, key=lambda one: (-one.alerts, one.key))


def _load(key: str, cases: Sequence[Case], zone: ZoneInfo) -> Load:
    judged = [case for case in cases if case.judged]
    false = [case for case in judged if case.false]
    acted_on = sum(case.acted_on for case in judged)
    causes = Counter(case.cause for case in false if case.cause) if false else Counter[Cause]()
    return Load(
        key=key, alerts=len(cases),
        acted_on=Share(acted_on, len(judged)),
        useful=Share(acted_on - sum(case.acted_on for case in false), len(judged)),
        false=Share(len(false), len(judged)),
        false_by_cause=dict(causes.most_common()),
        by_shift=Counter(shift_of(case.at, zone) for case in cases),
    )  # fmt: skip


def hours(cases: Iterable[Case], summons: Iterable[Summons], zone: ZoneInfo) -> list[Hour]:
    """Each of the 24 hours of the local day."""
    found: dict[int, Counter[str]] = {hour: Counter() for hour in range(24)}
    for case in cases:
        kind = "useful" if case.useful else "false" if case.false else "other"
        found[case.at.astimezone(zone).hour][kind] += 1
    for one in summons:
        counted = found[one.at.astimezone(zone).hour]
        counted["summons"] += 1
        counted["off_duty"] += one.on_duty is False
    return [Hour(hour=hour, **counted) for hour, counted in found.items()]


def nights(summons: Iterable[Summons], zone: ZoneInfo) -> list[Night]:
    """Each unit's nights: messages for each person and night among those who were asked at all, and who was woken."""
    grouped: dict[str | None, list[Summons]] = {}
    for one in summons:
        if shift_of(one.at, zone) is Shift.NIGHT:
            grouped.setdefault(one.unit, []).append(one)
    return [_night(unit, mine, zone) for unit, mine in sorted(grouped.items(), key=lambda item: item[0] or "")]


def _night(unit: str | None, summons: Sequence[Summons], zone: ZoneInfo) -> Night:
    # A night belongs to the day on which it begins: half a day back, so that 02:10 is still yesterday's.
    each = Counter(((one.at.astimezone(zone) - timedelta(hours=12)).date(), one.person) for one in summons)
    return Night(
        unit=unit, nights=len({day for day, _ in each}), people=len({person for _, person in each}),
        median=median(each.values()), most=max(each.values()),
        woken=dict(Counter(one.person for one in summons if one.on_duty is False).most_common()),
    )  # fmt: skip


def answers(cases: Iterable[Case], now: datetime, zone: ZoneInfo) -> list[Answers]:
    """How soon what was serious was answered, per unit and shift. What nobody has answered counts as never."""
    grouped: dict[tuple[str | None, Shift], list[float]] = {}
    for case in cases:
        if case.severity < Severity.SERIOUS or (case.answered_at is None and now - case.at < PROMPT):
            continue  # the moderate are not asked for at once, and of the newest nobody can tell yet
        took = (case.answered_at - case.at).total_seconds() if case.answered_at else inf
        grouped.setdefault((case.unit, shift_of(case.at, zone)), []).append(max(0.0, took))
    ordered = sorted(grouped.items(), key=lambda item: (item[0][0] or "", list(Shift).index(item[0][1])))
    return [_answers(unit, shift, took) for (unit, shift), took in ordered]


def _answers(unit: str | None, shift: Shift, took: list[float]) -> Answers:
    return Answers(
        unit=unit, shift=shift, alerts=len(took), median=rank(took, 0.5), ninth=rank(took, 0.9),
        quick=Share(sum(one <= QUICK.total_seconds() for one in took), len(took)),
        prompt=Share(sum(one <= PROMPT.total_seconds() for one in took), len(took)),
        unanswered=took.count(inf),
    )  # fmt: skip


def rank(took: list[float], share: float) -> timedelta | None:
    """The time within which so many were answered. By nearest rank, so that what was never answered needs no number."""
    if len(took) < FEWEST:
        return None
    seconds = sorted(took)[ceil(share * len(took)) - 1]
    return timedelta(seconds=seconds) if seconds != inf else None
