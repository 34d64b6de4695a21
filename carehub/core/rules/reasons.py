"""Why one rule did or did not alert for one event: the first condition that did not hold, and by how much.

Each reason names its condition (`Because`), so that it can be put to the test: change that one condition by as little
as is said, and the verdict is another one.
"""

from collections.abc import Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.events import Event
from carehub.core.findings import Trace
from carehub.core.folding.journal import Step
from carehub.core.rules import fates, mismatch
from carehub.core.rules.changes import has_changed, is_number
from carehub.core.rules.describe import clauses
from carehub.core.rules.fields import Matcher
from carehub.core.rules.language import Rule
from carehub.core.rules.program import Program
from carehub.core.rules.shape_verdicts import of_change, of_check, of_trace, times_needed, waited
from carehub.core.rules.spans import length
from carehub.core.rules.state import DAILY, Shape, hit_of
from carehub.core.rules.telling import Telling
from carehub.core.rules.windows import clock


class Because(StrEnum):
    """What decided it."""

    ALERTED = "alerted"
    HELD_BACK = "held_back"
    """It would have alerted: a flag, a silence, a rest, or a change of the rule held it back."""
    FAULT = "fault"
    PLACE = "place"
    DEVICE = "device"
    """Another sort of device."""
    VALUE = "value"
    BETWEEN = "between"
    ALREADY = "already"
    """An earlier event had started the waiting, and the first counts."""
    ENDS = "ends"
    """The event itself ended a waiting, or there was none to end."""
    NO_END = "no_end"
    """Its kind may end a waiting, but this one does not."""
    ENDED = "ended"
    """What the event had started was ended before its time."""
    WAITS = "waits"
    COUNT = "count"
    STEP = "step"
    """The step before this one had not come."""
    STEPS = "steps"
    """The step after this one did not come."""
    CHANGE = "change"
    """The value had not changed by so much."""
    CHECKED = "checked"
    """The rule looks at what is so at a time of day."""
    OTHER = "other"
    """For such a rule: not what it looks for."""
    SIGN = "sign"
    """A sign of life, for a rule that alerts when there is none."""


class Said(Struct, frozen=True):
    """A reason in words."""

    because: Because
    words: str
    alerted: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """One rule's word on one event.

    Attributes:
        alerted: Whether it came to an alert, at once or in the end; also where an earlier event had begun it.
    """

    rule: str
    version: str
    title: str
    words: str
    because: Because
    alerted: bool = False


def told(trace: Trace, zone: ZoneInfo, telling: Telling) -> Said:
    """What a trace says, in a sentence."""
    because = Because.ALERTED if trace.fired else Because.HELD_BACK
    return Said(because, of_trace(trace, zone, telling), alerted=trace.fired)


