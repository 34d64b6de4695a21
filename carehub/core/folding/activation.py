"""A rulebook takes over: what its new rules would remember is found from what was stored, before they judge.

Pure, so that a replay of the journal comes to the same. What a replaced version was waiting for either goes on
under the new one, or is found at once where the new one would have found it already, or is dropped and said.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Condition, Deadline, Finding, Trace
from carehub.core.folding.fold import fold
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules import engine
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.state import DAILY, RuleState, Shape

_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)
_MARGIN = timedelta(hours=1)
_ABSENCE = timedelta(hours=36)
"""An absence asks what was seen last; what lies further back its older version has told."""
_OF_SHAPE = {Shape.ABSENT: _ABSENCE, Shape.CHECK: timedelta(days=7)}
"""What a check must know, such as a lock, may have been told long ago."""
_MOST_TICKS = 1000
_CHANGED = Condition(name="version", wanted="the same version of the rule", seen="the rule was changed", held=False)

Fired = Collection[tuple[str, int]]
"""Rule and event: what has been alerted already, and must not be twice."""


class Activation(Struct, frozen=True, kw_only=True):
    """The rules in force from `seq` on, by id and content hash."""

    seq: int
    at: datetime
    zone: str
    rules: dict[str, str]


class TakenOver(Struct, frozen=True, kw_only=True):
    """What one scope knows when the new rules begin.

    Attributes:
        findings: What the new version would have found by now, and the old one was still waiting to find.
        dropped: What the old version was waiting for and the new one does not wait for.
    """

    state: ScopeState
    findings: tuple[Finding, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    dropped: tuple[Trace, ...] = ()


def changed(before: Mapping[str, str], book: Rulebook) -> tuple[Program, ...]:
    """The programs of `book` that were not in force, or not in this version."""
    return tuple(program for program in book.programs.values() if before.get(program.id) != program.version)


def in_scope(programs: Iterable[Program], book: Rulebook, state: ScopeState) -> list[Program]:
    """The same programs as they are tuned in one scope; what is switched off there is left out."""
    mine = book.for_scope(state.tuning).programs
    return [mine[one.id] for one in programs if one.id in mine]


def look_back(programs: Iterable[Program]) -> timedelta:
    """How far back what was stored can matter to these programs."""
    return max((_OF_SHAPE.get(one.shape, 2 * one.wait + _MARGIN) for one in programs), default=_NO_TIME)


def take_over(
    state: ScopeState,
    programs: Sequence[Program],
    history: Iterable[Event | Command],
    fired: Fired,
    book: Rulebook,
    now: datetime,
) -> TakenOver:
    """Give the changed programs the memory that they would have had.

    Args:
        programs: Some of those of the book, as they are in this scope (`in_scope`).
        state: As the old rules left it; rules that did not change keep what they remember.
        history: The scope's events that told something new, as far as `look_back`, and all its commands; in order.
    """
    played = _Played(state.scope, book.for_scope(state.tuning).tireless([one.id for one in programs]))
    for given in history:
        played.take(given)
    played.tick_until(now)
    rules, found, dropped = dict(state.rules), [], []
    for program in programs:
        keys = [key for key in {**state.rules, **played.rules} if key.partition("/")[0] == program.id]
        for key in keys:
            old = state.rules.get(key)
            if old is not None and old.version == program.version:
                continue  # the very rule has come back, and what it knew is still here
            merged = _merged(program, old, played.memory(key, fired), played, now)
            found += [merged.finding] if merged.finding else []
            dropped += [merged.dropped] if merged.dropped else []
            rules.pop(key, None)
            if merged.state is not None:
                rules[key] = merged.state
    return _taken(state, rules, found, dropped)


class _Merged(Struct, frozen=True):
    state: RuleState | None
    finding: Finding | None = None
    dropped: Trace | None = None


def _merged(
    program: Program, old: RuleState | None, fresh: RuleState | None, played: "_Played", now: datetime
) -> _Merged:
    if old is None:
        return _Merged(fresh)
    if old.shape is Shape.WAIT and old.due is not None:
        return _waiting(program, old, fresh, played, now)
    if old.shape in DAILY and old.due is not None and old.due <= now:
        missed = [one for one in played.found if one.rule == program.id and one.at > old.due - _DAY]
        return _Merged(fresh, _late(missed[-1], now) if missed else None)
    if fresh is None or (program.shape is Shape.ABSENT and not fresh.hits):
        fresh = engine.inherited(program, old) or fresh
    if fresh is not None and program.shape is Shape.ABSENT and old.ended is not None:
        return _Merged(structs.replace(fresh, due=old.due, ended=old.ended))  # judged, but asked after the outage only
    if fresh is None and old.rests_until is not None and program.rest:
        fresh = RuleState(version=program.version, shape=program.shape, rests_until=old.rests_until)
    return _Merged(fresh)


def _waiting(program: Program, old: RuleState, fresh: RuleState | None, played: "_Played", now: datetime) -> _Merged:
    """The old version was waiting: that must not be lost because its text was edited."""
    seqs = {hit.seq for hit in old.hits}
    if fresh is not None and seqs & {hit.seq for hit in fresh.hits}:
        return _Merged(fresh)
    found = next((one for one in played.found if one.rule == program.id and one.event in seqs), None)
    if found is not None:
        return _Merged(fresh, _late(found, now))
    lost = not seqs <= played.known or bool(seqs & played.held)
    if lost and (kept := engine.inherited(program, old)) is not None:
        return _Merged(
            kept
        )  # what began it is stored no longer, or a silence will hold it: the silence must know of it
    told = Trace(
        rule=program.id, version=old.version, at=now, fired=False, conditions=(_CHANGED,),
        events=tuple(hit.seq for hit in old.hits),
    )  # fmt: skip
    return _Merged(fresh, dropped=told)


def _late(finding: Finding, now: datetime) -> Finding:
    return structs.replace(finding, at=now, late=True)


def _taken(
    before: ScopeState, rules: dict[str, RuleState], found: Sequence[Finding], dropped: Sequence[Trace]
) -> TakenOver:
    if rules == before.rules:
        return TakenOver(state=before, findings=tuple(found), dropped=tuple(dropped))
    moved = {key: one.due for key, one in rules.items() if one.due and one is not before.rules.get(key)}
    armed = {**before.armed, **{key: min(due, before.armed.get(key, due)) for key, due in moved.items()}}
    return TakenOver(
        state=structs.replace(before, version=before.version + 1, rules=rules, armed=armed),
        findings=tuple(found),
        deadlines=tuple(Deadline(scope=before.scope, key=key, due_at=due) for key, due in moved.items()),
        dropped=tuple(dropped),
    )


class _Played:
    """The changed rules alone, over what was stored, on a clock that stops at every due tick.

    Their book is tireless: an alert that was never given must not hold back one to come.
    """

    def __init__(self, scope: str, tireless: Rulebook) -> None:
        self._book = tireless
        self._state = ScopeState(scope=scope)
        self.found: list[Finding] = []
        self.known: set[int] = set()
        self.held: set[int | None] = set()

    @property
    def rules(self) -> dict[str, RuleState]:
        return self._state.rules

    def memory(self, key: str, fired: Fired) -> RuleState | None:
        """What the rule would remember, less what has been alerted already."""
        found = self._state.rules.get(key)
        if found is None:
            return None
        done = {seq for rule, seq in fired if rule == key.partition("/")[0]}
        if found.shape not in DAILY and done & {hit.seq for hit in found.hits}:
            return None
        chains = tuple(() if done & {hit.seq for hit in chain} else chain for chain in found.chains)
        return structs.replace(found, chains=chains) if found.chains else found

    def take(self, given: Event | Command) -> None:
        """One stored event or command."""
        self.tick_until(given.at)
        if isinstance(given, Command) and given.kind is CommandKind.TUNED:
            return  # the programs are tuned already, as this scope is from now on
        self.known.add(given.seq)
        self._fold(given)

    def tick_until(self, end: datetime) -> None:
        """Let every rule decide whose moment comes by then."""
        for _ in range(_MOST_TICKS):
            due = min((one.due for one in self._state.rules.values() if one.due), default=None)
            if due is None or due > end:
                return
            self._fold(Tick(seq=0, at=due, scope=self._state.scope))

    def _fold(self, given: Event | Command | Tick) -> None:
        # what only repeated a state was left out already, so nothing here is a repetition
        folded = fold(structs.replace(self._state, seen={}), given, self._book, given.at)
        self._state = folded.state
        self.held.update(one.finding.event for one in folded.held)
        self.found += [one for one in folded.findings if one.rule in self._book.programs]
