"""The shapes that decide at a local time of the day: an absence at the end of its window, and a check."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from carehub.core.events import Event
from carehub.core.rules import traces
from carehub.core.rules.deciding import Situation, Stepped, decide
from carehub.core.rules.personal import bound_of, ending
from carehub.core.rules.program import Program
from carehub.core.rules.state import Hit, RuleState, Shape, hit_of
from carehub.core.rules.windows import last_starting, next_ending

MEMORY = timedelta(days=7)
"""An absence rule that saw nothing for this long is blind, and stays quiet."""


def first_watch(program: Program, state: RuleState | None, situation: Situation) -> RuleState:
    """Begin the daily round of an absence rule that has no moment yet."""
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
    """The end of the window: what was not seen in it alerts."""
    kept = _expecting(program, state.hits, situation, state.due)
    if program.window is None or state.due is None:
        return Stepped(kept)
    last = state.hits[-1] if state.hits else None
    if last is not None and last.happened >= last_starting(program.window, state.due, situation.zone):
        return Stepped(kept)
    if not program.never_seen and (last is None or state.due - last.happened > MEMORY):
        return Stepped(kept)
    told = traces.of_absence(program, last, state, situation.zone)
    decided = decide(program, (last,) if last else (), situation, told, state.due)
    return Stepped(kept, decided.finding, decided.trace, held=decided.held)


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
