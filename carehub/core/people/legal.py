"""The ground of law under each function of a resident: what it covers, and what its end means.

A decision that has run out is a task for people; it switches nothing off. A resident who says no does.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from carehub.core.people.basis import Basis
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Level, Override
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.tuning import may_be_off

REVIEW_AHEAD = timedelta(days=30)
"""So long before a decision runs out it is somebody's task to look at it."""


class Function(StrEnum):
    """What is watched, as a decision names it."""

    ALARM = "alarm"
    FALL = "fall"
    MOVEMENT = "movement"
    DOORS = "doors"
    BED = "bed"
    LOCATION = "location"
    SOUND = "sound"
    MEDICINE = "medicine"
    HEALTH = "health"


NAMES: dict[Function, str] = {
    Function.ALARM: "trygghetsalarm", Function.FALL: "fallvarsling", Function.MOVEMENT: "bevegelse i boligen",
    Function.DOORS: "dører og låser", Function.BED: "seng og stol", Function.LOCATION: "lokalisering",
    Function.SOUND: "lyd", Function.MEDICINE: "medisindispenser", Function.HEALTH: "helsemålinger",
}  # fmt: skip
_BY_WORD = {
    "button": Function.ALARM, "cord": Function.ALARM, "fall": Function.FALL, "motion": Function.MOVEMENT,
    "presence": Function.MOVEMENT, "vibration": Function.MOVEMENT, "behaviour": Function.MOVEMENT,
    "stove": Function.MOVEMENT, "power": Function.MOVEMENT, "door": Function.DOORS, "lock": Function.DOORS,
    "bed": Function.BED, "chair": Function.BED, "zone": Function.LOCATION, "gps": Function.LOCATION,
    "sound": Function.SOUND, "medication": Function.MEDICINE, "dispenser": Function.MEDICINE,
    "seizure": Function.HEALTH, "pulse": Function.HEALTH, "body_temperature": Function.HEALTH,
    "body_weight": Function.HEALTH, "blood_pressure": Function.HEALTH, "oxygen_saturation": Function.HEALTH,
    "incontinence": Function.HEALTH, "body_water": Function.HEALTH,
}  # fmt: skip


class Ground(Struct, frozen=True, kw_only=True):
    """One row of the register: what a function rests on, or that the resident says no.

    Attributes:
        until: When it runs out; None for a consent without an end.
        objection: The resident objects: nothing under § 4-6 a runs, and a consent is taken back.
    """

    id: str
    resident: str
    function: Function
    basis: Basis
    since: datetime
    until: datetime | None = None
    objection: bool = False

    def begun(self, now: datetime) -> bool:
        """Whether it has begun."""
        return self.since <= now

    def over(self, now: datetime) -> bool:
        """Whether it has run out."""
        return self.until is not None and self.until <= now


class Standing(StrEnum):
    """How a function stands with the law."""

    VALID = "valid"
    EXPIRES = "expires"
    EXPIRED = "expired"
    MISSING = "missing"
    OBJECTED = "objected"


def function_of(kind: str) -> Function | None:
    """What an event of this kind watches; None for what watches nobody."""
    return _BY_WORD.get(kind.partition(".")[0])


def functions_of(rule: Rule, program: Program) -> frozenset[Function]:
    """What the rule watches that needs a ground; none for a rule that watches nobody, or does not say."""
    if not rule.basis or Basis.NONE in rule.basis:
        return frozenset()
    kinds = {kind for step in program.steps for kind in step.tests}
    return frozenset(found for kind in kinds if (found := function_of(kind)))


def standing(grounds: Iterable[Ground], function: Function, accepted: Iterable[Basis], now: datetime) -> Standing:
    """How one resident's function stands now.

    A decision under chapter 4 A stands above an objection: it is what that chapter is for.
    """
    mine = [one for one in grounds if one.function is function and one.begun(now)]
    rows = [one for one in mine if not one.objection and one.basis in set(accepted)]
    held = [one for one in rows if not one.over(now)]
    if any(one.objection and not one.over(now) for one in mine):
        held = rows = [one for one in rows if one.basis is Basis.CHAPTER_4A]
        if not any(not one.over(now) for one in rows):
            return Standing.OBJECTED
    if not held:
        return Standing.EXPIRED if rows else Standing.MISSING
    last = max((one.until or datetime.max.replace(tzinfo=now.tzinfo)) for one in held)
    return Standing.EXPIRES if last - now <= REVIEW_AHEAD else Standing.VALID


def switched_off(grounds: Iterable[Ground], book: Rulebook, now: datetime) -> list[Override]:
    """What residents have said no to: off is a rule that rests on nothing else, and is no life safety.

    A rule that will do with any of several functions goes on with those to which nobody said no; a sequence needs all.
    """
    by_resident: dict[str, list[Ground]] = defaultdict(list)
    for one in grounds:
        by_resident[one.resident].append(one)
    programs = [(rule, book.program(rule)) for rule in book.rules.values()]
    asked = [(rule, functions_of(rule, program)) for rule, program in programs if may_be_off(program)]
    return [
        off
        for mine in by_resident.values() if any(one.objection for one in mine)
        for rule, functions in asked if (off := _off(mine, rule, functions, now)) is not None
    ]  # fmt: skip


def _off(mine: Sequence[Ground], rule: Rule, functions: frozenset[Function], now: datetime) -> Override | None:
    no = [one for one in mine if one.function in functions and _stops(mine, one, rule, now)]
    said = {one.function for one in no}
    if not no or (said != functions and not rule.sequence):
        return None
    last = max(no, key=lambda one: one.since)
    return Override(
        id=f"no-{last.id}", rule=rule.id, level=Level.OBJECTION, whom=f"no-{last.resident}", since=last.since,
        until=min((one.until for one in no if one.until), default=None), off=True, resident=last.resident,
    )  # fmt: skip


def _stops(mine: Sequence[Ground], one: Ground, rule: Rule, now: datetime) -> bool:
    if not one.objection or one.over(now):
        return False
    return standing(mine, one.function, rule.basis, max(now, one.since)) is Standing.OBJECTED
