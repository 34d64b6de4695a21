"""Who is asked next when nobody has come: ladders, rungs and their patience."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from carehub.core.access import Role
from carehub.core.alerts import Status
from carehub.core.severity import Severity


class Group(StrEnum):
    """Whom a rung asks."""

    ON_DUTY = "on_duty"
    """Staff on duty in the alert's unit."""
    UNIT = "unit"
    """Everybody in the unit, on duty or not."""
    EVERYBODY_ON_DUTY = "everybody_on_duty"
    """Staff on duty in every unit, and the coordinators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder: whom to ask, and how long to wait before the next."""

    group: Group
    patience: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """What to do now: ask this group, as the so-manieth try, and look again then."""

    group: Group
    rung: int
    look_again_at: datetime


_MINUTE = timedelta(minutes=1)

LADDERS: dict[Severity, tuple[Rung, ...]] = {
    Severity.CRITICAL: (
        Rung(group=Group.ON_DUTY, patience=2 * _MINUTE),
        Rung(group=Group.ON_DUTY, patience=2 * _MINUTE),
        Rung(group=Group.EVERYBODY_ON_DUTY, patience=3 * _MINUTE),
        Rung(group=Group.UNIT, patience=5 * _MINUTE),
    ),
    Severity.SERIOUS: (
        Rung(group=Group.ON_DUTY, patience=5 * _MINUTE),
        Rung(group=Group.ON_DUTY, patience=5 * _MINUTE),
        Rung(group=Group.EVERYBODY_ON_DUTY, patience=5 * _MINUTE),
    ),
    Severity.MODERATE: (
        Rung(group=Group.ON_DUTY, patience=30 * _MINUTE),
        Rung(group=Group.ON_DUTY, patience=60 * _MINUTE),
    ),
    Severity.NORMAL: (Rung(group=Group.ON_DUTY, patience=240 * _MINUTE),),
}
"""First form: one ladder a severity, the same for every unit."""

ARRIVE_WITHIN: dict[Severity, timedelta] = {
    Severity.CRITICAL: 10 * _MINUTE,
    Severity.SERIOUS: 30 * _MINUTE,
    Severity.MODERATE: 240 * _MINUTE,
    Severity.NORMAL: 720 * _MINUTE,
}
"""After "I take it": how long until somebody must be there, else it climbs again."""

FINISH_WITHIN: dict[Severity, timedelta] = {
    Severity.CRITICAL: 60 * _MINUTE,
    Severity.SERIOUS: 90 * _MINUTE,
    Severity.MODERATE: 480 * _MINUTE,
    Severity.NORMAL: 1440 * _MINUTE,
}
"""After "I am there": how long until it must be closed, else the hub asks how it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to reach somebody that is verified and in use."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A member of staff, as far as a ladder cares.

    Attributes:
        unit: Where they belong.
        on_duty: Anywhere, by a shift or because they said so themselves.
        methods: In the order in which they are tried; empty for somebody whom only a tablet reaches.
        shifts: The units whose shift they have now; a night nurse may have several.
        competences: What they may do: "medisin", "sykepleier".
    """

    id: str
    unit: str | None
    role: Role
    on_duty: bool
    methods: tuple[Method, ...] = ()
    shifts: frozenset[str] = frozenset()
    competences: frozenset[str] = frozenset()

    def is_on_duty_in(self, unit: str) -> bool:
        """By their shift; whoever has none and says that they are on duty is so where they belong."""
        return unit in self.shifts if self.shifts else self.on_duty and unit == self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A summons that reaches somebody.

    Attributes:
        people: Whom it asks; empty only where there is no staff at all.
        passed: The rungs that had nobody, and were passed at once.
    """

    summons: Summons
    people: tuple[Colleague, ...]
    passed: tuple[int, ...] = ()


def asked(group: Group, unit: str | None, staff: Sequence[Colleague]) -> tuple[Colleague, ...]:
    """Whom a rung asks. An alert without a unit (an unknown device) concerns everybody on duty."""
    if group is Group.EVERYBODY_ON_DUTY or unit is None:
        return tuple(one for one in staff if one.on_duty)
    return tuple(one for one in staff if one.is_on_duty_in(unit) or (group is Group.UNIT and one.unit == unit))


def reach(ladder: Sequence[Rung], rung: int, unit: str | None, staff: Sequence[Colleague], now: datetime) -> Reached:
    """Climb to the next rung that has somebody; with nobody on any, ask all staff and look again in a minute.

    Args:
        rung: How many rungs have been tried already.
        staff: Everybody who may be asked, of every unit.
    """
    passed: list[int] = []
    for _ in ladder:
        summons = climb(ladder, rung, now)
        if people := asked(summons.group, unit, staff):
            return Reached(summons=summons, people=people, passed=tuple(passed))
        passed.append(summons.rung)
        rung = summons.rung
    summons = Summons(group=Group.UNIT, rung=rung, look_again_at=now + _MINUTE)
    return Reached(summons=summons, people=tuple(staff), passed=tuple(passed))


_QUIET_FROM, _QUIET_TO = time(21), time(8)


def when_to_tell_relatives(now: datetime, zone: ZoneInfo) -> datetime:
    """Now by day; what is over and handled wakes no family at night, and waits until eight."""
    local = now.astimezone(zone)
    if _QUIET_TO <= local.time() < _QUIET_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= _QUIET_FROM)
    return datetime.combine(day, _QUIET_TO, zone).astimezone(UTC)


def ladder_for(severity: Severity) -> tuple[Rung, ...]:
    """The ladder of a severity; what is not reported is treated as normal."""
    return LADDERS.get(severity, LADDERS[Severity.NORMAL])


def climb(ladder: Sequence[Rung], rung: int, now: datetime) -> Summons:
    """Decide the next summons after `rung` rungs have gone unanswered.

    The last step repeats for ever: an unanswered alarm is never dropped.

    Args:
        ladder: The steps in order; at least one.
        rung: How many steps have been tried already.
        now: The moment of the decision.
    """
    step = ladder[min(rung, len(ladder) - 1)]
    return Summons(group=step.group, rung=rung + 1, look_again_at=now + step.patience)


def deadline_after(status: Status, severity: Severity, now: datetime) -> datetime | None:
    """When the hub looks again after a person did something; None only for a closed alert."""
    severity = severity if severity in ARRIVE_WITHIN else Severity.NORMAL
    match status:
        case Status.OPEN:
            return now
        case Status.TAKEN:
            return now + ARRIVE_WITHIN[severity]
        case Status.ARRIVED:
            return now + FINISH_WITHIN[severity]
        case Status.CLOSED:
            return None
