"""A decision that was made, in a sentence, and the verdicts of rules that look at what is, or at how it changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from carehub.core.events import Event
from carehub.core.findings import Condition, Trace
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.changes import by_how_much, is_number
from carehub.core.rules.personal import bound_of
from carehub.core.rules.program import Program
from carehub.core.rules.spans import length
from carehub.core.rules.state import Hit, RuleState, hit_of
from carehub.core.rules.windows import clock
from carehub.core.rules.words import FLAGS
from carehub.core.showing.terms import plain


def of_trace(trace: Trace, zone: ZoneInfo) -> str:
    """What a rule decided and when; where it was held back, by what."""
    if trace.fired:
        return f"Varslet kl. {clock(trace.at, zone)}."
    broken = next((one for one in trace.conditions if not one.held), None)
    return f"Holdt tilbake kl. {clock(trace.at, zone)}: {_of_condition(broken)}." if broken else "Holdt tilbake."


def _of_condition(condition: Condition) -> str:
    until = condition.seen.rpartition(" until ")[2] if " until " in condition.seen else None
    end = f" til kl. {until}" if until else ""
    word, _, flag = condition.name.partition(".")
    if word == "unless" and flag in FLAGS:
        return f"{FLAGS[flag]['nb']}{end}"
    if word == "only_when" and flag in FLAGS:
        return f"gjelder bare når {FLAGS[flag]['nb']}"
    match condition.name:
        case "silence":
            return f"satt på stille{end}"
        case "rest":
            return f"regelen hviler etter forrige varsel til kl. {condition.seen.rpartition(' ')[2]}"
        case _:
            return plain(condition.seen)


def waited(program: Program, state: RuleState | None) -> str:
    """How long this wait was to last: the rule's time, or the person's own."""
    if state is None or state.due is None or not state.hits:
        return length(program.wait, "nb")
    return length(timedelta(seconds=round((state.due - state.hits[0].at).total_seconds())), "nb")


def times_needed(program: Program, before: ScopeState, event: Event) -> str:
    """How many times it takes: the rule's number, or the person's own."""
    own = bound_of(program.personal, before.usual, event.resident, event.at)
    return f"{program.least} ganger" if own is None else f"{ceil(own)} ganger (personens egen grense)"


def of_check(program: Program, event: Event, after: RuleState | None, zone: ZoneInfo) -> str:
    """What a check at a local time makes of one event."""
    if not program.steps[0].fits(event):
        return "dette er ikke det regelen ser etter; den ser på det siste som er meldt."
    due = clock(after.due, zone) if after is not None and after.due is not None else None
    return f"regelen ser på dette kl. {due}." if due else "regelen ser ikke på dette."


def of_change(program: Program, event: Event, before: RuleState | None, zone: ZoneInfo) -> str:
    """By how much the value had changed, and by how much it must."""
    needs = f"trenger {_amount(program.by)} i løpet av {length(program.wait, 'nb')}"
    if not is_number(event.value):
        return "målingen var ikke et tall."
    past: Sequence[Hit] = [one for one in before.hits if event.at - one.at <= program.wait] if before else ()
    if not past:
        return f"{needs}; dette er den første målingen i denne tiden."
    since: datetime = past[0].at.astimezone(zone)
    return f"{needs}; endringen siden {since:%d.%m. kl. %H:%M} var {_amount(by_how_much(past[0], hit_of(event)))}."


def _amount(number: float) -> str:
    return f"{number:+g}".replace(".", ",")
