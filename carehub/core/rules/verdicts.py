"""What each rule made of one event, in plain bokmål: the first condition that did not hold, and by how much.

Read from a journal that was folded again (`carehub.core.journal`), never guessed. The sentences speak of what
was seen and of what the rule asks; they name nobody.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from carehub.core import floor
from carehub.core.activation import Activation
from carehub.core.events import Command, Event
from carehub.core.findings import Finding, Outcome, Trace
from carehub.core.journal import Recorded, Step
from carehub.core.kinds import LIFE_SAFETY, aspect
from carehub.core.rules import daily, mismatch
from carehub.core.rules.describe import clauses
from carehub.core.rules.fields import Matcher
from carehub.core.rules.language import Rule
from carehub.core.rules.program import Program
from carehub.core.rules.shape_verdicts import of_change, of_check, of_trace, times_needed, waited
from carehub.core.rules.spans import length
from carehub.core.rules.state import DAILY, RuleState, Shape
from carehub.core.rules.windows import clock
from carehub.core.terms import kind_name, place_name, span


class Verdict(Struct, frozen=True, kw_only=True):
    """One rule's word on one event.

    Attributes:
        alerted: Whether it came to an alert, at once or in the end.
    """

    rule: str
    version: str
    title: str
    words: str
    alerted: bool = False


def general(step: Step) -> str | None:
    """Why no rule was asked at all; None where rules were."""
    entry = step.entry
    if not isinstance(entry, Recorded):
        return None
    event, zone = entry.event, step.rulebook.zone
    match entry.outcome:
        case Outcome.STATE_ONLY:
            return "Megleren hadde spart på meldingen fra før. Den tas som tilstand, aldri som alarm."
        case Outcome.TOO_LATE:
            said = f" (kl. {clock(event.device_at, zone)})" if event.device_at else ""
            return f"Enheten sier at det skjedde for over en time siden{said}. Det er lagret, men ingen regel er spurt."
        case Outcome.UNCHANGED:
            last = step.before.seen.get(f"{event.device}/{aspect(event.kind)}")
            since = f" kl. {clock(last.at, zone)}" if last else ""
            return (
                f"Enheten gjentok det den sa{since}: {kind_name(event.kind)}. Ingen regel spørres om det samme igjen."
            )
        case _ if event.kind not in step.rulebook.asking and event.kind not in LIFE_SAFETY:
            return f"Ingen regel spør etter «{kind_name(event.kind)}»."
        case _:
            return None


def verdicts(steps: Sequence[Step], index: int) -> list[Verdict]:
    """What each rule that asks for its kind made of the event at this place, and what came of it later."""
    step = steps[index]
    entry = step.entry
    if not isinstance(entry, Recorded) or general(step) is not None:
        return []
    floors = [_of_floor(finding) for finding in step.folded.findings if finding.rule == floor.FLOOR]
    if any(is_test for is_test, _ in floors):  # the one alarm for which its device was put on test: no rule was asked
        return [verdict for _, verdict in floors]
    asking = step.rulebook.asking.get(entry.event.kind, ())
    return [*(_Reader(steps, index, entry.event, one).read() for one in asking), *(verdict for _, verdict in floors)]


def _of_floor(finding: Finding) -> tuple[bool, Verdict]:
    test = any(one.name == "test" for one in finding.trace.conditions)
    words = "Varslet som en prøve av utstyret." if test else "Varslet: dette varsles alltid, uansett regler."
    title = "Prøve" if test else "Livsviktig hendelse"
    return test, Verdict(rule=finding.rule, version=finding.version, title=title, words=words, alerted=True)


def window_ends(steps: Sequence[Step], program: Program, start: datetime, end: datetime) -> list[Verdict]:
    """What a rule that misses something decided at the end of each of its windows in the time asked for."""
    found = []
    for step in steps:
        if not start <= step.entry.at <= end or isinstance(step.entry, Activation):
            continue
        for key, state in step.before.rules.items():
            due = state.due
            if state.shape in DAILY and key.partition("/")[0] == program.id and due and due <= step.entry.at:
                found.append(_window_end(step, program, state, due))
    return found


def _window_end(step: Step, program: Program, state: RuleState, due: datetime) -> Verdict:
    zone, title = step.rulebook.zone, _title(step, program)
    at = f"Kl. {clock(due, zone)}"
    told = next((one for one in step.folded.traces if one.rule == program.id), None)
    if told is not None:
        words, alerted = f"{at}: {of_trace(told, zone)}", told.fired
    elif state.shape is Shape.CHECK:
        words, alerted = f"{at}: Regelen ble ikke spurt.", False
    elif not state.hits:
        words, alerted = f"{at}: Regelen har ikke sett noe slikt ennå, og sier ikke fra før den har det.", False
    elif due - state.hits[-1].at > daily.MEMORY:
        words, alerted = f"{at}: Ikke sett på over en uke. Regelen er blind og sier ikke fra.", False
    else:
        last = state.hits[-1]
        seen = f"{last.at.astimezone(zone):%d.%m. kl. %H:%M}"
        words, alerted = f"{at}: Sett sist {seen} ({kind_name(last.kind)}), innenfor tiden.", False
    return Verdict(rule=program.id, version=program.version, title=title, words=words, alerted=alerted)


def _title(step: Step, program: Program) -> str:
    rule = step.rulebook.rules.get(program.id)
    return rule.title.nb if rule else program.id


class _Reader:
    """One rule and one event, with the journal around them."""

    def __init__(self, steps: Sequence[Step], index: int, event: Event, program: Program) -> None:
        self._steps, self._index, self._event, self._program = steps, index, event, program
        self._step, self._zone = steps[index], steps[index].rulebook.zone
        self._rule: Rule = self._step.rulebook.rules[program.id]
        self._key = f"{program.id}/{event.device}" if program.per_device else program.id
        before = self._step.before.rules.get(self._key)
        due_already = before is not None and before.due is not None and before.due <= event.at
        self._before = None if due_already and program.shape not in DAILY else before
        self._after = self._step.folded.state.rules.get(self._key)

    def read(self) -> Verdict:
        """The verdict, from the first condition on."""
        words, alerted = self._words()
        return Verdict(
            rule=self._program.id, version=self._program.version, title=self._rule.title.nb,
            words=words[:1].upper() + words[1:], alerted=alerted,
        )  # fmt: skip

    def _words(self) -> tuple[str, bool]:
        fault = next((one for one in self._step.folded.faults if one.rule == self._program.id), None)
        if fault is not None:
            return "regelen feilet, og hendelsen gikk videre uten den.", False
        told = self._trace_at(self._step)
        if told is not None:
            return of_trace(told, self._zone), told.fired
        return self._quiet()

    def _quiet(self) -> tuple[str, bool]:
        """Nothing was decided at this place."""
        if self._program.shape is Shape.SEQUENCE:
            return self._sequence()
        if self._program.base is not None and self._program.base.fits(self._event):
            return self._followed(), False
        if not self._program.steps[0].fits(self._event):
            return self._cancel() or f"{mismatch.of_event(self._asked, self._event)}.", False
        if self._program.shape is Shape.ABSENT:
            return (
                f"et livstegn. Regelen sier bare fra når ingenting av dette skjer: {clauses(self._asked, 'nb')}.",
                False,
            )
        return self._started()

    def _followed(self) -> str:
        if self._program.shape is Shape.CHECK:
            return of_check(self._program, self._event, self._after, self._zone)
        return of_change(self._program, self._event, self._before, self._zone)

    @property
    def _asked(self) -> tuple[Matcher, ...]:
        rule = self._rule
        asked = rule.absent.of if rule.absent else rule.check.is_ if rule.check else rule.watch
        return tuple(asked or ())

    def _started(self) -> tuple[str, bool]:
        if self._program.shape is Shape.WAIT and self._before is not None and self._before.due is not None:
            first = clock(self._before.hits[0].at, self._zone)
            words, alerted = self._fate(self._before.hits[0].seq)
            return f"ventet allerede siden kl. {first}, og den første teller. {words}", alerted
        outside = self._program.window and mismatch.of_time(self._program.window, self._event.at, self._zone)
        if outside:
            return f"{outside}.", False
        if self._program.shape is Shape.COUNT:
            return self._count()
        return self._fate(self._event.seq)

    def _cancel(self) -> str | None:
        program = self._program
        if program.cancels is None or not program.cancels.fits(self._event):
            return None
        if self._before is None or self._before.due is None:
            return "dette avslutter en venting, men regelen ventet ikke på noe."
        began = self._before.hits[0]
        asked = waited(program, self._before)
        return (
            f"avsluttet ventingen som begynte kl. {clock(began.at, self._zone)}: regelen venter {asked}, "
            f"dette kom etter {span(self._event.at - began.at)}."
        )

    def _count(self) -> tuple[str, bool]:
        hits = self._after.hits if self._after is not None else ()
        times = ", ".join(clock(hit.at, self._zone) for hit in hits)
        needed = times_needed(self._program, self._step.before, self._event)
        asked = f"trenger {needed} i løpet av {length(self._program.wait, 'nb')}"
        later = next((one for step in self._later if (one := self._trace_at(step))), None)
        ending = f" {of_trace(later, self._zone)}" if later else ""
        return f"{asked}; dette var nr. {len(hits)} ({times}).{ending}", bool(later and later.fired)

    def _sequence(self) -> tuple[str, bool]:
        program, seq = self._program, self._event.seq
        chains = self._after.chains if self._after is not None else ()
        reached = max((len(chain) for chain in chains if chain and chain[-1].seq == seq), default=0)
        if not reached:
            return self._no_step(), False
        later = next((one for step in self._later if (one := self._trace_at(step))), None)
        if later is not None:
            return of_trace(later, self._zone), later.fired
        wait, number = length(program.wait, "nb"), len(program.steps)
        return f"steg {reached} av {number}; steg {reached + 1} kom ikke innen {wait}.", False

    def _no_step(self) -> str:
        fitting = [number for number, one in enumerate(self._program.steps, 1) if one.fits(self._event)]
        if not fitting:
            return f"{mismatch.of_event(self._rule.sequence.steps if self._rule.sequence else (), self._event)}."
        if fitting[0] == 1 and self._program.window:
            return f"{mismatch.of_time(self._program.window, self._event.at, self._zone) or 'steget telte ikke'}."
        return f"dette er steg {fitting[-1]}, men steget før kom ikke i løpet av {length(self._program.wait, 'nb')}."

    # --- what came of it later ---

    @property
    def _later(self) -> Sequence[Step]:
        return self._steps[self._index + 1 :]

    def _trace_at(self, step: Step) -> Trace | None:
        """The rule's trace at this place that names the event; of several the one that fired."""
        named = [one for one in step.folded.traces if one.rule == self._program.id and self._event.seq in one.events]
        return max(named, key=lambda one: one.fired, default=None)

    def _fate(self, seq: int) -> tuple[str, bool]:
        """What became of a wait that the event `seq` began."""
        for step in self._later:
            told = [one for one in step.folded.traces if one.rule == self._program.id and seq in one.events]
            if told:
                return of_trace(max(told, key=lambda one: one.fired), self._zone), told[-1].fired
            state = step.folded.state.rules.get(self._key)
            if state is None or seq not in {hit.seq for hit in state.hits}:
                return self._ended_by(step, seq), False
        due = self._after.due if self._after is not None and self._after.due is not None else None
        return (f"venter til kl. {clock(due, self._zone)}." if due else "ventingen er ikke avgjort."), False

    def _ended_by(self, step: Step, seq: int) -> str:
        asked, entry = waited(self._program, step.before.rules.get(self._key)), step.entry
        began = next(
            (
                one.event.at
                for one in (past.entry for past in self._steps)
                if isinstance(one, Recorded) and one.seq == seq
            ),
            None,
        )
        held = span(entry.at - began) if began else "en stund"
        if isinstance(entry, Recorded):
            what = ", ".join(part for part in (kind_name(entry.event.kind), place_name(entry.event.place)) if part)
            verb = "venter" if self._program.missing else "må vare i"
            return f"{verb} {asked}; etter {held} kom: {what} (kl. {clock(entry.at, self._zone)})."
        if isinstance(entry, Command):
            return f"ventingen ble avsluttet kl. {clock(entry.at, self._zone)}: utstyr eller beboer ble flyttet."
        return f"ventingen ble avsluttet kl. {clock(entry.at, self._zone)}: regelen ble endret."
