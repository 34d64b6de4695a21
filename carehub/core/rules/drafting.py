"""A draft of rules: what somebody would like to change, laid over the rulebook in force, and its name for ever."""

import hashlib
from collections.abc import Iterable

from carehub.core.rules import chains
from carehub.core.rules.errors import RuleError
from carehub.core.rules.language import Rule, content_hash, parse_rule
from carehub.core.rules.program import compiled
from carehub.core.rules.rulebook import Rulebook

_MOST_RULES = 60


def read_draft(text: str) -> tuple[Rule, ...]:
    """Read the rules of a draft: one, or several with a line `---` between them.

    Raises:
        RuleError: A part is no rule, there is none, or two have one id.
    """
    parts, lines = [], list[str]()
    for line in [*text.splitlines(), "---"]:
        if line.rstrip() != "---":
            lines.append(line)
            continue
        if any(one.strip() and not one.lstrip().startswith("#") for one in lines):
            parts.append("\n".join(lines))
        lines = []
    if not 0 < len(parts) <= _MOST_RULES:
        raise RuleError(f"A draft holds between 1 and {_MOST_RULES} rules; this one holds {len(parts)}.")
    rules = tuple(parse_rule(part) for part in parts)
    ids = [rule.id for rule in rules]
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise RuleError(f"The draft holds '{min(twice)}' twice.")
    return rules


def draft_hash(draft: Iterable[Rule]) -> str:
    """Sixteen hex digits that change with anything that the draft says, and not with the order of its rules."""
    told = ",".join(sorted(f"{rule.id}:{content_hash(rule)}" for rule in draft))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def with_draft(book: Rulebook, draft: Iterable[Rule]) -> Rulebook:
    """The book as it would be: each rule of the draft in the place of the one with its id; disabled ones are gone.

    Raises:
        RuleError: Rules would watch each other in a circle, or something that is no longer there.
    """
    wanted = {rule.id: rule for rule in draft}
    whole = {name: rule for name, rule in {**book.rules, **wanted}.items() if rule.enabled}
    known = chains.refused(book.rules)
    for name, fault in chains.refused(whole).items():
        if name not in known:
            raise RuleError(f"'{name}': {fault}")
    programs = [one for one in book.programs.values() if one.id not in wanted]
    programs += [compiled(rule) for rule in wanted.values() if rule.enabled]
    return Rulebook.made(book.zone, sorted(programs, key=lambda one: one.id), {**book.rules, **wanted})
