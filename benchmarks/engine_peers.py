"""The same forty rules in durable_rules and in rule-engine, each written as its own documentation writes them."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from benchmarks.engine_rules import Common, Match
from carehub.core.events import Event

Ready = Callable[[], int]
"""Takes the whole evening; gives how often a rule fired."""


def plain(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events as the peers take them: dictionaries, with a session for each home."""
    return [
        {"sid": one.scope, "id": str(one.seq), "kind": one.kind, "place": one.place or "", "value": one.value or 0.0,
         "at": one.at.timestamp()}
        for one in events
    ]  # fmt: skip


def durable(rules: Sequence[Common], told: Sequence[dict[str, Any]], name: str) -> Ready:
    """durable_rules: a ruleset in C, an action in Python, a session for each home.

    A count and a sequence have no span there: they wait for ever.
    """
    lang, unhandled = import_module("durable.lang"), import_module("durable.engine").MessageNotHandledException
    fired = [0]

    def act(_: object) -> None:
        fired[0] += 1

    with lang.ruleset(name):
        for rule in rules:
            asked = [_durable(lang.m, step) for step in rule.steps]
            if len(asked) > 1:
                lang.when_all(lang.c.first << asked[0], lang.c.second << asked[1])(act)
            elif rule.times > 1:
                lang.when_all(lang.count(rule.times), asked[0])(act)
            else:
                lang.when_all(asked[0])(act)
    lang.get_host()

    def run() -> int:
        for one in told:
            try:
                lang.post(name, one)
            except unhandled:  # it says so for each event that nothing asks for
                continue
        return fired[0]

    return run


def _durable(event: Any, asked: Match) -> Any:
    wanted = event.kind == asked.kind
    if asked.place:
        wanted &= event.place == asked.place
    if asked.bound:
        word, bound = asked.bound
        wanted &= event.value < bound if word == "below" else event.value > bound
    return wanted


def rule_engine(rules: Sequence[Common], told: Sequence[dict[str, Any]], _: str) -> Ready:
    """rule-engine: each rule an expression that matches or not; what must be remembered is a few lines of Python."""
    library = import_module("rule_engine")
    compiled = [([library.Rule(_expression(step)) for step in rule.steps], rule.times) for rule in rules]

    def run() -> int:
        fired = 0
        memory: dict[tuple[int, str], deque[float]] = defaultdict(deque)
        for one in told:
            for number, (steps, times) in enumerate(compiled):
                if len(steps) > 1:
                    fired += _followed(memory, (number, one["sid"]), one, steps)
                elif steps[0].matches(one):
                    fired += times == 1 or _often(memory[number, one["sid"]], one["at"], times)
        return fired

    return run


def _expression(asked: Match) -> str:
    words = [f'kind == "{asked.kind}"']
    words += [f'place == "{asked.place}"'] if asked.place else []
    words += [f"value {'<' if asked.bound[0] == 'below' else '>'} {asked.bound[1]}"] if asked.bound else []
    return " and ".join(words)


def _often(past: deque[float], at: float, times: int) -> bool:
    past.append(at)
    while at - past[0] > 3600:
        past.popleft()
    if len(past) < times:
        return False
    past.clear()
    return True


def _followed(
    memory: dict[tuple[int, str], deque[float]], key: tuple[int, str], one: dict[str, Any], steps: Sequence[Any]
) -> bool:
    began = memory.get(key)
    if began and one["at"] - began[0] <= 3600 and steps[1].matches(one):
        del memory[key]
        return True
    if steps[0].matches(one):
        memory[key] = deque([one["at"]])
    return False


PEERS: dict[str, Callable[[Sequence[Common], Sequence[dict[str, Any]], str], Ready]] = {
    "durable_rules": durable,
    "rule-engine": rule_engine,
}
