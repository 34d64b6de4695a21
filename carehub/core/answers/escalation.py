"""Who is asked next when nobody has come: a ladder, the people there are now, and how far it has climbed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from carehub.core.answers.ladders import LOUD_FROM, Audience, Group, Ladder, Plan, Rung, built_in, known
from carehub.core.people.access import Role
from carehub.core.severity import Severity

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to reach somebody that is verified and in use."""

    channel: str
    address: str


class Bond(StrEnum):
    """What somebody who is asked is to the hub; it decides what they may read."""

    STAFF = "staff"
    RELATIVE = "relative"
    OUTSIDE = "outside"
    """A fixed contact that has no login, such as an alarm centre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who can be asked, as far as a ladder cares.

    Attributes:
        id: Of the person; of the contact where it is no person.
        unit: Where they belong.
        on_duty: Anywhere, by a shift or because they said so themselves.
        methods: In the order in which they are tried; empty for somebody whom only a tablet reaches.
        shifts: The units whose shift they have now; a night nurse may have several.
        competences: What they may do: "medisin", "sykepleier".
    """

    id: str
    unit: str | None
    role: Role | None
    on_duty: bool
    methods: tuple[Method, ...] = ()
    shifts: frozenset[str] = frozenset()
    competences: frozenset[str] = frozenset()
    bond: Bond = Bond.STAFF

    def is_on_duty_in(self, unit: str) -> bool:
        """By their shift; whoever has none and says that they are on duty is so where they belong."""
        return unit in self.shifts if self.shifts else self.on_duty and unit == self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Everybody whom a ladder may choose from, and what each unit has decided, at one moment.

    Attributes:
        staff: Of every unit, on duty or not.
        plans: By unit and severity; a unit of None holds for all units without one of their own.
        neighbours: Unit → other units, the nearest first.
        relatives: Resident → those who have agreed to be asked.
        together: Scope → who lives there now, for what is about nobody in particular in a home that several share.
        contacts: Fixed contacts outside the house, by id.
        phones: Resident → the telephone of their unit, as far as a contact outside may know it.
    """

    staff: Sequence[Colleague]
    plans: Mapping[tuple[str | None, Severity], Plan] = field(default_factory=dict)
    neighbours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    relatives: Mapping[str, Sequence[Colleague]] = field(default_factory=dict)
    together: Mapping[str, Sequence[str]] = field(default_factory=dict)
    contacts: Mapping[str, Colleague] = field(default_factory=dict)
    phones: Mapping[str, str] = field(default_factory=dict)

    def plan(self, unit: str | None, severity: Severity) -> Plan:
        """What holds here: the unit's own, else the one for all units, else the built-in one."""
        severity = known(severity)
        return self.plans.get((unit, severity)) or self.plans.get((None, severity)) or built_in(severity)

    def residents(self, concern: "Concern") -> Sequence[str]:
        """Whom it is about: one resident, or everybody in a home where it could be each of them."""
        return (concern.resident,) if concern.resident else self.together.get(concern.scope or "", ())

    def phone(self, concern: "Concern") -> str | None:
        """Of the unit that looks after them, as far as a contact outside may know it."""
        return next((self.phones[one] for one in self.residents(concern) if one in self.phones), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Whom an alert is about, as far as a ladder cares.

    Attributes:
        resident: None for what is about nobody in particular: a home that two share, or a place where nobody lives.
        scope: Where it is.
        besides: Who is there already, and is not asked again.
        asked: Whom the present rung has asked one after another, by id.
    """

    unit: str | None
    severity: Severity
    resident: str | None = None
    scope: str | None = None
    besides: str | None = None
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """How far an alert has climbed: rungs tried, and of the last one how many were asked in turn (0: all at once)."""

    rung: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom to ask now.

    Attributes:
        people: With the ways by which this rung asks; empty only where nobody at all can be reached.
        rungs: How many the ladder has. From its last one on it repeats, for ever.
        passed: The rungs that had nobody who can be reached, and were passed at once.
        siren: Whether the unit's siren sounds.
    """

    place: Place
    rungs: int
    people: tuple[Colleague, ...]
    look_again_at: datetime
    passed: tuple[int, ...] = ()
    siren: bool = False


# --- whom a rung asks ----------------------------------------------------------------------

_Choose = Callable[[str | None, Concern, Circle], Sequence[Colleague]]


def _on_duty(_: str | None, concern: Concern, circle: Circle) -> list[Colleague]:
    """An alert without a unit (an unknown device) concerns everybody on duty."""
    unit = concern.unit
    return [one for one in circle.staff if (one.on_duty if unit is None else one.is_on_duty_in(unit))]


def _unit(_: str | None, concern: Concern, circle: Circle) -> list[Colleague]:
    """Whoever belongs there, and whoever has the shift there now."""
    there = {one.id for one in _on_duty(None, concern, circle)}
    return [one for one in circle.staff if one.id in there or (concern.unit and one.unit == concern.unit)]


def _everybody_on_duty(_: str | None, _concern: Concern, circle: Circle) -> list[Colleague]:
    return [one for one in circle.staff if one.on_duty]


def _everybody(_: str | None, _concern: Concern, circle: Circle) -> Sequence[Colleague]:
    return circle.staff


def _nearest(_: str | None, concern: Concern, circle: Circle) -> list[Colleague]:
    near = circle.neighbours.get(concern.unit or "", ())
    return [one for unit in near for one in circle.staff if one.is_on_duty_in(unit)]


def _role(which: str | None, _: Concern, circle: Circle) -> list[Colleague]:
    having = [one for one in circle.staff if one.role == which]
    return [one for one in having if one.on_duty] or having


def _competence(which: str | None, concern: Concern, circle: Circle) -> list[Colleague]:
    found = [one for one in circle.staff if one.on_duty and which in one.competences]
    return sorted(found, key=lambda one: one.unit != concern.unit)


def _schedule(which: str | None, _: Concern, circle: Circle) -> list[Colleague]:
    return [one for one in circle.staff if which in one.shifts]


def _person(which: str | None, _: Concern, circle: Circle) -> list[Colleague]:
    return [one for one in circle.staff if one.id == which]


def _relatives(_: str | None, concern: Concern, circle: Circle) -> list[Colleague]:
    """A child of both who live there is asked once."""
    kin = [one for who in circle.residents(concern) for one in circle.relatives.get(who, ())]
    return list({one.id: one for one in kin}.values())


def _centre(which: str | None, _: Concern, circle: Circle) -> list[Colleague]:
    return [one for one in circle.contacts.values() if which in {None, one.id}]


_CHOOSE: dict[Group, _Choose] = {
    Group.ON_DUTY: _on_duty,
    Group.UNIT: _unit,
    Group.EVERYBODY_ON_DUTY: _everybody_on_duty,
    Group.EVERYBODY: _everybody,
    Group.NEAREST: _nearest,
    Group.ROLE: _role,
    Group.COMPETENCE: _competence,
    Group.SCHEDULE: _schedule,
    Group.PERSON: _person,
    Group.RELATIVE: _relatives,
    Group.ALARM_CENTRE: _centre,
}


def asked(audience: Audience, concern: Concern, circle: Circle) -> list[Colleague]:
    """Whom a group means here and now; whoever is there already is not asked."""
    found = _CHOOSE[audience.group](audience.which, concern, circle)
    return [one for one in found if one.id != concern.besides]


def on_rung(rung: Rung, concern: Concern, circle: Circle) -> tuple[Colleague, ...]:
    """Everybody whom a rung can reach, each once, with the ways by which it asks.

    What is not loud waits on the tablet, which needs no telephone.
    """
    found = {one.id: _by(rung, one) for group in rung.asks for one in asked(group, concern, circle)}
    return tuple(one for one in found.values() if one.methods or concern.severity < LOUD_FROM)


def _by(rung: Rung, one: Colleague) -> Colleague:
    if not rung.methods:
        return one
    return replace(one, methods=tuple(way for way in one.methods if way.channel in rung.methods))


# --- climbing ------------------------------------------------------------------------------


def reach(ladder: Ladder, place: Place, concern: Concern, circle: Circle, now: datetime) -> Reached:
    """Climb to the next rung that reaches somebody; with nobody on any, ask all staff and look again (`_again_in`).

    The last rung repeats for ever: an unanswered alarm is never dropped.
    """
    if place.turn and (found := _next_in_turn(ladder, place, concern, circle, now)):
        return found
    passed: list[int] = []
    for number in range(place.rung + 1, max(len(ladder), place.rung + 1) + 1):
        rung = _rung(ladder, number)
        people = on_rung(rung, concern, circle)
        if people:
            turn = int(rung.in_turn)
            whom = people[:1] if rung.in_turn else people
            return _reached(ladder, Place(number, turn), concern, whom, now + rung.patience, passed)
        passed.append(number)
    everybody = on_rung(_ANYBODY, concern, circle)
    again = now + _again_in(ladder, passed[-1], concern, everybody)
    return _reached(ladder, Place(passed[-1]), concern, everybody, again, passed)


def _again_in(ladder: Ladder, number: int, concern: Concern, everybody: Sequence[Colleague]) -> timedelta:
    """All staff there is were asked: about what is serious a few times each minute, and then as the last rung asks.

    Whoever sleeps and is rung sixty times an hour stops listening. Where nobody can be reached, it is a minute always.
    """
    hurries = concern.severity >= LOUD_FROM and number < len(ladder) + _HURRIED_TIMES
    return _MINUTE if hurries or not everybody else _rung(ladder, number).patience


_HURRIED_TIMES = 5
_ANYBODY = Rung(asks=(Audience(Group.EVERYBODY), Audience(Group.ALARM_CENTRE)), patience=_MINUTE)


def _next_in_turn(ladder: Ladder, place: Place, concern: Concern, circle: Circle, now: datetime) -> Reached | None:
    """Whoever has not been asked yet, however the list has changed; it ends after as many turns as there are people."""
    rung = _rung(ladder, place.rung)
    people = on_rung(rung, concern, circle)
    left = [one for one in people if one.id not in concern.asked] if concern.asked else people[place.turn :]
    if not rung.in_turn or not left or place.turn >= len(concern.asked.union(one.id for one in people)):
        return None
    onwards = Place(place.rung, place.turn + 1)
    return _reached(ladder, onwards, concern, (left[0],), now + rung.patience, ())


def _reached(
    ladder: Ladder, place: Place, concern: Concern, people: tuple[Colleague, ...], then: datetime, passed: Sequence[int]
) -> Reached:
    loud_end = place.rung >= len(ladder) and concern.severity >= LOUD_FROM
    return Reached(
        place=place, rungs=len(ladder), people=people, look_again_at=then, passed=tuple(passed),
        siren=loud_end or _rung(ladder, place.rung).siren,
    )  # fmt: skip


def _rung(ladder: Ladder, number: int) -> Rung:
    return ladder[min(number, len(ladder)) - 1]


def upcoming(ladder: Ladder, place: Place) -> Rung:
    """The rung that is asked when nobody answers the present one in time."""
    here = _rung(ladder, place.rung) if place.rung else None
    return here if here and place.turn and here.in_turn else _rung(ladder, place.rung + 1)
