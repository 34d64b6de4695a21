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
from carehub.core.rules.telling import Telling
from carehub.core.rules.windows import clock
from carehub.core.rules.words import FLAGS


def of_trace(trace: Trace, zone: ZoneInfo, telling: Telling) -> str:
    """What a rule decided and when; where it was held back, by what."""
    at = clock(trace.at, zone)
    if trace.fired:
        return telling.say("Varslet kl. %(time)s.", time=at)
    broken = next((one for one in trace.conditions if not one.held), None)
    if broken is None:
        return telling.say("Holdt tilbake.")
    return telling.say("Holdt tilbake kl. %(time)s: %(why)s.", time=at, why=_of_condition(broken, telling))


def _of_condition(condition: Condition, telling: Telling) -> str:
    say, until = telling.say, condition.seen.rpartition(" until ")[2] if " until " in condition.seen else None
    word, _, flag = condition.name.partition(".")
    if word == "only_when" and flag in FLAGS:
        return say("gjelder bare når %(what)s", what=FLAGS[flag][telling.language])
    if condition.name == "rest":
        return say("regelen hviler etter forrige varsel til kl. %(time)s", time=condition.seen.rpartition(" ")[2])
    if word == "unless" and flag in FLAGS:
        held = FLAGS[flag][telling.language]
    elif condition.name == "silence":
        held = say("satt på stille")
    else:
        return telling.plain(condition.seen)
    return say("%(what)s til kl. %(time)s", what=held, time=until) if until else held


def waited(program: Program, state: RuleState | None, telling: Telling) -> str:
    """How long this wait was to last: the rule's time, or the person's own."""
    if state is None or state.due is None or not state.hits:
        return length(program.wait, telling.language)
    return length(timedelta(seconds=round((state.due - state.hits[0].at).total_seconds())), telling.language)


def times_needed(program: Program, before: ScopeState, event: Event, telling: Telling) -> str:
    """How many times it takes: the rule's number, or the person's own."""
    own = bound_of(program.personal, before.usual, event.resident, event.at)
    if own is None:
        return telling.say("%(many)s ganger", many=program.least)
    return telling.say("%(many)s ganger (personens egen grense)", many=ceil(own))


def of_check(program: Program, event: Event, after: RuleState | None, zone: ZoneInfo, telling: Telling) -> str:
    """What a check at a local time makes of one event."""
    if not program.steps[0].fits(event):
        return telling.say("dette er ikke det regelen ser etter; den ser på det siste som er meldt.")
    if after is None or after.due is None:
        return telling.say("regelen ser ikke på dette.")
    return telling.say("regelen ser på dette kl. %(time)s.", time=clock(after.due, zone))


def of_change(program: Program, event: Event, before: RuleState | None, zone: ZoneInfo, telling: Telling) -> str:
    """By how much the value had changed, and by how much it must."""
    say, wait = telling.say, length(program.wait, telling.language)
    needs = say("trenger %(amount)s i løpet av %(wait)s", amount=_amount(program.by, telling), wait=wait)
    if not is_number(event.value):
        return say("målingen var ikke et tall.")
    past: Sequence[Hit] = [one for one in before.hits if event.at - one.at <= program.wait] if before else ()
    if not past:
        first = say("dette er den første målingen i denne tiden.")
        return f"{needs}; {first}"
    since: datetime = past[0].at.astimezone(zone)
    amount = _amount(by_how_much(past[0], hit_of(event)), telling)
    was = say("endringen siden %(day)s kl. %(time)s var %(amount)s.",
              day=f"{since:%d.%m.}", time=f"{since:%H:%M}", amount=amount)  # fmt: skip
    return f"{needs}; {was}"


def _amount(number: float, telling: Telling) -> str:
    return telling.number(f"{number:+g}")
