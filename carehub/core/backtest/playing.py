"""The journal of one scope under other rules: the same fold, with the ticks that those rules would have asked for.

A hub looks at its deadlines each second, so a moment of which the very next entry is that near is left to that
entry, as it was live; every other deadline is judged at its own moment. In a stop of the hub nothing is judged
before the stop is over.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from carehub.core.events import Command, Tick
from carehub.core.findings import Finding, Outcome
from carehub.core.folding.floor import COVERED, FLOOR
from carehub.core.folding.fold import Folded, fold, note_state
from carehub.core.folding.journal import Recorded
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.chains import FOUND
from carehub.core.rules.rulebook import Rulebook

LOOK = timedelta(seconds=2)
_MOST_TICKS = 10_000

Given = Recorded | Tick | Command


class Stop(Struct, frozen=True):
    """The hub did not run: nothing was judged before `until`."""

    since: datetime
    until: datetime


class Past(Struct, frozen=True, kw_only=True):
    """What came before the first entry, and what is known of the time after it.

    Attributes:
        began: From when on the entries are whole.
        commands: Of this scope, before `began`: who was away then may still be, and what was tuned still is.
    """

    began: datetime
    commands: tuple[Command, ...] = ()
    stops: tuple[Stop, ...] = ()


class Player:
    """One scope under one rulebook."""

    def __init__(self, scope: str, book: Rulebook, past: "Past") -> None:
        self._book, self._stops = book, past.stops
        self._state = ScopeState(scope=scope)
        self._findings: list[Finding] = []
        self.faults = 0
        for command in past.commands:
            self._keep(fold(self._state, command, book, command.at))
        self._findings.clear()
        self._ticked(past.began)

    def take(self, entry: Given) -> None:
        """The next entry of the journal."""
        self._catch_up(entry.at - LOOK)
        if not isinstance(entry, Recorded):
            self._keep(fold(self._state, entry, self._book, entry.at))
        elif entry.outcome is Outcome.STATE_ONLY:
            self._state = note_state(self._state, entry.event)
        elif entry.outcome is not Outcome.TOO_LATE:
            self._keep(fold(self._state, entry.event, self._book, entry.event.at))

    def finish(self, until: datetime) -> None:
        """Nothing more was recorded: what is due by then is judged."""
        self._catch_up(until)

    def drained(self) -> list[Finding]:
        """What was found since the last call."""
        found, self._findings = self._findings, []
        return found

    def _catch_up(self, before: datetime) -> None:
        for _ in range(_MOST_TICKS):
            armed = self._state.armed
            if not armed or (due := min(armed.values())) >= before:
                return
            if self._stops and (due := self._woken(due)) >= before:
                return
            self._ticked(due)

    def _woken(self, due: datetime) -> datetime:
        return next((stop.until for stop in self._stops if stop.since <= due < stop.until), due)

    def _ticked(self, at: datetime) -> None:
        self._keep(fold(self._state, Tick(seq=0, at=at, scope=self._state.scope), self._book, at))

    def _keep(self, folded: Folded) -> None:
        self._state = folded.state
        if folded.findings:
            self._findings += folded.findings
        self.faults += len(folded.faults)


class Sides(Struct, frozen=True):
    """Today's rules, and what a draft would make of them.

    A draft touches a few rules, and most rules know nothing of one another: only those that change are folded twice.
    The floor knows them all, and a rule may watch another: there the whole draft is folded.

    Attributes:
        draft: What is folded for the draft: nothing, the changed rules, or all of them.
        replaced: The rules whose findings today are not the draft's; None where the draft stands alone.
    """

    today: Rulebook
    draft: Rulebook | None = None
    replaced: frozenset[str] | None = None

    @classmethod
    def of(cls, today: Rulebook, drafted: Rulebook | None) -> "Sides":
        """How to fold both with the least work."""
        if drafted is None:
            return cls(today)
        now, then = today.versions, drafted.versions
        changed = frozenset(one for one in {*now, *then} if now.get(one) != then.get(one))
        programs = [book.programs[one] for book in (today, drafted) for one in changed if one in book.programs]
        if any(program.kinds & COVERED for program in programs) or _in_a_chain(changed, today, drafted):
            return cls(today, drafted)
        parts = [program for program in drafted.programs.values() if program.id in changed]
        return cls(today, Rulebook.made(drafted.zone, parts, drafted.rules), changed)


def _in_a_chain(changed: frozenset[str], *books: Rulebook) -> bool:
    """Whether a rule that changes watches what others find, or is watched."""
    watched = {f"{FOUND}{one}" for one in changed}
    for book in books:
        for program in book.programs.values():
            if program.kinds & watched or (
                program.id in changed and any(kind.startswith(FOUND) for kind in program.kinds)
            ):
                return True
    return False


Found = tuple[list[Finding], list[Finding] | None]
"""What today's rules found, and what the draft would have; None where there is no draft."""


class Playing:
    """One scope's journal under both sides, piece by piece, so that a long one need not be in memory."""

    def __init__(self, scope: str, sides: Sides, past: Past) -> None:
        self._sides = sides
        self._players = [Player(scope, book, past) for book in (sides.today, sides.draft) if book is not None]
        self.events = 0

    def take(self, entries: Iterable[Given]) -> Found:
        """The next entries, in the hub's order; what was found since the last call.

        Changes of the rulebook are not among them: each side's book holds for the whole time.
        """
        for entry in entries:
            self.events += isinstance(entry, Recorded)
            for player in self._players:
                player.take(entry)
        return self._found()

    def finish(self, until: datetime) -> Found:
        """Nothing more was recorded: what is due by then is judged."""
        for player in self._players:
            player.finish(until)
        return self._found()

    @property
    def faults(self) -> int:
        """How often a rule raised an error."""
        return sum(player.faults for player in self._players)

    def _found(self) -> Found:
        today = self._players[0].drained()
        if len(self._players) == 1:
            return today, None
        draft = self._players[1].drained()
        if self._sides.replaced is None:
            return today, draft
        kept = [one for one in today if one.rule not in self._sides.replaced]
        own = [one for one in draft if one.rule != FLOOR]
        return today, sorted([*kept, *own], key=lambda one: one.at)
