"""One step of one rule: (program, what it remembers, event or due moment) -> what now.

Pure: the situation brings the flags, the zone and the moment. `None` means that the event was
nothing to the rule, which is by far the most common answer and costs next to nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.events import Event
from carehub.core.findings import Condition, Finding, Trace
from carehub.core.kinds import HUB_ONLY, PRESSES
from carehub.core.rules import traces
from carehub.core.rules.program import Program
from carehub.core.rules.state import Hit, RuleState, Shape, hit_of
from carehub.core.rules.windows import contains, ending_at, next_ending

MEMORY = timedelta(days=7)
"""An absence rule that saw nothing for this long is blind, and stays quiet."""

LATE = timedelta(minutes=2)
"""A deadline that is judged so long after its time makes a late finding."""


class Situation(Struct, frozen=True):
    """What a step may look at besides the event.

    Attributes:
        flags: "away" and "staff_present" with their ends (None: until told otherwise).
        moment: The hub's time of the step.
    """

    scope: str
    zone: ZoneInfo
    flags: dict[str, datetime | None]
    moment: datetime


class Stepped(Struct, frozen=True):
    """What came of a step.

    Attributes:
        state: What the rule remembers from now on; None for nothing.
        trace: Present when the rule fired or was held back.
        held: What a flag held back.
        waits: True when the rule waits because of this event.
    """

    state: RuleState | None
    finding: Finding | None = None
    trace: Trace | None = None
    waits: bool = False
    held: Finding | None = None


def on_event(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    """Show an event of one of its kinds to a rule; None when it was nothing to it."""
    return _ON_EVENT[program.shape](program, state, event, situation)


def on_due(program: Program, state: RuleState, situation: Situation) -> Stepped:
    """Let a rule decide whose moment has come; `state.due` is at or before `situation.moment`."""
    if program.shape is Shape.ABSENT:
        return _window_ended(program, state, situation)
    return _decide(program, state.hits, situation, traces.of_wait(program, state.hits[-1], situation.zone), state.due)


def inherited(program: Program, state: RuleState) -> RuleState | None:
    """Take over what another version of the same rule remembered, where that is safe.

    What waits goes on waiting and what was seen stays seen: an edited text must not lose an
    alarm. Half a count or half a sequence means nothing under other numbers, and is dropped.
    An absence rule may have another window now, so its moment is found anew.
    """
    if state.shape is not program.shape or program.shape in {Shape.COUNT, Shape.SEQUENCE}:
        return None
    due = None if program.shape is Shape.ABSENT else state.due
    return RuleState(
        version=program.version, shape=state.shape, hits=state.hits, due=due, rests_until=state.rests_until
    )


def first_watch(program: Program, state: RuleState | None, situation: Situation) -> RuleState:
    """Begin the daily round of an absence rule that has no moment yet."""
    return _expecting(program, state.hits if state else (), situation)


def _at_once(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if not program.steps[0].fits(event) or not _in_window(program, event.at, situation.zone):
        return None
    hit = hit_of(event)
    resting = _resting(program, state, hit, situation)
    return resting or _decide(program, (hit,), situation, (traces.of_watch(program, hit, situation.zone),))


def _wait(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    cancelled = None
    if state is not None and program.cancels is not None and program.cancels.fits(event):
        state, cancelled = None, Stepped(None)
    if not program.steps[0].fits(event):
        return cancelled
    if state is not None and state.due is not None:
        return Stepped(state, waits=True)  # the first trigger counts: waiting anew would make it late
    if not _in_window(program, event.at, situation.zone):
        return cancelled
    hit = hit_of(event)
    kept = RuleState(version=program.version, shape=Shape.WAIT, hits=(hit,), due=event.at + program.wait)
    return _resting(program, state, hit, situation) or Stepped(kept, waits=True)


def _count(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if not program.steps[0].fits(event) or not _in_window(program, event.at, situation.zone):
        return None
    hit = hit_of(event)
    resting = _resting(program, state, hit, situation)
    if resting:
        return resting
    before = state.hits if state else ()
    hits = (*(old for old in before if event.at - old.at <= program.wait), hit)
    if len(hits) < program.least:
        return Stepped(RuleState(version=program.version, shape=Shape.COUNT, hits=hits))
    return _decide(program, hits, situation, traces.of_count(program, hits, situation.zone))


def _sequence(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    chains = list(state.chains) if state else []
    hit, changed = hit_of(event), False
    # from the longest down, so that one event is never two steps; the newest chain of each length is the one to keep
    for step in range(min(len(chains), len(program.steps) - 1), 0, -1):
        chain = chains[step - 1]
        if not chain or event.at - chain[0].at > program.wait or not program.steps[step].fits(event):
            continue
        if step == len(program.steps) - 1:
            hits = (*chain, hit)
            return _decide(program, hits, situation, traces.of_sequence(program, hits, situation.zone))
        chains[step : step + 1] = [(*chain, hit)]
        changed = True
    if program.steps[0].fits(event) and _in_window(program, event.at, situation.zone):
        chains[0:1] = [(hit,)]
        changed = True
    if not changed:
        return None
    return Stepped(RuleState(version=program.version, shape=Shape.SEQUENCE, chains=tuple(chains)))


def _absent(program: Program, state: RuleState | None, event: Event, situation: Situation) -> Stepped | None:
    if not program.steps[0].fits(event):
        return None
    if state is None or state.due is None:
        return Stepped(_expecting(program, (hit_of(event),), situation))
    return Stepped(RuleState(version=program.version, shape=Shape.ABSENT, hits=(hit_of(event),), due=state.due))


def _window_ended(program: Program, state: RuleState, situation: Situation) -> Stepped:
    kept = _expecting(program, state.hits, situation)
    if not state.hits or program.window is None or state.due is None:
        return Stepped(kept)
    last, span = state.hits[-1], ending_at(program.window, state.due, situation.zone)
    if last.at >= span.start or span.end - last.at > MEMORY:
        return Stepped(kept)
    told = traces.of_absence(program, last, situation.zone)
    decided = _decide(program, (last,), situation, told, state.due)
    return Stepped(kept, decided.finding, decided.trace, held=decided.held)


def _expecting(program: Program, hits: tuple[Hit, ...], situation: Situation) -> RuleState:
    window = program.window
    due = next_ending(window, situation.moment, situation.zone).end if window else None
    return RuleState(version=program.version, shape=Shape.ABSENT, hits=hits, due=due)


def _in_window(program: Program, at: datetime, zone: ZoneInfo) -> bool:
    return program.window is None or contains(program.window, at, zone)


def _resting(program: Program, state: RuleState | None, hit: Hit, situation: Situation) -> Stepped | None:
    if state is None or state.rests_until is None or hit.at >= state.rests_until:
        return None
    told = (traces.of_watch(program, hit, situation.zone), traces.of_rest(program, state.rests_until, situation.zone))
    return Stepped(state, trace=_trace(program, (hit,), situation, told, fired=False))


def _decide(
    program: Program,
    hits: tuple[Hit, ...],
    situation: Situation,
    told: tuple[Condition, ...],
    due: datetime | None = None,
) -> Stepped:
    """Fire, unless a flag holds the rule back; either way what led here is used up."""
    flags = traces.of_flags(program, situation.flags, situation.moment, situation.zone)
    told = (*told, *traces.of_window(program, hits[0], situation.zone), *flags)
    if any(not flag.held for flag in flags):
        trace = _trace(program, hits, situation, told, fired=False)
        return Stepped(None, trace=trace, held=_finding(program, hits[-1], situation, trace, due))
    trace = _trace(program, hits, situation, told, fired=True)
    rests = None
    if program.rest:
        rests = RuleState(version=program.version, shape=program.shape, rests_until=situation.moment + program.rest)
    return Stepped(rests, _finding(program, hits[-1], situation, trace, due), trace)


def _trace(
    program: Program, hits: tuple[Hit, ...], situation: Situation, told: tuple[Condition, ...], *, fired: bool
) -> Trace:
    return Trace(
        rule=program.id,
        version=program.version,
        at=situation.moment,
        fired=fired,
        conditions=told,
        events=tuple(hit.seq for hit in hits),
    )


def _finding(program: Program, hit: Hit, situation: Situation, trace: Trace, due: datetime | None) -> Finding:
    absent = program.shape is Shape.ABSENT
    return Finding(
        kind=program.alert_kind,
        rule=program.id,
        version=program.version,
        severity=program.severity,
        at=situation.moment,
        scope=situation.scope,
        resident=hit.resident,
        trace=trace,
        alert_code=program.codes.get(hit.kind) or program.codes.get(None),
        event=None if absent else hit.seq,
        device=None if absent else hit.device,
        place=None if absent else hit.place,
        # a press is a press, whatever the rule says of it (invariant 9)
        press=program.press or hit.kind in PRESSES,
        detail=hit.detail if hit.kind in HUB_ONLY else None,
        value=hit.value,
        late=hit.late or (due is not None and situation.moment - due > LATE),
    )


_ON_EVENT: dict[Shape, Callable[[Program, RuleState | None, Event, Situation], Stepped | None]] = {
    Shape.AT_ONCE: _at_once,
    Shape.WAIT: _wait,
    Shape.COUNT: _count,
    Shape.SEQUENCE: _sequence,
    Shape.ABSENT: _absent,
}
