"""The workbench of one fold: what changes is copied once, what does not is shared.

A draft lives for one input only. The dictionaries of the given state are never written to;
the first change to one makes a copy, and the draft knows its own copies by identity.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Deadline, Finding, Held, Outcome, RuleFault, Trace
from carehub.core.folding import floor, holding
from carehub.core.folding.rows import Rows
from carehub.core.folding.scope_state import ScopeState
from carehub.core.folding.silence import Silence, Why
from carehub.core.rules import chains, daily, engine, overrides, retuning
from carehub.core.rules.deciding import Situation, Stepped
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook, Shown
from carehub.core.rules.state import RuleState, moved


class Draft(Rows):
    """What a fold has found so far for one scope, at one moment."""

    __slots__ = (
        "_book", "_given", "faults", "findings", "flags", "held", "held_now", "outcome", "pending_until", "rulebook",
        "rules", "silences", "traces", "tuning", "usual",
    )  # fmt: skip

    def __init__(self, state: ScopeState, rulebook: Rulebook, moment: datetime) -> None:
        super().__init__(state.scope, state.armed, moment)
        self._given = state
        self.rules = state.rules
        self.flags = state.flags
        self.usual = state.usual
        self.silences = state.silences
        self.held = state.held
        self.held_now: list[Held] = []
        self.tuning = state.tuning
        self._book = rulebook
        self.rulebook = rulebook.for_scope(state.tuning)
        self.outcome = Outcome.NO_RULE
        self.pending_until: datetime | None = None
        self.findings: list[Finding] = []
        self.traces: list[Trace] = []
        self.faults: list[RuleFault] = []

    def show(self, event: Event, programs: Iterable[Shown]) -> None:
        """Show an event to the rules to which it can be something, and then to the floor."""
        if self.silences and self._is_the_test(event):
            return
        situation, before = self._situation(), len(self.findings)
        held_back = False
        for program, begins in programs:
            key = f"{program.id}/{event.device}" if program.per_device else program.id
            if not begins and key not in self.rules:
                continue  # it could go on or be cancelled, and there is nothing
            stepped = self._step(key, program, event, situation)
            if stepped is not None and stepped.trace is not None and stepped.trace.is_held_back:
                held_back = True
        raised = floor.beneath(event, self.findings[before:]) if event.kind in floor.COVERED else None
        if raised is not None:
            self._found(raised, raised.trace)
        if len(self.findings) > before:
            self.outcome = Outcome.ALERT
        elif self.pending_until is not None:
            self.outcome = Outcome.PENDING
        elif held_back:
            self.outcome = Outcome.SUPPRESSED

    def _is_the_test(self, event: Event) -> bool:
        """Whether this is the one alarm for which its device was put on test; the next one is real."""
        tests = (one for one in self.silences.values() if one.why is Why.TEST and one.device == event.device)
        test = next(tests, None)
        if test is None or event.late or event.kind not in floor.TESTABLE:
            return False
        # Begun twice, by two technicians or one who pressed again, it is one test: the next alarm is real.
        used = {name for name, one in self.silences.items() if one.why is Why.TEST and one.device == event.device}
        self.silences = {name: one for name, one in self.silences.items() if name not in used}
        found = floor.of_test(event, test.id)
        self._found(found, found.trace)
        self.outcome = Outcome.ALERT
        return True

    def hear(self, event: Event) -> None:
        """What is held back may be over: it is as it should be again, and nobody need be told of it."""
        over = {
            name
            for name, held in self.held.items()
            if (program := self._program(held.key)) is not None and holding.is_over(held, program, event)
        }
        if over:
            self.held = {name: held for name, held in self.held.items() if name not in over}

    def silence(self, silence: Silence) -> None:
        """Begin a silence, or give a running one other terms."""
        self.silences = {**self.silences, silence.id: silence}
        self.arm_at(f"{holding.DEADLINE}{silence.id}", silence.until)

    def end_silence(self, name: str) -> None:
        """End a silence now: what it held and still holds alerts, unless another silence holds it too."""
        silence = self.silences.get(name)
        if silence is None:
            return
        self.silences = {other: one for other, one in self.silences.items() if other != name}
        mine = {key: held for key, held in self.held.items() if held.silence == name}
        self.held = {key: held for key, held in self.held.items() if key not in mine}
        for key, held in mine.items():
            self._release(key, held, silence)

    def forget_away(self) -> None:
        """Whoever was away no longer lives here: what was held for that is nobody's concern."""
        away = {name for name, one in self.silences.items() if one.why is Why.AWAY}
        if away:
            self.silences = {name: one for name, one in self.silences.items() if name not in away}
            self.held = {key: held for key, held in self.held.items() if held.silence not in away}

    def forget_device(self, device: str) -> None:
        """A device is gone: what was kept, silenced or held of it alone is nobody's concern. All else goes on."""
        self.rules = {key: state for key, state in self.rules.items() if key.partition("/")[2] != device}
        self.silences = {name: one for name, one in self.silences.items() if one.device != device}
        self.held = {key: held for key, held in self.held.items() if held.finding.device != device}

    def _release(self, key: str, held: Held, silence: Silence) -> None:
        program = self._program(held.key)
        if program is None or not holding.lasts(program):
            return
        other = holding.silence_over(self.silences.values(), program, held.finding)
        if other is not None:
            self.held = {**self.held, key: structs.replace(held, silence=other.id)}
            return
        found = holding.released(held, silence, self.moment, self.rulebook.zone)
        self._found(found, found.trace)

    def judge_due(self) -> None:
        """End the silences whose time is up, then let every rule decide whose moment has come, the earliest first."""
        for name, silence in list(self.silences.items()):
            if silence.until <= self.moment:
                self.end_silence(name)
        while (change := self.tuning.next_at) is not None and change <= self.moment:
            self._judge_until(change)
            self.tune(self.tuning.told, change)
        self._judge_until(self.moment)

    def _judge_until(self, moment: datetime) -> None:
        due = [(state.due, key) for key, state in self.rules.items() if state.due and state.due <= moment]
        for _, key in sorted(due):
            self._judge(key, self.rules[key])

    def tune(self, told: Iterable[overrides.Override], moment: datetime) -> None:
        """These decisions hold from now on: what waits goes on as the tuned rules would have it wait."""
        before, self.tuning = self.rulebook, overrides.at(told, moment)
        if self.tuning.next_at is not None:
            self.arm_at(overrides.DEADLINE, self.tuning.next_at)
        self.rulebook = self._book.for_scope(self.tuning)
        if self.rulebook is before:
            return
        for key, state, kept in retuning.carried(self.rules, self.rulebook.programs, self._situation()):
            self._keep(key, kept) if kept or not state.due else self._drop(key, state)
        self._arm_rounds()

    def move_clock(self, by: timedelta) -> None:
        """The clock was set: what waits goes on waiting as long as it would have. Rows may then be early."""
        self.rules = {key: moved(state, by) for key, state in self.rules.items()}
        self.arm_all(self.rules)

    def arm_everything(self) -> None:
        """On a tick: ask for the row of whatever waits, and give every daily window its round.

        A tick trusts no row that is said to exist: asking for one twice costs nothing, and a
        state that was rebuilt or lost must not leave an alarm without its moment.
        """
        self._arm_rounds()
        waiting = {key: state.due for key, state in self.rules.items() if state.due is not None}
        self.deadlines.update({key: Deadline(scope=self.scope, key=key, due_at=due) for key, due in waiting.items()})
        for name, silence in self.silences.items():
            self.arm_at(f"{holding.DEADLINE}{name}", silence.until)
        if self.tuning.next_at is not None:
            self.arm_at(overrides.DEADLINE, self.tuning.next_at)

    def _arm_rounds(self) -> None:
        for program in self.rulebook.absences:
            self._await_round(program)
        self.arm_all(self.rules)

    def await_rounds(self) -> None:
        """On a command: what is expected although it was never seen has no event that would begin it."""
        for program in self.rulebook.absences:
            if program.never_seen and self._await_round(program):
                self.arm_all({program.id: self.rules[program.id]})

    def _await_round(self, program: Program) -> bool:
        state = self.rules.get(program.id)
        if program.per_device or (state is not None and state.due is not None):
            return False
        self._keep(program.id, daily.first_watch(program, state, self._situation()))
        return True

    def _step(self, key: str, program: Program, event: Event, situation: Situation) -> Stepped | None:
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
        stepped = self._take(key, program, stepped)
        if stepped.waits and stepped.state is not None and stepped.state.due is not None:
            due = stepped.state.due
            self.pending_until = due if self.pending_until is None else max(due, self.pending_until)
        return stepped

    def _judge(self, key: str, state: RuleState) -> None:
        program = self._program(key)
        current: RuleState | None = state
        if program is not None and state.version != program.version:
            current = engine.inherited(program, state)
        if program is None or current is None:
            self._drop(key, state)
            return
        try:
            self._take(key, program, engine.on_due(program, current, self._situation()))
        except Exception as error:  # noqa: BLE001 - see _step; kept, it would raise again at every tick
            self._blame(program, error)
            self._keep(key, None)

    def _take(self, key: str, program: Program, stepped: Stepped) -> Stepped:
        if stepped.trace is not None:
            stepped = self._hold_back(key, program, retuning.marked(stepped, program, self.tuning))
        state = stepped.state
        self._keep(key, state)
        if state is not None and state.due is not None:
            self.arm_at(key, state.due)
        if stepped.finding is not None and stepped.trace is not None:
            self._found(stepped.finding, stepped.trace)
        elif stepped.trace is not None:
            self.traces.append(stepped.trace)
        return stepped

    def _hold_back(self, key: str, program: Program, stepped: Stepped) -> Stepped:
        """Where a silence covers what was found, nobody is told: it is kept, and counted against the silence."""
        found = stepped.finding or stepped.held
        silence = found and holding.silence_over(self.silences.values(), program, found)
        if found is None or not silence or stepped.trace is None:
            return stepped
        trace = holding.held_trace(stepped.trace, silence, self.rulebook.zone)
        held = Held(silence=silence.id, key=key, finding=structs.replace(found, trace=trace))
        self.held_now.append(held)
        self.held = {**self.held, f"{key}|{found.device or ''}": held}
        # A rule rests after it has told somebody, and it has told nobody.
        state = None if stepped.state is not None and stepped.state.rests_until is not None else stepped.state
        return Stepped(state, trace=trace)

    def _found(self, finding: Finding, trace: Trace) -> None:
        self.findings.append(finding)
        self.traces.append(trace)
        for program in self.rulebook.watching.get(finding.rule, ()):
            if len(finding.causes) < chains.DEEPEST:
                key = f"{program.id}/{finding.device}" if program.per_device else program.id
                self._step(key, program, chains.derived(finding), self._situation())
            else:
                self._blame(program, RecursionError(f"behind {' > '.join(finding.causes)} > {finding.rule}"))

    def _keep(self, key: str, state: RuleState | None) -> None:
        if self.rules.get(key) is state:
            return
        if self.rules is self._given.rules:
            self.rules = dict(self.rules)
        if state is None:
            del self.rules[key]
        else:
            self.rules[key] = state

    def _program(self, key: str) -> Program | None:
        return self.rulebook.programs.get(key.partition("/")[0])

    def _drop(self, key: str, state: RuleState) -> None:
        self.traces.append(retuning.dropped(key, state, self.moment))
        self._keep(key, None)

    def _blame(self, program: Program, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}"[:200]
        self.faults.append(RuleFault(rule=program.id, version=program.version, error=told))

    def _situation(self) -> Situation:
        flags = self.flags
        if self.rulebook.asks_asleep and "asleep" not in flags and self._given.lies_in_bed(self.moment):
            flags = {**flags, "asleep": None}
        return Situation(scope=self.scope, zone=self.rulebook.zone, flags=flags, moment=self.moment, usual=self.usual)
