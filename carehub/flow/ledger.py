"""Why no alert: what became of an event, told by folding the stored journal of its scope once more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carehub.core.findings import Outcome
from carehub.core.folding.activation import look_back
from carehub.core.folding.journal import Recorded, Step, refold
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.daily import MEMORY
from carehub.core.rules.overrides import Override
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.telling import SOURCE, Telling
from carehub.core.rules.verdicts import Verdict, general, verdicts, window_ends
from carehub.core.showing.terms import OUTCOMES
from carehub.store import journal, ledger, tables
from carehub.store.database import Session
from carehub.store.ledger import Told

MOST_READ = 20_000
_MEMORY = MEMORY + timedelta(days=1)
_LONGEST_LOOK = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one event.

    Attributes:
        general: Why no rule was asked; None where rules were.
        notes: Where the history is not whole, in words.
    """

    told: Told
    general: str | None
    verdicts: Sequence[Verdict]
    notes: Sequence[str]
    alerts: Sequence[tables.Alert] = ()
    held: Sequence[tables.HeldBack] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """What one rule made of a time: each event that it was shown, and what it decided when a window ended."""

    in_force: bool
    events: Sequence[tuple[int | None, Verdict]]
    ends: Sequence[Verdict]
    notes: Sequence[str]
    tuned: Sequence[Override] = ()
    """What was decided about the rule there, and held at some time between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    steps: list[Step]
    notes: list[str]


async def why_event(session: Session, seq: int, telling: Telling = SOURCE) -> Answer | None:
    """What became of this event, and what each rule that asks for its kind made of it; None if it is not stored."""
    told = (await ledger.told(session, {seq})).get(seq)
    if told is None:
        return None
    read = await _read(session, told.event.scope_id, told.event.at, told.event.at, telling)
    index = next(place for place, step in enumerate(read.steps) if step.entry.seq == seq)
    step = read.steps[index]
    return Answer(
        told=told, general=general(step, telling), verdicts=verdicts(read.steps, index, telling),
        notes=[*read.notes, *_disagreement(step, telling)],
        alerts=await ledger.alerts_of(session, seq), held=await ledger.held_back(session, seq),
    )  # fmt: skip


async def why_not(
    session: Session, resident: str, rule: str, start: datetime, end: datetime, telling: Telling = SOURCE
) -> Silent:
    """Why a rule did not alert for a resident between these moments, event by event."""
    whole = Silent(in_force=False, events=[], ends=[], notes=[])
    for scope in await ledger.homes_of(session, resident, start, end):
        part = _judged(await _read(session, scope, start, end, telling), rule, start, end, telling)
        whole = Silent(
            in_force=whole.in_force or part.in_force, events=[*whole.events, *part.events],
            ends=[*whole.ends, *part.ends], notes=[*whole.notes, *part.notes], tuned=[*whole.tuned, *part.tuned],
        )  # fmt: skip
    return replace(whole, notes=list(dict.fromkeys(whole.notes)), tuned=list(dict.fromkeys(whole.tuned)))


def _judged(read: _Read, rule: str, start: datetime, end: datetime, telling: Telling) -> Silent:
    inside = [index for index, step in enumerate(read.steps) if start <= step.entry.at <= end]
    before = [step for step in read.steps if step.entry.at <= end]
    program = next((found for step in reversed(before) if (found := step.rulebook.programs.get(rule))), None)
    events = [
        (_event_at(read.steps[index]), verdict)
        for index in inside for verdict in verdicts(read.steps, index, telling) if verdict.rule == rule
    ]  # fmt: skip
    notes = [*read.notes, *(note for index in inside for note in _disagreement(read.steps[index], telling))]
    ends = window_ends(read.steps, program, start, end, telling) if program else []
    tuned = [one for step in before for one in step.folded.state.tuning.told if one.rule == rule]
    held = [one for one in tuned if one.since <= end and (one.until is None or one.until > start)]
    return Silent(in_force=program is not None, events=events, ends=ends, notes=notes, tuned=held)


def _event_at(step: Step) -> int | None:
    return step.entry.seq if isinstance(step.entry, Recorded) else None


async def _read(session: Session, scope: str, start: datetime, end: datetime, telling: Telling) -> _Read:
    """Fold a scope's journal as far as it bears on this time, and on beyond it until every wait is over."""
    changes = await journal.activations(session)
    books = {one.seq: await journal.rules_of(session, one) for one in changes}
    since = await journal.start_for(session, scope, start, MOST_READ, _MEMORY)
    begun = [books[one.seq] for one in changes if one.seq <= since]
    waits = [look_back(book.programs.values()) for book in books.values()]
    until = end + min(max(waits, default=timedelta(0)), _LONGEST_LOOK)
    entries = await journal.entries(session, scope, since, until)
    book = begun[-1] if begun else Rulebook.safe_mode()
    steps = list(refold(ScopeState(scope=scope), entries, book, lambda one: books[one.seq]))
    say, notes = telling.say, list[str]()
    if since:
        notes.append(say("Historikken er lest fra hendelse %(seq)s; det som skjedde før, er ikke med.", seq=since + 1))
    if not changes or await journal.first_seq(session) < changes[0].seq:
        notes.append(say("Hvilke regler som gjaldt i begynnelsen av historikken, er ikke lagret."))
    if not since and await journal.first_seq(session) > 1:
        notes.append(say("Eldre historikk er slettet; det som skjedde før, er ikke med."))
    notes += [
        say("Regelen %(rule)s i utgave %(version)s kan ikke leses lenger, og er ikke med.", rule=rule, version=version)
        for one in changes for rule, version in one.rules.items() if rule not in books[one.seq].programs
    ]  # fmt: skip
    return _Read(steps=steps, notes=list(dict.fromkeys(notes)))


def _disagreement(step: Step, telling: Telling) -> list[str]:
    """A replay that comes to something else was not given the whole history, and must say so."""
    entry = step.entry
    if not isinstance(entry, Recorded) or step.folded.outcome is entry.outcome:
        return []
    again, stored = (
        telling.say(OUTCOMES[outcome]) for outcome in (step.folded.outcome or Outcome.NO_RULE, entry.outcome)
    )
    return [
        telling.say(
            "Hendelse %(seq)s: beregnet på nytt blir utfallet «%(again)s», lagret er «%(stored)s». Historikken er ikke "
            "hel, så forklaringen kan være feil.",
            seq=entry.seq, again=again, stored=stored,
        )
    ]  # fmt: skip
