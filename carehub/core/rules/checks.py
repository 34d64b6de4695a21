"""What in a rule contradicts itself, though each of its words is right alone."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from carehub.core.days.usual import FEATURES, Unit
from carehub.core.kinds import LIFE_SAFETY
from carehub.core.people.basis import Basis
from carehub.core.rules.windows import minutes_into
from carehub.core.rules.words import MEASUREMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carehub.core.rules.language import Rule

_RESERVED = "floor"
_SHAPES = ("then_missing", "count", "sequence", "absent", "check", "change")
_OWN_START = frozenset({"sequence", "absent", "check"})


def complaints(rule: Rule) -> Iterator[str]:
    """Give one sentence for each thing that does not fit together."""
    if rule.id == _RESERVED:
        yield f"'{_RESERVED}' is the name of the hub's own life-safety floor; choose another id"
    if Basis.NONE in rule.basis and len(rule.basis) > 1:
        yield "basis: 'none' stands alone"
    yield from _about_shape(rule)
    yield from _about_waiting(rule)
    yield from _about_codes(rule)
    yield from _about_repeats(rule)
    yield from _about_states(rule)
    yield from _about_changes(rule)
    yield from _about_what_is_usual(rule)
    yield from _about_tuning(rule)


def _about_shape(rule: Rule) -> Iterator[str]:
    written = [name for name in _SHAPES if getattr(rule, name)]
    shapes = [*(["for"] if rule.for_ else []), *written]
    if len(shapes) > 1:
        yield f"a rule decides in one way; '{shapes[0]}' and '{shapes[1]}' need a rule each"
    starts = bool(_OWN_START & set(shapes))
    if starts and rule.watch:
        yield f"'{shapes[-1]}' says what is watched; leave 'watch' out"
    if not starts and not rule.watch:
        yield "'watch' is missing: what starts the rule?"
    if rule.absent and rule.between:
        yield "'absent' has its own 'from' and 'to'; leave 'between' out"
    if rule.check and rule.between:
        yield "'check' has its own time; leave 'between' out"
    if rule.check and rule.per == "device":
        yield "'check' looks at the home; leave 'per' out"
    if rule.absent and rule.absent.although_never_seen and not rule.only_when:
        yield "'although_never_seen' needs an 'only_when', or it would alert in every home"


def _about_waiting(rule: Rule) -> Iterator[str]:
    if rule.until and not rule.for_:
        yield "'until' belongs to 'for'"
    bounded = rule.watch and all(matcher.bounds for matcher in rule.watch)
    if rule.for_ and not rule.until and not bounded:
        yield "'for' needs an 'until' that says what ends it, or bounds on the value"
    if rule.rest and rule.shape in {"sequence", "absent", "check"}:
        yield f"'rest' does not go with '{rule.shape}'"


def _about_codes(rule: Rule) -> Iterator[str]:
    if not isinstance(rule.alert_code, dict):
        return
    watched = {kind for matcher in rule.watch or () for kind in matcher.all_kinds}
    for kind in rule.alert_code.keys() - watched:
        yield f"alert_code names '{kind}', which the rule does not watch"


def _about_repeats(rule: Rule) -> Iterator[str]:
    if rule.press and rule.shape != "at_once":
        yield "'press' is for a rule that alerts at once"
    watched = {kind for matcher in rule.watch or () for kind in matcher.all_kinds}
    if rule.rest and watched & LIFE_SAFETY:
        yield f"'rest' may not be used with {', '.join(sorted(watched & LIFE_SAFETY))}: every one of them counts"


def _about_states(rule: Rule) -> Iterator[str]:
    for flag in sorted(set(rule.unless) & set(rule.only_when)):
        yield f"'{flag}' stands in both 'unless' and 'only_when'; then it never alerts"
    watched = {kind for matcher in rule.watch or () for kind in matcher.all_kinds}
    if rule.only_when and watched & LIFE_SAFETY:
        yield f"'only_when' may not be used with {', '.join(sorted(watched & LIFE_SAFETY))}: they always alert"


def _about_changes(rule: Rule) -> Iterator[str]:
    if not rule.change:
        return
    kinds = {str(kind) for matcher in rule.watch or () for kind in matcher.all_kinds}
    if strange := sorted(kinds - MEASUREMENTS):
        yield f"'change' compares numbers, and {strange[0]} is no measurement"


def _about_what_is_usual(rule: Rule) -> Iterator[str]:
    """Each personal bound has a fixed one, in between its own bounds, and a feature of the right sort."""
    wait = rule.for_ or (rule.then_missing and rule.then_missing.within)
    pairs = (
        ("longer_than_usual", rule.longer_than_usual, wait, "'for' or 'then_missing'", Unit.MINUTES),
        ("later_than_usual", rule.later_than_usual, rule.absent and rule.absent.to, "'absent'", Unit.CLOCK),
        ("more_than_usual", rule.more_than_usual, rule.count and rule.count.at_least, "'count'", Unit.COUNT),
    )
    for word, asked, fixed, needs, unit in pairs:
        if asked is None:
            continue
        if FEATURES[asked.of] is not unit:
            yield f"{word}.of: '{asked.of}' is not counted so that '{word}' fits"
        if fixed is None:
            yield f"'{word}' goes with {needs}, which holds where nothing is usual yet"
            continue
        least, middle, most = (_comparable(one, rule) for one in (asked.least, fixed, asked.most))
        if not least <= middle <= most:  # type: ignore[operator]
            yield f"{word}: the fixed bound must lie between 'least' and 'most'"


def _comparable(bound: object, rule: Rule) -> object:
    """Times of day count from the beginning of the window, which may pass midnight."""
    if isinstance(bound, time) and rule.absent:
        return minutes_into(rule.absent.from_, bound)
    return bound


def _about_tuning(rule: Rule) -> Iterator[str]:
    for path, bounds in rule.tune.items():
        value = value_at(rule, path)
        if not isinstance(value, int | float | timedelta) or isinstance(value, bool):
            yield f"tune names '{path}', which is not a number or a length of time in this rule"
        elif isinstance(value, timedelta) != isinstance(bounds.least, timedelta) or isinstance(
            bounds.least, timedelta
        ) != isinstance(bounds.most, timedelta):
            yield f"tune.{path}: the bounds are not of the same kind as the value"
        elif not bounds.least <= value <= bounds.most:  # type: ignore[operator]
            yield f"tune.{path}: the value in the rule is outside its own bounds"


def value_at(rule: Rule, path: str) -> object:
    """Follow a path such as "then_missing.within"; None where there is nothing.

    A rule that watches one thing is tuned by "watch.below", though `watch` is kept as a list.
    """
    found: object = rule
    for word in path.split("."):
        if isinstance(found, tuple):
            found = found[0] if len(found) == 1 else None
        found = getattr(found, {"for": "for_", "from": "from_", "is": "is_"}.get(word, word), None) if found else None
    return found