class Reader:
    """One rule and one event, with the journal around them."""

    def __init__(self, steps: Sequence[Step], index: int, event: Event, program: Program, telling: Telling) -> None:
        self._telling, self._say = telling, telling.say
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
        said = self._said()
        return Verdict(
            rule=self._program.id, version=self._program.version, because=said.because, alerted=said.alerted,
            title=self._telling.own(self._rule.title), words=_capital(said.words),
        )  # fmt: skip

    def _said(self) -> Said:
        if any(one.rule == self._program.id for one in self._step.folded.faults):
            return Said(Because.FAULT, self._say("regelen feilet, og hendelsen gikk videre uten den."))
        trace = self._trace_at(self._step)
        if trace is not None:
            return told(trace, self._zone, self._telling)
        return self._sequence() if self._program.shape is Shape.SEQUENCE else self._quiet()

    def _quiet(self) -> Said:
        """Nothing was decided at this place."""
        if self._program.base is not None and self._program.base.fits(self._event):
            return self._checked() if self._program.shape is Shape.CHECK else self._changed()
        if not self._program.steps[0].fits(self._event):
            return self._cancel() or self._no_end() or self._mismatch(self._asked)
        return self._sign() if self._program.shape is Shape.ABSENT else self._started()

    @property
    def _asked(self) -> tuple[Matcher, ...]:
        rule = self._rule
        asked = rule.absent.of if rule.absent else rule.check.is_ if rule.check else rule.watch
        return tuple(asked or ())

    def _mismatch(self, asked: Sequence[Matcher]) -> Said:
        because = Because(mismatch.what(asked, self._event).value)
        return Said(because, f"{mismatch.of_event(asked, self._event, self._telling)}.")

    def _changed(self) -> Said:
        """A value that is compared: it has not changed by so much, or it has and is not what is asked for."""
        if not is_number(self._event.value):
            return Said(Because.VALUE, self._say("målingen var ikke et tall."))
        program, event = self._program, self._event
        past = [one for one in self._before.hits if event.at - one.at <= program.wait] if self._before else []
        if past and has_changed(past[0], hit_of(event), program.by):
            outside = self._outside()
            return Said(Because.BETWEEN, f"{outside}.") if outside else self._mismatch(self._asked)
        return Said(Because.CHANGE, of_change(program, event, self._before, self._zone, self._telling))

    def _checked(self) -> Said:
        """What a rule that looks at a time of day makes of one event, and what came of it then."""
        program, seq = self._program, self._event.seq
        if not program.steps[0].fits(self._event):
            return Said(Because.OTHER, of_check(program, self._event, self._after, self._zone, self._telling))
        known = (
            next((one for one in self._after.hits if one.device == self._event.device), None) if self._after else None
        )
        if known is not None and known.seq != seq:
            fate = self._fate(known.seq)
            words = self._say("var meldt allerede kl. %(time)s.", time=clock(known.at, self._zone))
            return Said(Because.ALREADY, f"{words} {_capital(fate.words)}", fate.alerted)
        words, fate = of_check(program, self._event, self._after, self._zone, self._telling), self._fate(seq)
        if fate.because is Because.WAITS:
            return Said(Because.CHECKED, words)
        return Said(fate.because, f"{words} {_capital(fate.words)}", fate.alerted)

    def _no_end(self) -> Said | None:
        """Of a kind that the rule asks for only as what ends its waiting."""
        if self._event.kind in self._program.steps[0].tests:
            return None
        if self._program.shape is Shape.CHECK:
            return Said(
                Because.OTHER,
                self._say("dette kom fra et annet sted eller en annen type utstyr enn regelen ser på."),
            )
        ends = (self._rule.then_missing,) if self._rule.then_missing else self._rule.until or ()
        why = mismatch.of_ending(ends, self._event, self._telling)
        return Said(Because.NO_END, self._say("avslutter ingen venting: %(why)s.", why=why))

    def _sign(self) -> Said:
        what = clauses(self._asked, self._telling.language)
        sign = self._say("et livstegn. Regelen sier bare fra når ingenting av dette skjer: %(what)s.", what=what)
        later = self._later_trace()
        if later is not None:
            last = told(later, self._zone, self._telling).words
            sign = " ".join([sign, self._say("Dette var det siste."), last])
        return Said(Because.SIGN, sign)

    def _started(self) -> Said:
        if self._already_waits:
            first = self._before.hits[0] if self._before else None
            if first is None:
                return Said(Because.ALREADY, self._say("ventet allerede, og den første teller."))
            fate, at = self._fate(first.seq), clock(first.at, self._zone)
            words = self._say("ventet allerede siden kl. %(time)s, og den første teller.", time=at)
            return Said(Because.ALREADY, f"{words} {_capital(fate.words)}", fate.alerted)
        outside = self._outside()
        if outside:
            return Said(Because.BETWEEN, f"{outside}.")
        return self._count() if self._program.shape is Shape.COUNT else self._fate(self._event.seq)

    @property
    def _already_waits(self) -> bool:
        """What both ends and starts a waiting starts it anew."""
        program = self._program
        ends = program.ends(self._event, self._before)
        return program.shape is Shape.WAIT and not ends and self._before is not None and self._before.due is not None

    def _cancel(self) -> Said | None:
        program = self._program
        if not program.ends(self._event, self._before):
            return None
        if self._before is None or self._before.due is None:
            return Said(Because.ENDS, self._say("dette avslutter en venting, men regelen ventet ikke på noe."))
        began = self._before.hits[0]
        words = self._say(
            "avsluttet ventingen som begynte kl. %(time)s: regelen venter %(wait)s, dette kom etter %(after)s.",
            time=clock(began.at, self._zone), wait=waited(program, self._before, self._telling),
            after=self._telling.span(self._event.at - began.at),
        )  # fmt: skip
        return Said(Because.ENDS, words)

    def _count(self) -> Said:
        hits = self._after.hits if self._after is not None else ()
        times = ", ".join(clock(hit.at, self._zone) for hit in hits)
        words = self._say(
            "trenger %(needed)s i løpet av %(wait)s; dette var nr. %(number)s (%(times)s).", number=len(hits),
            needed=times_needed(self._program, self._step.before, self._event, self._telling), times=times,
            wait=length(self._program.wait, self._telling.language),
        )  # fmt: skip
        later = self._later_trace()
        ending = told(later, self._zone, self._telling) if later else Said(Because.COUNT, "")
        return Said(ending.because, f"{words} {ending.words}".rstrip(), ending.alerted)

    def _sequence(self) -> Said:
        chains = self._after.chains if self._after is not None else ()
        mine = [chain for chain in chains if chain and chain[-1].seq == self._event.seq]
        if not mine:
            return self._no_step()
        later = self._later_trace()
        if later is not None:
            return told(later, self._zone, self._telling)
        chain, number = max(mine, key=len), len(self._program.steps)
        fate = fates.of_chain(self._ahead, self._key, self._program, chain, self._zone, self._telling)
        words = self._say("steg %(step)s av %(all)s.", step=len(chain), all=number)
        return Said(Because.STEPS, f"{words} {_capital(fate)}")

    def _no_step(self) -> Said:
        fitting = [number for number, one in enumerate(self._program.steps, 1) if one.fits(self._event)]
        if not fitting:
            return self._mismatch(self._rule.sequence.steps if self._rule.sequence else ())
        if fitting[0] == 1:  # it would have begun a chain, if the time of day had let it
            outside = self._outside()
            return Said(Because.BETWEEN, f"{outside}." if outside else self._say("steget telte ikke."))
        words = self._say(
            "dette er steg %(step)s, men steget før kom ikke i løpet av %(wait)s.", step=fitting[-1],
            wait=length(self._program.wait, self._telling.language),
        )  # fmt: skip
        return Said(Because.STEP, words)

    def _outside(self) -> str | None:
        """By how much the event came at the wrong time of day; None where any time is right."""
        window = self._program.window
        return mismatch.of_time(window, self._event.at, self._zone, self._telling) if window else None

    # --- what came of it later ---

    @property
    def _ahead(self) -> Sequence[Step]:
        return self._steps[self._index + 1 :]

    def _trace_at(self, step: Step) -> Trace | None:
        """The rule's trace at this place that names the event; of several the one that fired."""
        return fates.trace_at(step, self._program, self._event.seq)

    def _later_trace(self) -> Trace | None:
        return next((one for step in self._ahead if (one := self._trace_at(step))), None)

    def _fate(self, seq: int) -> Said:
        """What became of a wait that the event `seq` began."""
        newest = self._after
        for step in self._ahead:
            trace = fates.trace_at(step, self._program, seq)
            if trace is not None:
                return told(trace, self._zone, self._telling)
            newest = step.folded.state.rules.get(self._key)
            if newest is None or seq not in {hit.seq for hit in newest.hits}:
                return Said(Because.ENDED, fates.of_wait(step, self._key, self._program, seq, self._telling))
        due = newest.due if newest is not None else None  # a clock that was set has moved it
        if due is None:
            return Said(Because.WAITS, self._say("ventingen er ikke avgjort."))
        return Said(Because.WAITS, self._say("venter til kl. %(time)s.", time=clock(due, self._zone)))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
