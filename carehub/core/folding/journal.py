"""The journal of one scope, folded again: the same rules at the same places give the same states and findings."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from carehub.core.events import Command, Event, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.activation import Activation, changed, in_scope, look_back, take_over
from carehub.core.folding.fold import Folded, fold, note_state
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook

TELLS_NOTHING = frozenset({Outcome.UNCHANGED, Outcome.STATE_ONLY, Outcome.TOO_LATE})
"""Outcomes of events that no rule was shown."""


class Recorded(Struct, frozen=True, kw_only=True):
    """An event as it was stored, with what became of it then."""

    event: Event
    outcome: Outcome
    pending_until: datetime | None = None

    @property
    def seq(self) -> int:
        """Its place in the hub's one order."""
        return self.event.seq

    @property
    def at(self) -> datetime:
        """When the hub received it."""
        return self.event.at


Entry = Recorded | Tick | Command | Activation


class Step(Struct, frozen=True, kw_only=True):
    """One entry with the state before it, what came of it, and the rules that judged."""

    entry: Entry
    before: ScopeState
    folded: Folded
    rulebook: Rulebook


def refold(
    state: ScopeState, entries: Iterable[Entry], rulebook: Rulebook, book_of: Callable[[Activation], Rulebook]
) -> Iterator[Step]:
    """Fold a scope's journal once more, changing the rules where they were changed.

    Args:
        state: The scope's state before the first entry.
        rulebook: The rules in force before the first entry.
        book_of: The stored rules of an activation.
    """
    past: list[Entry] = []
    fired: set[tuple[str, int]] = set()
    for entry in entries:
        before, book = state, rulebook
        if isinstance(entry, Activation):
            book = book_of(entry)
            folded = _took_over(state, changed(rulebook.versions, book), past, fired, book, entry.at)
        else:
            folded = _folded(state, entry, rulebook)
        state, rulebook = folded.state, book
        past.append(entry)
        fired.update((one.rule, seq) for one in folded.findings for seq in one.trace.events)
        yield Step(entry=entry, before=before, folded=folded, rulebook=book.for_scope(state.tuning))


def _folded(state: ScopeState, entry: Recorded | Tick | Command, rulebook: Rulebook) -> Folded:
    if not isinstance(entry, Recorded):
        return fold(state, entry, rulebook, entry.at)
    if entry.outcome is Outcome.STATE_ONLY:
        return Folded(state=note_state(state, entry.event), outcome=Outcome.STATE_ONLY)
    if entry.outcome is Outcome.TOO_LATE:
        return Folded(state=state, outcome=Outcome.TOO_LATE)
    return fold(state, entry.event, rulebook, entry.event.at)


def _took_over(
    state: ScopeState, programs: tuple[Program, ...], past: list[Entry], fired: set[tuple[str, int]],
    book: Rulebook, now: datetime,
) -> Folded:  # fmt: skip
    mine = in_scope(programs, book, state)
    history = list(_history(past, programs, now - look_back(programs)))
    taken = take_over(state, mine, history, fired, book, now)
    return Folded(
        state=taken.state, findings=taken.findings, deadlines=taken.deadlines,
        traces=(*(one.trace for one in taken.findings), *taken.dropped),
    )  # fmt: skip


def _history(past: Iterable[Entry], programs: Iterable[Program], since: datetime) -> Iterator[Event | Command]:
    """What `take_over` asks of the stream; `carehub.store.journal.history` asks the store for the same."""
    kinds = {kind for program in programs for kind in program.kinds}
    for one in past:
        if isinstance(one, Command):
            yield one
        elif isinstance(one, Recorded) and one.event.kind in kinds and one.at >= since and _tells(one):
            yield one.event


def _tells(one: Recorded) -> bool:
    return one.outcome not in TELLS_NOTHING
