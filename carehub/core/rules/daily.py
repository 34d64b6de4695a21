"""The shapes that decide at a local time of the day: an absence at the end of its window, and a check."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from carehub.core.events import Event
from carehub.core.rules import traces
from carehub.core.rules.deciding import Situation, Stepped, decide, was_deaf
from carehub.core.rules.parts import Flag
from carehub.core.rules.personal import bound_of, ending
from carehub.core.rules.program import Program
from carehub.core.rules.state import Hit, RuleState, Shape, hit_of
from carehub.core.rules.windows import last_starting, next_ending
from carehub.core.severity import Severity

MEMORY = timedelta(days=7)
"""An absence rule that saw nothing for this long is blind, and stays quiet."""
LISTENS = timedelta(minutes=30)
"""So long after an outage whoever is well has time to be seen."""
_DOWN = timedelta(minutes=15)
"""A window judged so long after its end was judged by a hub that had heard nothing meanwhile."""


def first_watch(program: Program, state: RuleState | None, situation: Situation) -> RuleState:
    """Begin the daily round of an absence rule that has no moment yet; what is asked late is asked all the same."""
    if state is not None and state.due is not None and state.ended is not None:
        return replace(state, version=program.version)
    return _expecting(program, state.hits if state else (), situation)


def check(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    """Remember what a device told last, if it is what the check looks for."""
    if program.base is None or not program.base.fits(event):
        return None
    before = state.hits if state else ()
    known = None
    for hit in before:  # a generator costs more than the two or three devices that a home has of a kind
        if hit.device == event.device:
            known = hit
    if program.steps[0].fits(event) == (known is not None):
        return None  # told before, or not told and still not so
    hits = (*before, hit_of(event)) if known is None else tuple(hit for hit in before if hit is not known)
    if not hits:
        return Stepped(None)
    due = state.due if state is not None else None
    due = due or _next_due(program, hits, situation)[0]
    return Stepped(RuleState(version=program.version, shape=Shape.CHECK, hits=hits, due=due))


def check_came(program: Program, state: RuleState, situation: Situation) -> Stepped:
    """The time of the check: what is so now alerts, and is looked at again the next day."""
    due, told = _next_due(program, state.hits, situation, state.due)[0], traces.of_check(program, state, situation.zone)
    decided = decide(program, state.hits, situation, told, state.due)
    kept = RuleState(version=program.version, shape=Shape.CHECK, hits=state.hits, due=due)
    return Stepped(kept, decided.finding, decided.trace, held=decided.held)


def absent(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    """Remember that what is expected was seen, and when: what comes late may be of yesterday's window."""
    if not program.steps[0].fits(event):
        return None
    hit = hit_of(event)
    if state is None or state.due is None:
        return Stepped(_expecting(program, (hit,), situation))
    newest = max((*state.hits, hit), key=lambda one: one.happened)
    return Stepped(replace(state, version=program.version, hits=(newest,)))


def window_ended(program: Program, state: RuleState, situation: Situation) -> Stepped:
    """The end of the window: what was not seen in it alerts.

    Where nothing could be heard then, what is serious is asked once it could have been seen for a while. Of what is
    less nobody knows whether it was done meanwhile, and to ask every home that has a kettle helps nobody. Of a stop of
    the hub alone it is known: what brokers and gateways kept comes in first.
    """
    ended = state.ended or state.due
    kept = _expecting(program, state.hits, situation, ended)
    if program.window is None or state.due is None or ended is None:
        return Stepped(kept)
    last = state.hits[-1] if state.hits else None
    if last is not None and last.happened >= last_starting(program.window, ended, situation.zone):
        missed = _ended_since(program, state.hits, ended, situation) if _asks_later(program) else None
        return Stepped(replace(kept, due=missed or kept.due))
    if not program.never_seen and (last is None or ended - last.happened > MEMORY):
        return Stepped(kept)
    told = traces.of_absence(program, last, replace(state, due=ended), situation.zone)
    decided = decide(program, (last,) if last else (), situation, told, ended)
    late = Flag.UNHEARD in program.unless and situation.moment - state.due > _DOWN
    if (late and decided.finding) or (_asks_later(program) and was_deaf(decided)):
        later = replace(state, due=situation.moment + LISTENS, ended=ended)
        return Stepped(later, trace=decided.trace if was_deaf(decided) and state.ended is None else None)
    return Stepped(kept, decided.finding, decided.trace, held=decided.held)


def _ended_since(program: Program, hits: tuple[Hit, ...], judged: datetime, situation: Situation) -> datetime | None:
    """The newest window that ended while the hub was down for days, after the one that is judged; None for none."""
    ends = None
    after = max(judged, situation.moment - MEMORY)
    while (end := _next_due(program, hits, replace(situation, moment=after), after)[0]) and end <= situation.moment:
        ends = after = end
    return ends


def _asks_later(program: Program) -> bool:
    return Flag.UNHEARD in program.unless and program.severity >= Severity.SERIOUS


def _expecting(
    program: Program, hits: tuple[Hit, ...], situation: Situation, judged: datetime | None = None
) -> RuleState:
    due, personal = _next_due(program, hits, situation, judged)
    return RuleState(version=program.version, shape=Shape.ABSENT, hits=hits, due=due, personal=personal)


def _next_due(
    program: Program, hits: tuple[Hit, ...], situation: Situation, judged: datetime | None = None
) -> tuple[datetime | None, bool]:
    """When the daily window ends next, and whether its end follows the person.

    Args:
        judged: The end of the last one, also where its end has moved meanwhile: no window is judged twice.
    """
    window = program.window
    if window is None:
        return None, False
    resident = hits[-1].resident if hits else None
    own = bound_of(program.personal, situation.usual, resident, situation.moment)
    if own is not None:
        window = ending(window, own)
    return next_ending(window, situation.moment, situation.zone, not_before=judged).end, own is not None
