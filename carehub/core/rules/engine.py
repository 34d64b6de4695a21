"""One step of one rule: (program, what it remembers, event or due moment) -> what now.

Pure: the situation brings the flags, the zone and the moment. `None` means that the event was
nothing to the rule, which is by far the most common answer and costs next to nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil

from msgspec.structs import replace

from carehub.core.events import Event
from carehub.core.rules import daily, traces
from carehub.core.rules.changes import compared, has_changed, is_number
from carehub.core.rules.deciding import Situation, Stepped, at_rest, decide, in_window, was_deaf
from carehub.core.rules.personal import bound_of
from carehub.core.rules.program import Program
from carehub.core.rules.state import RuleState, Shape, hit_of

_NOT_INHERITED = frozenset({Shape.COUNT, Shape.SEQUENCE, Shape.CHECK, Shape.CHANGE})


def on_event(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    """Show an event of one of its kinds to a rule; None when it was nothing to it."""
    return _ON_EVENT[program.shape](program, state, event, situation)


def on_due(program: Program, state: RuleState, situation: Situation) -> Stepped:
    """Let a rule decide whose moment has come; `state.due` is at or before `situation.moment`."""
    if program.shape is Shape.ABSENT:
        return daily.window_ended(program, state, situation)
    if program.shape is Shape.CHECK:
        return daily.check_came(program, state, situation)
    decided = decide(program, state.hits, situation, traces.of_wait(program, state, situation.zone), state.due)
    if was_deaf(decided):  # it waits as long anew
        return Stepped(replace(state, due=situation.moment + program.wait), trace=decided.trace)
    return decided


def inherited(program: Program, state: RuleState) -> RuleState | None:
    """Take over what another version of the same rule remembered, where that is safe.

    What waits goes on waiting and what was seen stays seen: an edited text must not lose an
    alarm. Half a count or half a sequence means nothing under other numbers, and is dropped; so is what a
    check or a change had seen, which is found anew in what was stored (`carehub.core.folding.activation`).
    An absence rule may have another window now, so its moment is found anew.
    """
    if state.shape is not program.shape or program.shape in _NOT_INHERITED:
        return None
    due = None if program.shape is Shape.ABSENT else state.due
    return replace(state, version=program.version, due=due)


def _at_once(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if not program.steps[0].fits(event) or not in_window(program, event.at, situation.zone):
        return None
    hit = hit_of(event)
    rests = at_rest(program, state, hit, situation)
    return rests or decide(program, (hit,), situation, (traces.of_watch(program, hit, situation.zone),))


def _wait(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    cancelled = None
    if state is not None and program.ends(event, state):
        state, cancelled = None, Stepped(None)
    if not program.steps[0].fits(event):
        return cancelled
    if state is not None and state.due is not None:
        return Stepped(state, waits=True)  # the first trigger counts: waiting anew would make it late
    if not in_window(program, event.at, situation.zone):
        return cancelled
    hit = hit_of(event)
    own = bound_of(program.personal, situation.usual, hit.resident, situation.moment)
    wait = program.wait if own is None else timedelta(minutes=own)
    kept = RuleState(
        version=program.version, shape=Shape.WAIT, hits=(hit,), due=event.at + wait, personal=own is not None
    )
    return at_rest(program, state, hit, situation) or Stepped(kept, waits=True)


def _count(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if not program.steps[0].fits(event) or not in_window(program, event.at, situation.zone):
        return None
    hit = hit_of(event)
    rests = at_rest(program, state, hit, situation)
    if rests:
        return rests
    before = state.hits if state else ()
    hits = (*(old for old in before if event.at - old.at <= program.wait), hit)
    own = bound_of(program.personal, situation.usual, hit.resident, situation.moment)
    if len(hits) < (program.least if own is None else ceil(own)):
        return Stepped(RuleState(version=program.version, shape=Shape.COUNT, hits=hits))
    return decide(program, hits, situation, traces.of_count(program, hits, own, situation.zone))


def _sequence(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    begins = program.steps[0].fits(event)
    if not begins and (state is None or not any(step.fits(event) for step in program.steps[1:])):
        return None
    chains = list(state.chains) if state else []
    hit, changed = hit_of(event), False
    # from the longest down, so that one event is never two steps; the newest chain of each length is the one to keep
    for step in range(min(len(chains), len(program.steps) - 1), 0, -1):
        chain = chains[step - 1]
        if not chain or event.at - chain[0].at > program.wait or not program.steps[step].fits(event):
            continue
        if step == len(program.steps) - 1:
            hits = (*chain, hit)
            return decide(program, hits, situation, traces.of_sequence(program, hits, situation.zone))
        chains[step : step + 1] = [(*chain, hit)]
        changed = True
    if begins and in_window(program, event.at, situation.zone):
        chains[0:1] = [(hit,)]
        changed = True
    if not changed:
        return None
    return Stepped(RuleState(version=program.version, shape=Shape.SEQUENCE, chains=tuple(chains)))


def _change(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if program.base is None or not program.base.fits(event) or not is_number(event.value):
        return None
    hit = hit_of(event)
    past = [one for one in state.hits if event.at - one.at <= program.wait] if state else []
    kept = RuleState(
        version=program.version, shape=Shape.CHANGE, hits=compared(past, hit, program.by),
        rests_until=state.rests_until if state else None,
    )  # fmt: skip
    reached = past and has_changed(past[0], hit, program.by) and program.steps[0].fits(event)
    if not reached or not in_window(program, event.at, situation.zone):
        return Stepped(kept)
    resting = at_rest(program, state, hit, situation)
    if resting:
        return Stepped(kept, trace=resting.trace)
    told = traces.of_change(program, past[0], hit, situation.zone)
    decided = decide(program, (past[0], hit), situation, told)
    # what led here is used up: the next change is counted from this value
    rests = decided.state.rests_until if decided.state else None
    anew = RuleState(version=program.version, shape=Shape.CHANGE, hits=(hit,), rests_until=rests)
    return Stepped(anew, decided.finding, decided.trace, held=decided.held)


_ON_EVENT: dict[Shape, Callable[[Program, RuleState | None, Event, Situation], Stepped | None]] = {
    Shape.AT_ONCE: _at_once,
    Shape.WAIT: _wait,
    Shape.COUNT: _count,
    Shape.SEQUENCE: _sequence,
    Shape.ABSENT: daily.absent,
    Shape.CHECK: daily.check,
    Shape.CHANGE: _change,
}
