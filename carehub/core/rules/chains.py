"""Rules that watch what other rules find (F72): the event that a finding becomes, and which chains are refused."""

from collections.abc import Iterable, Mapping

from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.rules.language import Rule

FOUND = "found."
"""Begins the kind of the event that a rule's finding is to other rules."""
DEEPEST = 4
"""So many rules may stand behind one another; what a longer chain would find is a fault."""


def derived(finding: Finding) -> Event:
    """What a finding is to the rules that watch for it: it lives in the fold only, and knows what led to it."""
    return Event(
        seq=finding.event or max(finding.trace.events, default=0), at=finding.at, kind=f"{FOUND}{finding.rule}",
        scope=finding.scope, source="rule", device=finding.device, resident=finding.resident, place=finding.place,
        value=finding.value, late=finding.late, causes=(*finding.causes, finding.rule),
    )  # fmt: skip


def watched(rule: Rule) -> set[str]:
    """The rules whose findings this rule is shown."""
    parts = (
        *(rule.watch or ()), *(rule.until or ()), *(rule.sequence.steps if rule.sequence else ()),
        *(rule.absent.of if rule.absent else ()), *(rule.check.is_ if rule.check else ()),
        *((rule.then_missing,) if rule.then_missing else ()),
    )  # fmt: skip
    return {matcher.found for matcher in parts if matcher.found}


def refused(rules: Mapping[str, Rule]) -> dict[str, str]:
    """Which of these rules may not be in one book together, each with the reason.

    A rule that watches one that is refused, or that is not there, has nothing to watch and is refused too.
    """
    faults: dict[str, str] = {}
    while True:
        left = {name: rule for name, rule in rules.items() if name not in faults}
        found = dict(_faults(left))
        if not found:
            return faults
        faults |= found


def _faults(rules: Mapping[str, Rule]) -> Iterable[tuple[str, str]]:
    asks = {name: sorted(watched(rule)) for name, rule in rules.items()}
    chains: dict[str, tuple[str, ...]] = {}
    for name, others in asks.items():
        missing = next((other for other in others if other not in rules), None)
        if missing is not None:
            yield name, f"it watches what the rule '{missing}' finds, and there is no such rule"
            continue
        circle = _follow(name, asks, chains, ())
        for member in circle:
            yield member, f"the rules watch each other in a circle: {' → '.join((*circle, circle[0]))}"
        if not circle and len(chains[name]) - 1 > DEEPEST:
            yield name, f"more than {DEEPEST} rules stand behind one another: {' → '.join(chains[name])}"


def _follow(
    name: str, asks: Mapping[str, list[str]], chains: dict[str, tuple[str, ...]], path: tuple[str, ...]
) -> tuple[str, ...]:
    """Note the longest chain that ends at this rule, each rule but once; gives a circle where there is one."""
    if name in path:
        return path[path.index(name) :]
    if name not in chains:
        for other in asks.get(name, ()):
            if circle := _follow(other, asks, chains, (*path, name)):
                return circle
        behind = [chains.get(other, ()) for other in asks.get(name, ())]
        chains[name] = (*max(behind, key=len, default=()), name)
    return ()
