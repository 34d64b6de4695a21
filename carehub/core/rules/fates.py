"""What became of something that a rule had begun: how a wait was ended, and why a sequence never came to its end."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from carehub.core.events import Command, Event
from carehub.core.findings import Trace
from carehub.core.folding.activation import Activation
from carehub.core.folding.journal import Recorded, Step
from carehub.core.rules.program import Program
from carehub.core.rules.shape_verdicts import waited
from carehub.core.rules.state import Hit, Shape
from carehub.core.rules.windows import clock
from carehub.core.showing.terms import kind_name, place_name, span


def trace_at(step: Step, program: Program, seq: int | None) -> Trace | None:
    """The rule's trace that names the event `seq` (None: no event at all); of several the one that fired."""
    mine = [one for one in step.folded.traces if one.rule == program.id]
    named = [one for one in mine if (not one.events if seq is None else seq in one.events)]
    return max(named, key=lambda one: one.fired, default=None)


def of_wait(ending: Step, key: str, program: Program, seq: int) -> str:
    """How the wait that the event `seq` began was ended at this place, without a word from the rule itself."""
    entry, zone = ending.entry, ending.rulebook.zone
    at = f"kl. {clock(entry.at, zone)}"
    if any(one.rule == program.id for one in ending.folded.faults):
        return f"regelen feilet {at}, og ventingen ble avsluttet."
    if isinstance(entry, Recorded):
        if program.shape is Shape.CHECK:
            return f"{at} kom: {happened(entry.event)}, og da var det ikke lenger slik."
        state = ending.before.rules.get(key)
        began = next((hit.at for hit in (state.hits if state else ()) if hit.seq == seq), None)
        held = span(entry.at - began) if began else "en stund"
        verb = "venter" if program.missing else "må vare i"
        return f"{verb} {waited(program, state)}; etter {held} kom: {happened(entry.event)} ({at})."
    return f"ventingen ble avsluttet {at}: {_by_people(entry)}."


def of_chain(ahead: Sequence[Step], key: str, program: Program, chain: tuple[Hit, ...], zone: ZoneInfo) -> str:
    """Why a sequence that has come so far went no further."""
    number, last = len(chain) + 1, chain[0].at + program.wait
    for step in ahead:
        if step.entry.at > last:
            break
        state, at = step.folded.state.rules.get(key), f"kl. {clock(step.entry.at, zone)}"
        if step.rulebook.versions.get(program.id) != program.version:
            return f"regelen ble endret {at}."
        if state is not None and chain in state.chains:
            continue
        if isinstance(step.entry, Recorded):
            if any(one.rule == program.id for one in step.folded.traces):
                return f"{at} ble rekken fullført av andre hendelser, og regelen begynte på nytt."
            return f"steg {len(chain)} kom igjen {at}, og det nyeste teller."
        return f"rekken ble avsluttet {at}: {_by_people(step.entry)}."
    return f"steg {number} måtte komme senest kl. {clock(last, zone)}, og har ikke kommet."


def _by_people(entry: object) -> str:
    if isinstance(entry, Command):
        return "utstyr eller beboer ble flyttet"
    return "regelen ble endret" if isinstance(entry, Activation) else "tiden var ute"


def happened(event: Event) -> str:
    """An event in few words: "døren lukket, inngang"."""
    return ", ".join(part for part in (kind_name(event.kind), place_name(event.place)) if part)
