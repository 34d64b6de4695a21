"""Tuning: another value for one home, only where and as far as the rule allows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from carehub.core.rules.checks import value_at
from carehub.core.rules.errors import RuleError, explained
from carehub.core.rules.fields import read_duration
from carehub.core.rules.language import Bounds, Rule


def tuned(rule: Rule, values: Mapping[str, float | str]) -> Rule:
    """Give the rule with other values, such as `{"then_missing.within": "10 min"}`.

    Raises:
        RuleError: A value may not be tuned, or not so far.
    """
    said = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for path, value in values.items():
        _check(rule, path, value)
        _put(said, path.split("."), value)
    try:
        return Rule.model_validate(said)
    except ValidationError as error:
        raise explained(error, ()) from error


def _check(rule: Rule, path: str, value: float | str) -> None:
    bounds = rule.tune.get(path)
    if bounds is None:
        raise RuleError(f"'{path}' may not be tuned in {rule.id}.")
    if not _within(bounds, _as_wanted(value_at(rule, path), path, value)):
        raise RuleError(f"{path}: {value} is outside what {rule.id} allows.")


def _as_wanted(current: object, path: str, value: float | str) -> float | timedelta:
    try:
        return read_duration(value) if isinstance(current, timedelta) else float(value)
    except ValueError as error:
        raise RuleError(f"{path}: '{value}' is not a value for it.") from error


def _within(bounds: Bounds, value: float | timedelta) -> bool:
    return bool(bounds.least <= value <= bounds.most)  # type: ignore[operator] # one kind, by the rule's own check


def _put(said: dict[str, Any], words: list[str], value: float | str) -> None:
    place: Any = said
    for word in words[:-1]:
        place = place[word][0] if isinstance(place[word], list) else place[word]
    place[words[-1]] = value
