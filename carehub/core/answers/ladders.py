"""Ladders: whom an alert asks, in which order, and how long each is given. The built-in ones are the floor.

A ladder that somebody edited counts only while it keeps the rules of `faults_of`; otherwise the built-in one holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from carehub.core.severity import Severity


class Group(StrEnum):
    """Whom a rung asks."""

    ON_DUTY = "on_duty"
    """Staff on duty in the alert's unit."""
    UNIT = "unit"
    """Everybody in the unit, on duty or not."""
    EVERYBODY_ON_DUTY = "everybody_on_duty"
    """Staff on duty in every unit, and the coordinators."""
    EVERYBODY = "everybody"
    """All staff there is, on duty or not."""
    NEAREST = "nearest"
    """Staff on duty in the neighbouring units, the nearest first."""
    ROLE = "role"
    """Whoever has this role: those on duty, else all of them."""
    COMPETENCE = "competence"
    """Whoever is on duty and can do this, those of the unit first."""
    SCHEDULE = "schedule"
    """Whoever stands on this schedule now."""
    PERSON = "person"
    """One member of staff, by id."""
    RELATIVE = "relative"
    """The resident's relatives, as far as it is agreed that they are asked."""
    ALARM_CENTRE = "alarm_centre"
    """A fixed contact outside the house; without a name all of them."""


NAMED = frozenset({Group.ROLE, Group.COMPETENCE, Group.SCHEDULE, Group.PERSON})
"""Groups that mean nothing without saying which."""
_ALL_OF_US = frozenset({Group.UNIT, Group.EVERYBODY})
_MANY_OF_US = _ALL_OF_US | {Group.EVERYBODY_ON_DUTY}


@dataclass(frozen=True, slots=True)
class Audience:
    """A group, and which one where there are several: `role:coordinator`, `person:ingrid`."""

    group: Group
    which: str | None = None

    def __str__(self) -> str:
        return f"{self.group}:{self.which}" if self.which else str(self.group)


def audience(words: str) -> Audience:
    """Read what `str` wrote; ValueError for anything else."""
    group, _, which = words.partition(":")
    found = Audience(Group(group), which or None)
    if found.group in NAMED and not which:
        raise ValueError(f"{group} does not say which")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder.

    Attributes:
        patience: How long those asked are given; in turn, how long each of them is.
        in_turn: One after another, instead of all at once.
        methods: The channels by which this rung asks, if it does not ask by each one's own first way.
        siren: Whether the unit's siren sounds too. On the last rung of what is serious it always does.
    """

    asks: tuple[Audience, ...]
    patience: timedelta
    in_turn: bool = False
    methods: tuple[str, ...] = ()
    siren: bool = False


Ladder = tuple[Rung, ...]
_MINUTE = timedelta(minutes=1)


def asks(group: Group, minutes: float) -> Rung:
    """A plain rung: one group, all at once."""
    return Rung(asks=(Audience(group),), patience=minutes * _MINUTE)


BUILT_IN: dict[Severity, Ladder] = {
    Severity.CRITICAL: (
        asks(Group.ON_DUTY, 2),
        asks(Group.ON_DUTY, 2),
        asks(Group.EVERYBODY_ON_DUTY, 3),
        asks(Group.UNIT, 5),
    ),
    Severity.SERIOUS: (
        asks(Group.ON_DUTY, 5),
        asks(Group.ON_DUTY, 5),
        asks(Group.EVERYBODY_ON_DUTY, 5),
    ),
    Severity.MODERATE: (asks(Group.ON_DUTY, 30), asks(Group.ON_DUTY, 60)),
    Severity.NORMAL: (asks(Group.ON_DUTY, 240),),
}
"""What holds where no unit has said otherwise, and where what was said cannot be followed."""

LOUD_FROM = Severity.SERIOUS
"""From here on an alert calls telephones, and its last rung the siren; below, it waits on the tablet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The shortest and the longest time that a ladder may give."""

    least: timedelta
    most: timedelta

    def hold(self, wanted: timedelta) -> bool:
        """Whether this time is allowed."""
        return self.least <= wanted <= self.most


PATIENCE: dict[Severity, Bounds] = {
    Severity.CRITICAL: Bounds(least=_MINUTE / 2, most=5 * _MINUTE),
    Severity.SERIOUS: Bounds(least=_MINUTE, most=15 * _MINUTE),
    Severity.MODERATE: Bounds(least=5 * _MINUTE, most=240 * _MINUTE),
    Severity.NORMAL: Bounds(least=5 * _MINUTE, most=1440 * _MINUTE),
}
LAST_REPEATS_WITHIN = 5 * _MINUTE
"""How often the last rung of a serious alert asks again, at the least."""
MOST_RUNGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTimes:
    """How long after "I take it" somebody must be there, and after "I am there" it must be finished."""

    arrive: timedelta
    finish: timedelta


TIMES: dict[Severity, AnswerTimes] = {
    Severity.CRITICAL: AnswerTimes(arrive=10 * _MINUTE, finish=60 * _MINUTE),
    Severity.SERIOUS: AnswerTimes(arrive=30 * _MINUTE, finish=90 * _MINUTE),
    Severity.MODERATE: AnswerTimes(arrive=240 * _MINUTE, finish=480 * _MINUTE),
    Severity.NORMAL: AnswerTimes(arrive=720 * _MINUTE, finish=1440 * _MINUTE),
}
ARRIVE_BOUNDS: dict[Severity, Bounds] = {
    Severity.CRITICAL: Bounds(least=2 * _MINUTE, most=30 * _MINUTE),
    Severity.SERIOUS: Bounds(least=5 * _MINUTE, most=60 * _MINUTE),
    Severity.MODERATE: Bounds(least=15 * _MINUTE, most=720 * _MINUTE),
    Severity.NORMAL: Bounds(least=15 * _MINUTE, most=1440 * _MINUTE),
}
FINISH_BOUNDS: dict[Severity, Bounds] = {
    Severity.CRITICAL: Bounds(least=10 * _MINUTE, most=120 * _MINUTE),
    Severity.SERIOUS: Bounds(least=10 * _MINUTE, most=180 * _MINUTE),
    Severity.MODERATE: Bounds(least=30 * _MINUTE, most=1440 * _MINUTE),
    Severity.NORMAL: Bounds(least=30 * _MINUTE, most=2880 * _MINUTE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a unit does about one severity: its ladder and its answer times."""

    ladder: Ladder
    times: AnswerTimes
    built_in: bool = False


