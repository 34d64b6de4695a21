"""A change of a rule on its way into force: written, tried on the past, agreed by a second person, and taken back."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import yaml
from msgspec import Struct

from carehub.core.kinds import LIFE_SAFETY
from carehub.core.rules.errors import RuleError
from carehub.core.rules.examples import failures
from carehub.core.rules.language import Example, Rule, parse_rule
from carehub.core.rules.program import compiled
from carehub.core.rules.rulebook import Rulebook


class DraftState(StrEnum):
    """How far a draft has come."""

    DRAFT = "draft"
    WAITING = "waiting"
    """For a second person."""
    ACTIVE = "active"
    ROLLED_BACK = "rolled_back"
    WITHDRAWN = "withdrawn"


class Read(Struct, frozen=True, kw_only=True):
    """What a text is: a rule, or why not.

    Attributes:
        faults: Sentences; with none the rule may go on.
    """

    rule: Rule | None
    faults: tuple[str, ...] = ()


def read(text: str, rule_id: str, zone: str) -> Read:
    """Read a draft of this rule and run its examples."""
    try:
        rule = parse_rule(text)
    except RuleError as error:
        return Read(rule=None, faults=(str(error),))
    if rule.id != rule_id:
        return Read(rule=rule, faults=(f"Regelen heter «{rule.id}»; den må hete «{rule_id}».",))
    return Read(rule=rule, faults=tuple(str(one) for one in failures(rule, zone)))


def written(rule: Rule) -> str:
    """The rule as YAML, to be edited."""
    said = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110))


class Change(Struct, frozen=True, kw_only=True):
    """One thing that is said otherwise: where, as it was, as it will be."""

    path: str
    before: str
    after: str


def changes(before: Rule | None, after: Rule) -> list[Change]:
    """What a draft says otherwise, value by value; the stories are only counted."""
    old = dict(_flat(_dump(before))) if before else {}
    new = dict(_flat(_dump(after)))
    return [
        Change(path=path, before=old.get(path, ""), after=new.get(path, ""))
        for path in dict.fromkeys([*old, *new])
        if old.get(path) != new.get(path)
    ]


class Story(Struct, frozen=True, kw_only=True):
    """An example that is told otherwise, or new, or gone; None where there is none of that name."""

    name: str
    before: Example | None
    after: Example | None

    @property
    def is_told_alike(self) -> bool:
        """Whether only what is expected is another: nobody need read again what happens in it."""
        return self.before is not None and self.after is not None and self.before.given == self.after.given


def stories(before: Rule | None, after: Rule) -> list[Story]:
    """Which examples a draft tells otherwise: a rule whose examples were bent to it proves nothing by them."""
    old = {one.name: one for one in before.examples} if before else {}
    new = {one.name: one for one in after.examples}
    return [
        Story(name=name, before=old.get(name), after=new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _dump(rule: Rule) -> dict[str, Any]:
    said = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {**said, "examples": len(rule.examples)}


def _flat(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for word, value in found.items():
            yield from _flat(value, f"{path}.{word}" if path else str(word))
    elif isinstance(found, list) and len(found) == 1:
        yield from _flat(found[0], path)
    elif isinstance(found, list) and any(isinstance(one, dict) for one in found):
        for number, one in enumerate(found, 1):
            yield from _flat(one, f"{path} {number}")
    else:
        yield path, ", ".join(map(str, found)) if isinstance(found, list) else str(found)


def warnings(before: Rule | None, after: Rule) -> list[str]:
    """What whoever agrees should have seen (F74)."""
    old = _kinds(before) if before and before.enabled else set()
    lost = sorted(old - (_kinds(after) if after.enabled else set()))
    if not lost:
        return []
    floor = [kind for kind in lost if kind in LIFE_SAFETY]
    told = [f"Regelen spør ikke lenger etter: {', '.join(lost)}."]
    return [*told, "Det livsviktige varsles likevel."] if floor else told


def _kinds(rule: Rule) -> set[str]:
    return {kind for step in compiled(rule).steps for kind in step.tests}


def in_force(book: Rulebook, rule_id: str) -> str | None:
    """The version of a rule that judges now."""
    program = book.programs.get(rule_id)
    return program.version if program else None
