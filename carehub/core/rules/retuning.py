"""A rule gets other values in one scope while it waits: what it remembers goes on under them.

Pure and without history: what the old values had found no reason to remember, the new ones begin with anew.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from carehub.core.events import Event
from carehub.core.findings import Condition, Trace
from carehub.core.rules import daily
from carehub.core.rules.deciding import Situation, Stepped
from carehub.core.rules.overrides import Tuning
from carehub.core.rules.personal import bound_of
from carehub.core.rules.program import Program
from carehub.core.rules.state import Hit, RuleState, Shape
from carehub.core.rules.tuning import may_be_off


def carried(
    rules: Mapping[str, RuleState], programs: Mapping[str, Program], situation: Situation
) -> Iterator[tuple[str, RuleState, RuleState | None]]:
    """What changes: the key, what was remembered, and what is from now on."""
    for key, state in list(rules.items()):
        program = programs.get(key.partition("/")[0])
        kept = _carried(program, state, situation) if program else None
        if kept is not state:
            yield key, state, kept


def _carried(program: Program, state: RuleState, situation: Situation) -> RuleState | None:
    """What the rule remembers under its new values; None where they would not have begun what it waits for.

    What waits goes on waiting as long as the new values ask, from when it began: what they would have found by
    now is due at once. Half a count is counted on, and an absence has its window anew.
    """
    if state.version == program.version:
        return state
    if state.shape is not program.shape:
        return None
    kept = replace(state, version=program.version)
    if program.shape is Shape.ABSENT:
        return daily.first_watch(program, kept, situation)
    return kept if program.shape in {Shape.SEQUENCE, Shape.CHANGE} else _fitting(program, kept, situation)


def _fitting(program: Program, state: RuleState, situation: Situation) -> RuleState | None:
    """What still fits, with the moment that the new values ask for."""
    hits = tuple(hit for hit in state.hits if program.steps[0].fits(_event(hit, situation)))
    if state.hits and not hits:
        return None
    if program.shape is not Shape.WAIT or state.due is None:
        return replace(state, hits=hits)
    own = bound_of(program.personal, situation.usual, hits[0].resident, situation.moment)
    wait = program.wait if own is None else timedelta(minutes=own)
    return replace(state, hits=hits, due=hits[0].at + wait, personal=own is not None)


def dropped(key: str, state: RuleState, moment: datetime) -> Trace:
    """Say that a rule no longer stands behind what it was waiting for."""
    gone = Condition(name="version", wanted=state.version, seen="the rule was changed or removed", held=False)
    return Trace(
        rule=key.partition("/")[0], version=state.version, at=moment, fired=False, conditions=(gone,),
        events=tuple(hit.seq for hit in state.hits),
    )  # fmt: skip


def _event(hit: Hit, situation: Situation) -> Event:
    """What a hit has kept of its event, to be matched once more."""
    return Event(
        seq=hit.seq, at=hit.at, kind=hit.kind, scope=situation.scope, source="hub", device=hit.device,
        resident=hit.resident, place=hit.place, value=hit.value, detail=hit.detail, late=hit.late,
    )  # fmt: skip


def marked(stepped: Stepped, program: Program, tuning: Tuning) -> Stepped:
    """What came of a step, with the decisions that the rule is tuned by.

    Where the rule is off for this resident of a shared home, what was found is held back, and said.
    """
    if not tuning.effects or stepped.trace is None:
        return stepped
    effect = tuning.of(program.id)
    if effect is None:
        return stepped
    trace = replace(stepped.trace, tuned=effect.by)
    found = stepped.finding or stepped.held
    if found is not None and found.resident in effect.apart and may_be_off(program):
        off = Condition(
            name="tuned", wanted="a rule that judges here", seen="switched off for the resident", held=False
        )
        state = None if stepped.state is not None and stepped.state.rests_until is not None else stepped.state
        return Stepped(state, trace=replace(trace, fired=False, conditions=(*trace.conditions, off)))
    finding = stepped.finding and replace(stepped.finding, trace=trace)
    held = stepped.held and replace(stepped.held, trace=trace)
    return replace(stepped, finding=finding, trace=trace, held=held)