def known(severity: Severity) -> Severity:
    """What is not reported is treated as normal."""
    return severity if severity in BUILT_IN else Severity.NORMAL


def built_in(severity: Severity) -> Plan:
    """The floor."""
    severity = known(severity)
    return Plan(ladder=BUILT_IN[severity], times=TIMES[severity], built_in=True)


def below_wide(ladder: Ladder) -> int:
    """How many rungs lie below the first that asks more than those on duty in the unit."""
    near = {Group.ON_DUTY, Group.PERSON, Group.COMPETENCE, Group.SCHEDULE}
    wide = (number for number, rung in enumerate(ladder) if not {one.group for one in rung.asks} <= near)
    return next(wide, len(ladder) - 1)


# --- what a ladder must be -----------------------------------------------------------------


def faults_of(severity: Severity, ladder: Sequence[Rung]) -> list[str]:
    """Why this ladder cannot be used, in words for whoever edits it; empty where it can."""
    severity = known(severity)
    if not ladder:
        return ["Stigen må ha minst ett trinn."]
    if len(ladder) > MOST_RUNGS:
        return [f"Stigen kan ha høyst {MOST_RUNGS} trinn."]
    found = [fault for number, rung in enumerate(ladder, 1) for fault in _rung_faults(severity, number, rung)]
    if severity >= LOUD_FROM:
        found += _last_faults(severity, ladder[-1])
    return found


def _rung_faults(severity: Severity, number: int, rung: Rung) -> Iterator[str]:
    if not rung.asks:
        yield f"Trinn {number} spør ingen."
    bounds = PATIENCE[severity]
    if not bounds.hold(rung.patience):
        yield f"Trinn {number} må vente mellom {in_words(bounds.least)} og {in_words(bounds.most)}."
    if number == 1 and {one.group for one in rung.asks} <= {Group.RELATIVE, Group.ALARM_CENTRE} and rung.asks:
        yield "Trinn 1 må spørre noen av personalet."


def _last_faults(severity: Severity, rung: Rung) -> Iterator[str]:
    enough = _ALL_OF_US if severity is Severity.CRITICAL else _MANY_OF_US
    if not enough & {one.group for one in rung.asks}:
        whom = "alle i enheten eller alle ansatte" if severity is Severity.CRITICAL else "alle på vakt eller flere"
        yield f"Siste trinn må spørre {whom}."
    if rung.in_turn:
        yield "Siste trinn må spørre alle samtidig."
    if rung.methods:
        yield "Siste trinn må bruke alle måter å nå folk på."
    if rung.patience > LAST_REPEATS_WITHIN:
        yield "Siste trinn må gjentas minst hvert 5. minutt."


def time_faults(severity: Severity, times: AnswerTimes) -> list[str]:
    """Why these answer times cannot be used; empty where they can."""
    severity, found = known(severity), []
    for name, bounds, wanted in (
        ("Fremme innen", ARRIVE_BOUNDS[severity], times.arrive),
        ("Ferdig innen", FINISH_BOUNDS[severity], times.finish),
    ):
        if not bounds.hold(wanted):
            found.append(f"{name} må være mellom {in_words(bounds.least)} og {in_words(bounds.most)}.")
    return found


def in_words(time: timedelta) -> str:
    """A time as people say it: "30 sekunder", "5 minutter", "4 timer"."""
    seconds = round(time.total_seconds())
    for size, one, many in ((3600, "time", "timer"), (60, "minutt", "minutter")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {one if count == 1 else many}"
    return f"{seconds} sekunder"
