"""What has been decided about a rule for one unit or one resident: other values within its bounds, or off.

The fold of a scope is told the whole list by a stored command, with what begins later, so that each begins and
ends in its own second and a replay comes to the same.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct, structs

Number = float | int | str
"""A value as a rule writes it: a number, or a length such as "20 min"."""


class Level(StrEnum):
    """For whom something was decided; the nearest wins, value by value."""

    UNIT = "unit"
    RESIDENT = "resident"
    OBJECTION = "objection"
    """The resident has said no to what the rule needs: nothing that was decided stands above that."""


_NEARNESS = {level: rank for rank, level in enumerate(Level)}


class Override(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision, as the fold knows it.

    Attributes:
        whom: The unit or the resident; the newest decision about a rule for one of them stands for all before it.
        values: By path in the rule ("for", "watch.below").
        off: True: the rule does not judge here; life safety is alerted all the same. False: it does, whatever
            was decided farther away. None: nothing is said of that.
        resident: In a home that is shared: switched off for this one alone. Values are always the home's.
    """

    id: str
    rule: str
    level: Level
    whom: str
    since: datetime
    until: datetime | None = None
    values: tuple[tuple[str, Number], ...] = ()
    off: bool | None = None
    resident: str | None = None

    def holds(self, moment: datetime) -> bool:
        """Begun, and not over."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Effect(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all decisions about one rule come to in one scope.

    Attributes:
        apart: Residents of a shared home for whom the rule is off.
        by: The decisions that made it, the nearest last.
    """

    rule: str
    values: tuple[tuple[str, Number], ...] = ()
    off: bool = False
    apart: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


class Tuning(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the fold of one scope has been told.

    Attributes:
        told: Every decision, also those that begin later; what is over is left out at the next change.
        effects: What holds now, by rule.
        next_at: When something else will hold.
        key: Changes with what the effects do, whoever decided them: scopes that are tuned alike share a book.
    """

    told: tuple[Override, ...] = ()
    effects: tuple[Effect, ...] = ()
    next_at: datetime | None = None
    key: str = ""

    def of(self, rule: str) -> Effect | None:
        """What was decided about a rule; None where it is as the rulebook has it."""
        return next((one for one in self.effects if one.rule == rule), None)


NOTHING = Tuning()
DEADLINE = "tuning"
"""The key of the deadline row of a scope's next change."""


def at(told: Iterable[Override], moment: datetime) -> Tuning:
    """What these decisions come to at a moment."""
    left = tuple(one for one in told if one.until is None or moment < one.until)
    now = [one for one in left if one.holds(moment)]
    effects = tuple(_effect(rule, [one for one in now if one.rule == rule]) for rule in sorted({o.rule for o in now}))
    return Tuning(told=left, effects=effects, next_at=_next(left, moment), key=_key(effects)) if left else NOTHING


def _next(told: Iterable[Override], moment: datetime) -> datetime | None:
    ends = (end for one in told for end in (one.since, one.until) if end is not None and end > moment)
    return min(ends, default=None)


def _effect(rule: str, decided: Iterable[Override]) -> Effect:
    """The nearest last, and of equals the newest: each writes over what stands before it."""
    newest = {one.whom: one for one in sorted(decided, key=lambda one: one.since)}
    in_order = sorted(newest.values(), key=lambda one: (_NEARNESS[one.level], one.since))
    values: dict[str, Number] = {}
    for one in in_order:
        values.update(one.values)
    said = {one.resident: one.off for one in in_order if one.off is not None}
    return Effect(
        rule=rule,
        values=tuple(sorted(values.items())),
        off=bool(said.get(None)),
        apart=tuple(sorted(who for who, off in said.items() if who is not None and off)),
        by=tuple(one.id for one in in_order),
    )


def _key(effects: Iterable[Effect]) -> str:
    said = [repr(structs.replace(one, by=())) for one in effects]
    return sha256("\n".join(said).encode()).hexdigest()[:16] if said else ""
