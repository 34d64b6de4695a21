"""A rule with other values, within the bounds that its author wrote: `tune` is the only door."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from carehub.core.kinds import LIFE_SAFETY, EventKind
from carehub.core.rules.checks import value_at
from carehub.core.rules.errors import RuleError
from carehub.core.rules.fields import read_duration, write_duration
from carehub.core.rules.language import Bounds, Rule
from carehub.core.rules.overrides import Effect, Number
from carehub.core.rules.program import Program, compiled

Values = Iterable[tuple[str, Number]]
_NEVER_OFF = LIFE_SAFETY | {EventKind.HUB_FAULT}


class TuningError(RuleError):
    """The value may not be given here; the message is a sentence, in bokmål, for whoever asked for it."""


def tuned(rule: Rule, values: Values) -> Rule:
    """The rule with these values in place of its own.

    Args:
        values: By path, as the rule would write them: ("for", "20 min"), ("watch.below", 18).

    Raises:
        TuningError: A value may not be tuned in this rule, is of another sort, or is out of bounds.
    """
    body = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for path, value in values:
        _put(body, path, as_written(rule, path, value))
    try:
        return Rule.model_validate(body)
    except ValidationError as error:
        raise TuningError(f"Regelen «{rule.id}» kan ikke ha disse verdiene samtidig.") from error


def as_written(rule: Rule, path: str, value: Number) -> Number:
    """The value as the rule writes it.

    Raises:
        TuningError: See `tuned`.
    """
    bounds = rule.tune.get(path)
    if bounds is None:
        known = ", ".join(sorted(rule.tune)) or "ingen"
        raise TuningError(f"«{path}» kan ikke tilpasses i regelen «{rule.id}». Dette kan tilpasses: {known}.")
    found = _read(value, isinstance(bounds.least, timedelta))
    if found is None:
        example = " Skriv for eksempel 30 min." if isinstance(bounds.least, timedelta) else ""
        raise TuningError(f"«{value}» er ikke en gyldig verdi for «{path}».{example}")
    if not bounds.least <= found <= bounds.most:  # type: ignore[operator]
        least, most = in_words(bounds)
        raise TuningError(f"«{path}» må være fra {least} til {most}; {_written(found)} går ikke.")
    return write_duration(found) if isinstance(found, timedelta) else found


def _read(value: Number, is_length: bool) -> timedelta | float | int | None:  # noqa: FBT001 - which of the two sorts
    try:
        if is_length:
            return read_duration(value)
        return value if isinstance(value, float | int) else float(value.replace(",", "."))
    except ValueError:
        return None


def in_words(bounds: Bounds) -> tuple[str, str]:
    """The bounds as the rule writes them."""
    return _written(bounds.least), _written(bounds.most)


def value_in(rule: Rule, path: str) -> Number:
    """What the rule itself says at a path, as it writes it.

    Raises:
        TuningError: There is nothing that can be tuned.
    """
    found = value_at(rule, path)
    if isinstance(found, timedelta):
        return write_duration(found)
    if not isinstance(found, float | int):
        raise TuningError(f"«{path}» kan ikke tilpasses i regelen «{rule.id}».")
    return found


def _written(value: object) -> str:
    return write_duration(value) if isinstance(value, timedelta) else f"{value:g}" if value is not None else ""


def _put(body: dict[str, Any], path: str, value: Number) -> None:
    *way, last = path.split(".")
    found: Any = body
    for word in way:
        found = found[word]
        found = found[0] if isinstance(found, list) else found
    found[last] = value


def may_be_off(program: Program) -> bool:
    """Whether a rule may be switched off for somebody: not one that asks for what the floor holds."""
    return not any(kind in _NEVER_OFF for step in program.steps for kind in step.tests)


_MOST_KEPT = 2000
_made: dict[tuple[str, str, tuple[tuple[str, Number], ...]], Program | None] = {}
"""By the rule's version and what was decided: many scopes are tuned alike."""


def _tuned(program: Program, rule: Rule, values: tuple[tuple[str, Number], ...]) -> Program | None:
    key = (program.id, program.version, values)
    if key not in _made:
        if len(_made) >= _MOST_KEPT:
            _made.clear()
        _made[key] = None if faulty(rule, values) else compiled(tuned(rule, values))
    return _made[key]


def program_for(program: Program, rule: Rule | None, effect: Effect) -> Program | None:
    """What judges in place of `program` where this has been decided; None for nothing.

    A value that the rule's bounds no longer allow is left out, and the rule's own holds: `faulty` tells of it.
    """
    if effect.off and may_be_off(program):
        return None
    if rule is None or not effect.values:
        return program
    return _tuned(program, rule, effect.values) or program


def faulty(rule: Rule, values: Values) -> str | None:
    """Why these values cannot be given; None where they can."""
    try:
        tuned(rule, values)
    except RuleError as error:
        return str(error)
    return None
