"""What each rule made of one event, in plain bokmål: the first condition that did not hold, and by how much.

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
from carehub.core.rules.windows import clock
from carehub.core.showing.terms import kind_name

__all__ = ["Verdict", "general", "verdicts", "window_ends"]


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
        case _ if event.kind not in step.rulebook.asking and event.kind not in LIFE_SAFETY and not _floors(step):
            return f"Ingen regel spør etter «{kind_name(event.kind)}»."
        case _:
            return None


def verdicts(steps: Sequence[Step], index: int) -> list[Verdict]:
    """What each rule that was asked at this place made of it, and what came of it later.

    Rules are asked about the event, and about what other rules found here, which may be at no event but a deadline.
    """
    step = steps[index]
    found = [_told_of(steps, index, chains.derived(one)) for one in step.folded.findings if one.rule != floor.FLOOR]
    told_rules = [verdict for several in found for verdict in several]
    entry = step.entry
    if not isinstance(entry, Recorded) or general(step) is not None:
        return told_rules
    floors = [_of_floor(finding) for finding in _floors(step)]
    if any(is_test for is_test, _ in floors):  # the one alarm for which its device was put on test: no rule was asked
        return [verdict for _, verdict in floors]
    return [*_told_of(steps, index, entry.event), *told_rules, *(verdict for _, verdict in floors)]


def _told_of(steps: Sequence[Step], index: int, event: Event) -> list[Verdict]:
    asking = steps[index].rulebook.asking.get(event.kind, ())
    return [Reader(steps, index, event, one).read() for one in asking]


def _floors(step: Step) -> list[Finding]:
    return [finding for finding in step.folded.findings if finding.rule == floor.FLOOR]


def _of_floor(finding: Finding) -> tuple[bool, Verdict]:
    test = any(one.name == "test" for one in finding.trace.conditions)
    words = "Varslet som en prøve av utstyret." if test else "Varslet: dette varsles alltid, uansett regler."
    title = "Prøve" if test else "Livsviktig hendelse"
    return test, Verdict(
        rule=finding.rule, version=finding.version, title=title, words=words, because=Because.ALERTED, alerted=True
    )


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
    zone, at = step.rulebook.zone, f"Kl. {clock(due, step.rulebook.zone)}"
    because, words = Because.SIGN, "Regelen har ikke sett noe slikt ennå, og sier ikke fra før den har det."
    last = state.hits[-1] if state.hits else None
    trace = trace_at(step, program, last.seq if last else None)
    if trace is not None:
        because, words = (said := told(trace, zone)).because, said.words
    elif any(one.rule == program.id for one in step.folded.faults):
        because, words = Because.FAULT, "Regelen feilet, og sa ikke fra."
    elif state.shape is Shape.CHECK:
        words = "Regelen ble ikke spurt."
    elif last is not None and due - last.at > daily.MEMORY:
        words = "Ikke sett på over en uke. Regelen er blind og sier ikke fra."
    elif last is not None:
        seen = f"{last.at.astimezone(zone):%d.%m. kl. %H:%M}"
        words = f"Sett sist {seen} ({kind_name(last.kind)}), innenfor tiden."
    return Verdict(
        rule=program.id, version=program.version, title=_title(step, program), words=f"{at}: {words}", because=because,
        alerted=because is Because.ALERTED,
    )  # fmt: skip


def _title(step: Step, program: Program) -> str:
    rule = step.rulebook.rules.get(program.id)
    return rule.title.nb if rule else program.id
