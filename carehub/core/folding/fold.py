"""The fold: `(state, event or tick or command, now) -> (state, findings, deadlines, traces)`.

Pure and keyed by scope, so a crash repeats nothing, replay is the same code as live, and a
commit that failed is undone by dropping the result: the given state is never changed.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from carehub.core.events import Command, CommandKind, Event, Input, Tick
from carehub.core.findings import Deadline, Finding, Held, Outcome, RuleFault, Trace
from carehub.core.folding import floor
from carehub.core.folding.draft import Draft
from carehub.core.folding.scope_state import ScopeState, Seen
from carehub.core.folding.silence import Why
from carehub.core.kinds import KNOWN_KINDS, LIFE_SAFETY, aspect
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.state import RuleState, storable

__all__ = ["Folded", "RuleState", "Rulebook", "ScopeState", "Seen", "fold", "note_state"]


class Folded(Struct, frozen=True, kw_only=True):
    """What came of one input.

    Attributes:
        state: The new state; the very same object when nothing changed, so nothing need be written.
        outcome: What became of the event; None for ticks and commands.
        pending_until: With outcome PENDING: when the last rule that waits because of it decides.
        held: What silences held back because of it.
        traces: Of rules that fired or were held back; why-not for the rest is recomputed.
    """

    state: ScopeState
    outcome: Outcome | None = None
    pending_until: datetime | None = None
    findings: tuple[Finding, ...] = ()
    held: tuple[Held, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    traces: tuple[Trace, ...] = ()
    faults: tuple[RuleFault, ...] = ()


_ASPECTS = {str(kind): aspect(kind) for kind in KNOWN_KINDS}
_LIFE_SAFETY = frozenset(str(kind) for kind in LIFE_SAFETY)
_MAY_BE_MOMENTARY = frozenset({"motion", "vibration"})
_FLAGS = {
    CommandKind.AWAY: "away",
    CommandKind.HOME: "away",
    CommandKind.ASLEEP: "asleep",
    CommandKind.AWAKE: "asleep",
    CommandKind.STAFF_PRESENT: "staff_present",
    CommandKind.STAFF_LEFT: "staff_present",
    CommandKind.UNHEARD: "unheard",
    CommandKind.HEARD: "unheard",
    CommandKind.REHABILITATION: "rehabilitation",
    CommandKind.REHABILITATION_ENDED: "rehabilitation",
    CommandKind.DIGITAL_SUPERVISION: "digital_supervision",
    CommandKind.DIGITAL_SUPERVISION_ENDED: "digital_supervision",
}
_BEGINS = {CommandKind.AWAY, CommandKind.REHABILITATION, CommandKind.DIGITAL_SUPERVISION}
_LONGEST = {
    CommandKind.STAFF_PRESENT: timedelta(hours=1),
    CommandKind.ASLEEP: timedelta(hours=12),
    CommandKind.UNHEARD: timedelta(hours=24),
}
"""A visit, a sleep or an outage that nobody ended must not switch rules off for ever."""


def fold(state: ScopeState, given: Input, rulebook: Rulebook, now: datetime) -> Folded:
    """Fold one input into the state of its scope.

    What was due before an event or a command is judged first, also when its tick has not
    come yet, so the order is right after a crash and under load.

    Args:
        state: The scope's state; never changed.
        given: An event, a tick or a command of this scope.
        rulebook: The rules in force.
        now: The hub's clock. Deadlines count from the event's own `at`, which was read from it.
    """
    if isinstance(given, Event):
        return _fold_event(state, given, rulebook)
    moment = max(now, given.at)
    draft, seen = Draft(state, rulebook, moment), None
    if isinstance(given, Tick):
        draft.forget_rows()
        draft.judge_due()
        draft.arm_everything()
    elif given.kind is CommandKind.CLOCK_SET:
        draft.move_clock(given.at - (given.until or given.at))
        draft.judge_due()
    else:
        draft.judge_due()
        if given.kind is CommandKind.TUNED:
            draft.tune(given.overrides, moment)
        elif given.device is not None:
            draft.forget_device(given.device)
            seen = _seen_without(state, given.device)
        else:
            _obey(draft, given)
    return _folded(state, draft, None, seen)


def note_state(state: ScopeState, event: Event) -> ScopeState:
    """Take a retained message as state only: `seen` is brought up to date and no rule runs."""
    _, seen = _news(state, event, kept=True)
    return state if seen is None else _with(state, seen, None)


def _fold_event(state: ScopeState, event: Event, rulebook: Rulebook) -> Folded:
    draft = None
    if state.armed and min(state.armed.values()) <= event.at:
        draft = Draft(state, rulebook, event.at)
        draft.judge_due()
    book = draft.rulebook if draft else rulebook.for_scope(state.tuning)
    new, seen = _news(state, event)
    if state.held:
        draft = draft or Draft(state, rulebook, event.at)
        draft.hear(event)
    if not new and event.kind not in _LIFE_SAFETY:
        return _folded(state, draft, Outcome.UNCHANGED)
    programs = book.shown(event.kind, event.place)
    if not programs and event.kind not in floor.COVERED:
        return _folded(state, draft, Outcome.NO_RULE, seen)
    draft = draft or Draft(state, rulebook, event.at)
    draft.show(event, programs)
    return _folded(state, draft, draft.outcome, seen)


def _news(state: ScopeState, event: Event, *, kept: bool = False) -> tuple[bool, dict[str, Seen] | None]:
    """Whether the event tells something new, and the `seen` that follows (None: as it was).

    Args:
        kept: The broker had kept it. Water that began while the hub was deaf is known from that, and alerts when
            the sensor itself says so: a state that no rule was shown must not silence the alarm.
    """
    told = _ASPECTS[event.kind] if event.kind in _ASPECTS else aspect(event.kind)
    if told is None or event.device is None:
        return True, None
    key = f"{event.device}/{told}"
    last = state.seen.get(key)
    told_before = last is not None and last.kind == event.kind
    if last is not None and told_before and (kept or not last.kept):
        # a device that never says that motion stopped means new motion with every report
        return told in _MAY_BE_MOMENTARY and not last.both, None
    both = last is not None and (last.both or not told_before)
    value = None if event.value is None else storable(event.value)
    seen = Seen(kind=event.kind, at=event.at, value=value, both=both, kept=kept)
    return True, {**state.seen, key: seen}


def _seen_without(state: ScopeState, device: str) -> dict[str, Seen]:
    """A bed that is gone has nobody lying in it."""
    return {key: seen for key, seen in state.seen.items() if not key.startswith(f"{device}/")}


def _obey(draft: Draft, command: Command) -> None:
    """Let a stored command change what is known of the resident, or end what was pending."""
    if command.kind in {CommandKind.REASSIGNED, CommandKind.REFITTED}:
        # "away" was said of the person who lived here: it must not silence the next one.
        # The rows still stand, so `armed` does too: what waits anew under an old key is armed again by its tick.
        draft.forget_away()
        for name in draft.silences:
            draft.end_silence(name)
        draft.rules = {}
        if command.kind is CommandKind.REASSIGNED:
            draft.flags, draft.usual = {}, {}
        else:  # "away" is a silence too, and went with the others
            draft.flags = {name: until for name, until in draft.flags.items() if name != "away"}
            draft.await_rounds()
        return
    if command.silence is not None and command.kind in {CommandKind.AWAY, CommandKind.SILENCED}:
        draft.silence(command.silence)
    flag = _FLAGS.get(command.kind)
    if flag is None:
        _end_silence(draft, command)
        if command.usual is not None:
            draft.usual = {**draft.usual, command.usual.resident: command.usual}
        return
    _set_flag(draft, command, flag)
    draft.await_rounds()
    if command.kind is CommandKind.HOME:
        for silence in list(draft.silences.values()):
            if silence.why is Why.AWAY:
                draft.end_silence(silence.id)


def _set_flag(draft: Draft, command: Command, flag: str) -> None:
    flags = {name: until for name, until in draft.flags.items() if name != flag}
    if command.kind in _BEGINS:
        flags[flag] = command.until
    elif command.kind in _LONGEST:
        flags[flag] = command.until or command.at + _LONGEST[command.kind]
    draft.flags = flags


def _end_silence(draft: Draft, command: Command) -> None:
    if command.kind is not CommandKind.SILENCE_ENDED or command.silence is None:
        return
    draft.end_silence(command.silence.id)
    if command.silence.why is Why.AWAY and not any(one.why is Why.AWAY for one in draft.silences.values()):
        draft.flags = {name: until for name, until in draft.flags.items() if name != "away"}


def _folded(
    state: ScopeState, draft: Draft | None, outcome: Outcome | None, seen: dict[str, Seen] | None = None
) -> Folded:
    if draft is None:
        if seen is not None:
            state = _with(state, seen, None)
        return Folded(state=state, outcome=outcome)
    if seen is not None or not _same(state, draft):
        state = _with(state, state.seen if seen is None else seen, draft)
    pending = draft.pending_until if outcome is Outcome.PENDING else None
    if not (draft.traces or draft.findings or draft.deadlines or draft.held_now or draft.faults):
        return Folded(state=state, outcome=outcome, pending_until=pending)
    return Folded(
        state=state,
        outcome=outcome,
        pending_until=pending,
        findings=tuple(draft.findings),
        held=tuple(draft.held_now),
        deadlines=tuple(draft.deadlines.values()),
        traces=tuple(draft.traces),
        faults=tuple(draft.faults),
    )


def _same(state: ScopeState, draft: Draft) -> bool:
    """Whether nothing was changed: by identity, what changes most first."""
    return (
        draft.rules is state.rules
        and draft.armed is state.armed
        and draft.flags is state.flags
        and draft.usual is state.usual
        and draft.silences is state.silences
        and draft.held is state.held
        and draft.tuning is state.tuning
    )


def _with(state: ScopeState, seen: dict[str, Seen], draft: Draft | None) -> ScopeState:
    of = draft or state
    return ScopeState(
        scope=state.scope, version=state.version + 1, seen=seen, rules=of.rules, flags=of.flags, armed=of.armed,
        usual=of.usual, silences=of.silences, held=of.held, tuning=of.tuning,
    )  # fmt: skip
