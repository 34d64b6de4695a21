"""What became of something that a rule had begun: how a wait was ended, and why a sequence never came to its end."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from carehub.core.events import Command
from carehub.core.findings import Trace
from carehub.core.folding.activation import Activation
from carehub.core.folding.journal import Recorded, Step
from carehub.core.rules.program import Program
from carehub.core.rules.shape_verdicts import waited
from carehub.core.rules.state import Hit, Shape
from carehub.core.rules.telling import Telling
from carehub.core.rules.windows import clock


def trace_at(step: Step, program: Program, seq: int | None) -> Trace | None:
    """The rule's trace that names the event `seq` (None: no event at all); of several the one that fired."""
    mine = [one for one in step.folded.traces if one.rule == program.id]
    named = [one for one in mine if (not one.events if seq is None else seq in one.events)]
    return max(named, key=lambda one: one.fired, default=None)


def of_wait(ending: Step, key: str, program: Program, seq: int, telling: Telling) -> str:
    """How the wait that the event `seq` began was ended at this place, without a word from the rule itself."""
    entry, zone = ending.entry, ending.rulebook.zone
    at, say = clock(entry.at, zone), telling.say
    if any(one.rule == program.id for one in ending.folded.faults):
        return say("regelen feilet kl. %(time)s, og ventingen ble avsluttet.", time=at)
    if isinstance(entry, Recorded):
        if program.shape is Shape.CHECK:
            what = telling.happened(entry.event)
            return say("kl. %(time)s kom: %(what)s, og da var det ikke lenger slik.", time=at, what=what)
        state = ending.before.rules.get(key)
        began = next((hit.at for hit in (state.hits if state else ()) if hit.seq == seq), None)
        held = telling.span(entry.at - began) if began else say("en stund")
        wait, what = waited(program, state, telling), telling.happened(entry.event)
        asked = say("venter %(wait)s", wait=wait) if program.missing else say("må vare i %(wait)s", wait=wait)
        came = say("etter %(held)s kom: %(what)s (kl. %(time)s).", held=held, what=what, time=at)
        return f"{asked}; {came}"
    return say("ventingen ble avsluttet kl. %(time)s: %(why)s.", time=at, why=_by_people(entry, telling))


def of_chain(
    ahead: Sequence[Step], key: str, program: Program, chain: tuple[Hit, ...], zone: ZoneInfo, telling: Telling
) -> str:
    """Why a sequence that has come so far went no further."""
    say, last = telling.say, chain[0].at + program.wait
    for step in ahead:
        if step.entry.at > last:
            break
        state, at = step.folded.state.rules.get(key), clock(step.entry.at, zone)
        if step.rulebook.versions.get(program.id) != program.version:
            return say("regelen ble endret kl. %(time)s.", time=at)
        if state is not None and chain in state.chains:
            continue
        if isinstance(step.entry, Recorded):
            if any(one.rule == program.id for one in step.folded.traces):
                return say("kl. %(time)s ble rekken fullført av andre hendelser, og regelen begynte på nytt.", time=at)
            return say("steg %(step)s kom igjen kl. %(time)s, og det nyeste teller.", step=len(chain), time=at)
        return say("rekken ble avsluttet kl. %(time)s: %(why)s.", time=at, why=_by_people(step.entry, telling))
    number, by = len(chain) + 1, clock(last, zone)
    return say("steg %(step)s måtte komme senest kl. %(time)s, og har ikke kommet.", step=number, time=by)


def _by_people(entry: object, telling: Telling) -> str:
    if isinstance(entry, Command):
        return telling.say("utstyr eller beboer ble flyttet")
    return telling.say("regelen ble endret") if isinstance(entry, Activation) else telling.say("tiden var ute")
