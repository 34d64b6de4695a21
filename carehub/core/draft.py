"""The workbench of one fold: what changes is copied once, what does not is shared.

A draft lives for one input only. The dictionaries of the given state are never written to;
the first change to one makes a copy, and the draft knows its own copies by identity.
"""

from collections.abc import Iterable
from datetime import datetime

from carehub.core import floor
from carehub.core.events import Event
from carehub.core.findings import Condition, Deadline, Finding, Outcome, RuleFault, Trace
from carehub.core.rules import engine
from carehub.core.rules.engine import Situation, Stepped
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.state import RuleState
from carehub.core.scope_state import ScopeState

_MOST_ERROR = 200


class Draft:
    """What a fold has found so far for one scope, at one moment."""

    __slots__ = (
        "_given",
        "armed",
        "deadlines",
        "faults",
        "findings",
        "flags",
        "moment",
        "outcome",
        "pending_until",
        "rulebook",
        "rules",
        "scope",
        "traces",
    )  # fmt: skip

    def __init__(self, state: ScopeState, rulebook: Rulebook, moment: datetime) -> None:
        self._given = state
        self.scope = state.scope
        self.rules = state.rules
        self.flags = state.flags
        self.armed = state.armed
        self.rulebook = rulebook
        self.moment = moment
        self.outcome = Outcome.NO_RULE
        self.pending_until: datetime | None = None
        self.findings: list[Finding] = []
        self.traces: list[Trace] = []
        self.faults: list[RuleFault] = []
        self.deadlines: dict[str, Deadline] = {}

    def show(self, event: Event, programs: Iterable[Program]) -> None:
        """Show an event to the rules that ask for its kind, and then to the floor."""
        situation, before = self._situation(), len(self.findings)
        held_back = False
        for program in programs:
            stepped = self._step(program, event, situation)
            if stepped is not None and stepped.trace is not None and not stepped.trace.fired:
                held_back = True
        raised = floor.beneath(event, self.findings[before:])
        if raised is not None:
            self._found(raised, raised.trace)
        if len(self.findings) > before:
            self.outcome = Outcome.ALERT
        elif self.pending_until is not None:
            self.outcome = Outcome.PENDING
        elif held_back:
            self.outcome = Outcome.SUPPRESSED

    def judge_due(self) -> None:
        """Let every rule decide whose moment has come, the earliest first."""
        due = [(state.due, key) for key, state in self.rules.items() if state.due and state.due <= self.moment]
        for _, key in sorted(due):
            self._judge(key, self.rules[key])

    def forget_rows(self) -> None:
        """On a tick: the rows that were due by now are gone."""
        left = {key: due for key, due in self.armed.items() if due > self.moment}
        if len(left) < len(self.armed):
            self.armed = left

    def arm_everything(self) -> None:
        """On a tick: ask for the row of whatever waits, and give every daily window its round.

        A tick trusts no row that is said to exist: asking for one twice costs nothing, and a
        state that was rebuilt or lost must not leave an alarm without its moment.
        """
        for program in self.rulebook.absences:
            state = self.rules.get(program.id)
            if not program.per_device and (state is None or state.due is None):
                self._keep(program.id, engine.first_watch(program, state, self._situation()))
        for key, state in self.rules.items():
            self._arm(key, state)
            if state.due is not None:
                self.deadlines[key] = Deadline(scope=self.scope, key=key, due_at=state.due)

    def _step(self, program: Program, event: Event, situation: Situation) -> Stepped | None:
        key = f"{program.id}/{event.device}" if program.per_device else program.id
        state = self.rules.get(key)
        try:
            if state is not None and state.version != program.version:
                state = engine.inherited(program, state)
            stepped = engine.on_event(program, state, event, situation)
        except Exception as error:  # noqa: BLE001 - one rule must not take the others and the floor with it (F71)
            self._blame(program, error)
            return None
        if stepped is None:
            return None
        self._take(key, stepped)
        if stepped.waits and stepped.state is not None and stepped.state.due is not None:
            due = stepped.state.due
            self.pending_until = due if self.pending_until is None else max(due, self.pending_until)
        return stepped

    def _judge(self, key: str, state: RuleState) -> None:
        program = self.rulebook.programs.get(key.partition("/")[0])
        current: RuleState | None = state
        if program is not None and state.version != program.version:
            current = engine.inherited(program, state)
        if program is None or current is None:
            self._drop(key, state)
            return
        try:
            self._take(key, engine.on_due(program, current, self._situation()))
        except Exception as error:  # noqa: BLE001 - see _step; kept, it would raise again at every tick
            self._blame(program, error)
            self._keep(key, None)

    def _take(self, key: str, stepped: Stepped) -> None:
        self._keep(key, stepped.state)
        if stepped.state is not None:
            self._arm(key, stepped.state)
        if stepped.finding is not None and stepped.trace is not None:
            self._found(stepped.finding, stepped.trace)
        elif stepped.trace is not None:
            self.traces.append(stepped.trace)

    def _found(self, finding: Finding, trace: Trace) -> None:
        self.findings.append(finding)
        self.traces.append(trace)

    def _keep(self, key: str, state: RuleState | None) -> None:
        if self.rules.get(key) is state:
            return
        if self.rules is self._given.rules:
            self.rules = dict(self.rules)
        if state is None:
            del self.rules[key]
        else:
            self.rules[key] = state

    def _arm(self, key: str, state: RuleState) -> None:
        """Ask for a row only if none is known at or before the wanted moment: rows may be early."""
        due = state.due
        if due is None or (key in self.armed and self.armed[key] <= due):
            return
        if self.armed is self._given.armed:
            self.armed = dict(self.armed)
        self.armed[key] = due
        self.deadlines[key] = Deadline(scope=self.scope, key=key, due_at=due)

    def _drop(self, key: str, state: RuleState) -> None:
        """Say that a rule no longer stands behind what it was waiting for."""
        gone = Condition(name="version", wanted=state.version, seen="the rule was changed or removed", held=False)
        events = tuple(hit.seq for hit in state.hits)
        rule = key.partition("/")[0]
        self.traces.append(
            Trace(rule=rule, version=state.version, at=self.moment, fired=False, conditions=(gone,), events=events)
        )
        self._keep(key, None)

    def _blame(self, program: Program, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}"[:_MOST_ERROR]
        self.faults.append(RuleFault(rule=program.id, version=program.version, error=told))

    def _situation(self) -> Situation:
        return Situation(scope=self.scope, zone=self.rulebook.zone, flags=self.flags, moment=self.moment)
