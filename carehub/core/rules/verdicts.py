"""What each rule made of one event, in plain words: the first condition that did not hold, and by how much.

Read from a journal that was folded again (`carehub.core.folding.journal`), never guessed. The sentences speak of what
was seen and of what the rule asks; they name nobody.
"""

from collections.abc import Sequence
from datetime import datetime

from carehub.core.events import Event
from carehub.core.findings import Finding, Outcome
from carehub.core.folding import floor
from carehub.core.folding.activation import Activation
from carehub.core.folding.journal import Recorded, Step
from carehub.core.kinds import LIFE_SAFETY, aspect
from carehub.core.rules import chains, daily
from carehub.core.rules.fates import trace_at
from carehub.core.rules.program import Program
from carehub.core.rules.reasons import Because, Reader, Verdict, told
from carehub.core.rules.state import DAILY, RuleState, Shape
from carehub.core.rules.telling import SOURCE, Telling
from carehub.core.rules.windows import clock

__all__ = ["Verdict", "general", "verdicts", "window_ends"]


def general(step: Step, telling: Telling = SOURCE) -> str | None:  # noqa: PLR0911 - one for each reason
    """Why no rule was asked at all; None where rules were."""
    entry = step.entry
    if not isinstance(entry, Recorded):
        return None
    event, zone, say = entry.event, step.rulebook.zone, telling.say
    kind = telling.kind(event.kind)
    match entry.outcome:
        case Outcome.STATE_ONLY:
            return say("MQTT-tjeneren hadde spart på meldingen fra før. Den tas som tilstand, aldri som alarm.")
        case Outcome.TOO_LATE if event.device_at:
            return say("Enheten sier at det skjedde for over en time siden (kl. %(time)s). Det er lagret, men ingen "
                       "regel er spurt.", time=clock(event.device_at, zone))  # fmt: skip
        case Outcome.TOO_LATE:
            return say("Enheten sier at det skjedde for over en time siden. Det er lagret, men ingen regel er spurt.")
        case Outcome.UNCHANGED:
            last = step.before.seen.get(f"{event.device}/{aspect(event.kind)}")
            if last is None:
                return say("Enheten gjentok det den sa: %(kind)s. Ingen regel spørres om det samme igjen.", kind=kind)
            return say("Enheten gjentok det den sa kl. %(time)s: %(kind)s. Ingen regel spørres om det samme igjen.",
                       time=clock(last.at, zone), kind=kind)  # fmt: skip
        case _ if event.kind not in step.rulebook.asking and event.kind not in LIFE_SAFETY and not _floors(step):
            return say("Ingen regel spør etter «%(kind)s».", kind=kind)
        case _:
            return None


def verdicts(steps: Sequence[Step], index: int, telling: Telling = SOURCE) -> list[Verdict]:
    """What each rule that was asked at this place made of it, and what came of it later.

    Rules are asked about the event, and about what other rules found here, which may be at no event but a deadline.
    """
    step = steps[index]
    others = [chains.derived(one) for one in step.folded.findings if one.rule != floor.FLOOR]
    found = [_told_of(steps, index, one, telling) for one in others]
    told_rules = [verdict for several in found for verdict in several]
    entry = step.entry
    if not isinstance(entry, Recorded) or general(step) is not None:
        return told_rules
    floors = [_of_floor(finding, telling) for finding in _floors(step)]
    if any(is_test for is_test, _ in floors):  # the one alarm for which its device was put on test: no rule was asked
        return [verdict for _, verdict in floors]
    return [*_told_of(steps, index, entry.event, telling), *told_rules, *(verdict for _, verdict in floors)]


def _told_of(steps: Sequence[Step], index: int, event: Event, telling: Telling) -> list[Verdict]:
    asking = steps[index].rulebook.asking.get(event.kind, ())
    return [Reader(steps, index, event, one, telling).read() for one in asking]


def _floors(step: Step) -> list[Finding]:
    return [finding for finding in step.folded.findings if finding.rule == floor.FLOOR]


def _of_floor(finding: Finding, telling: Telling) -> tuple[bool, Verdict]:
    test, say = any(one.name == "test" for one in finding.trace.conditions), telling.say
    if test:
        title, words = say("Prøve"), say("Varslet som en prøve av utstyret.")
    else:
        title, words = say("Livsviktig hendelse"), say("Varslet: dette varsles alltid, uansett regler.")
    return test, Verdict(
        rule=finding.rule, version=finding.version, title=title, words=words, because=Because.ALERTED, alerted=True
    )


def window_ends(
    steps: Sequence[Step], program: Program, start: datetime, end: datetime, telling: Telling = SOURCE
) -> list[Verdict]:
    """What a rule that misses something decided at the end of each of its windows in the time asked for."""
    found = []
    for step in steps:
        if not start <= step.entry.at <= end or isinstance(step.entry, Activation):
            continue
        for key, state in step.before.rules.items():
            due = state.due
            if state.shape in DAILY and key.partition("/")[0] == program.id and due and due <= step.entry.at:
                found.append(_window_end(step, program, state, due, telling))
    return found


def _window_end(step: Step, program: Program, state: RuleState, due: datetime, telling: Telling) -> Verdict:
    zone, say = step.rulebook.zone, telling.say
    because, words = Because.SIGN, say("Regelen har ikke sett noe slikt ennå, og sier ikke fra før den har det.")
    last = state.hits[-1] if state.hits else None
    trace = trace_at(step, program, last.seq if last else None)
    if trace is not None:
        because, words = (said := told(trace, zone, telling)).because, said.words
    elif any(one.rule == program.id for one in step.folded.faults):
        because, words = Because.FAULT, say("Regelen feilet, og sa ikke fra.")
    elif state.shape is Shape.CHECK:
        words = say("Regelen ble ikke spurt.")
    elif last is not None and due - last.happened > daily.MEMORY:
        words = say("Ikke sett på over en uke. Regelen er blind og sier ikke fra.")
    elif last is not None:
        seen, kind = last.happened.astimezone(zone), telling.kind(last.kind)
        words = say("Sett sist %(day)s kl. %(time)s (%(kind)s), innenfor tiden.",
                    day=f"{seen:%d.%m.}", time=f"{seen:%H:%M}", kind=kind)  # fmt: skip
    return Verdict(
        rule=program.id, version=program.version, title=_title(step, program, telling), because=because,
        words=say("Kl. %(time)s: %(what)s", time=clock(due, zone), what=words), alerted=because is Because.ALERTED,
    )  # fmt: skip


def _title(step: Step, program: Program, telling: Telling) -> str:
    rule = step.rulebook.rules.get(program.id)
    return telling.own(rule.title) if rule else program.id
