"""Part of station 1: one batch on its way through the fold. No store, no clock, no waiting."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from carehub.contracts import Message
from carehub.core.days.usual import Usual
from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Deadline, Finding, Held, Outcome, RuleFault
from carehub.core.folding.fold import Folded, ScopeState, fold, note_state
from carehub.core.folding.silence import Silence
from carehub.core.kinds import EventKind
from carehub.core.rules.overrides import Override
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.receiving.intake import Draft, Intake, Letter, is_telemetry, letter_delivery, used_twice
from carehub.kit.failpoints import fail_at
from carehub.store.event_rows import EventRow
from carehub.store.registry import KnownDevice
from carehub.store.stream import HeldTrace

TOO_LATE = timedelta(hours=1)
_REMEMBERED_DELIVERIES = 20_000


@dataclass(slots=True)
class Note:
    """What enters the fold besides messages: a tick, a command, or the hub's own event."""

    scope: str
    command: CommandKind | None = None
    until: datetime | None = None
    by: str | None = None
    silence: Silence | None = None
    usual: Usual | None = None
    overrides: tuple[Override, ...] = ()
    device: str | None = None
    event: Event | None = None
    waits: "asyncio.Future[None] | None" = None
    """Whoever waits until it is stored and folded."""

    @property
    def is_tick(self) -> bool:
        """Whether a deadline, and nobody, asked for this."""
        return self.command is None and self.event is None

    def refuse(self, error: Exception) -> bool:
        """It can never be stored: whoever waits is told; True where nobody does and the operator must be."""
        if self.waits is not None and not self.waits.done():
            self.waits.set_exception(error)
        return self.event is not None and self.event.kind != EventKind.HUB_FAULT


@dataclass(slots=True)
class Load:
    """What one step takes from the queues."""

    messages: list[Message]
    notes: list[Note] = field(default_factory=list)
    waiting: "list[asyncio.Future[None]]" = field(default_factory=list)

    def came_again(self) -> None:
        """Nobody knows whether these were stored: what the store has of them is now a redelivery, no second press."""
        for message in self.messages:
            message.dup = True

    def stored(self) -> None:
        """Let everybody go on who waited for the commit."""
        for one in (*self.waiting, *(note.waits for note in self.notes if note.waits)):
            if not one.done():
                one.set_result(None)


@dataclass(slots=True)
class Work:
    """What one batch will write, all of it or nothing."""

    now: datetime
    seq: int
    drafts: list[Draft] = field(default_factory=list)
    rows: list[EventRow] = field(default_factory=list)
    inputs: list[Tick | Command] = field(default_factory=list)
    states: dict[str, ScopeState] = field(default_factory=dict)
    findings: list[tuple[Finding, Event | None]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    deadlines: dict[tuple[str, str], Deadline] = field(default_factory=dict)
    letters: list[tuple[Letter, int | None]] = field(default_factory=list)
    held_back: list[HeldTrace] = field(default_factory=list)
    faults: list[RuleFault] = field(default_factory=list)
    rulebook: Rulebook | None = None
    """The book that takes over with this batch, where one of its rules raised too often."""
    duplicates: int = 0
    delivered: set[str] = field(default_factory=set)
    """Deliveries without an id in this batch: the broker may have repeated one before we stored it."""
    listed: list[KnownDevice] = field(default_factory=list)
    """Devices that were heard for the first time, and are listed with this batch."""
    upon: "Work | None" = None
    """The batch before, where this one is folded while that is being stored."""

    def next_seq(self) -> int:
        """The next place in the hub's one order."""
        self.seq += 1
        return self.seq


@dataclass(slots=True)
class Folder:
    """Folds a batch over the cached states; what it makes counts only once `adopt` says that it is stored."""

    intake: Intake
    rulebook: Callable[[], Rulebook]
    states: dict[str, ScopeState] = field(default_factory=dict)
    deliveries: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def note(self, work: Work, note: Note, known: dict[str, str]) -> None:
        """Fold a tick, a command or an event of the hub's own; an event that is stored already is passed over."""
        if note.event is not None:
            key = note.event.dedup_key
            if key is None or key not in known:
                self._event(work, note.event)
            if key:
                known[key] = note.event.body_hash
            return
        seq, state = work.next_seq(), self._state(work, note.scope)
        given: Tick | Command = Tick(seq=seq, at=work.now, scope=note.scope)
        if note.command is not None:
            given = Command(
                seq=seq, at=work.now, scope=note.scope, kind=note.command, until=note.until, by=note.by,
                silence=note.silence, usual=note.usual, overrides=note.overrides, device=note.device,
            )  # fmt: skip
        work.inputs.append(given)
        self._take_in(work, state, fold(state, given, self.rulebook(), work.now), None)

    def draft(self, work: Work, draft: Draft, known: dict[str, str]) -> None:
        """Fold what one message became; a redelivery changes nothing.

        Args:
            known: Stored keys with the hash of what was stored under them; grows with this batch.
        """
        if draft.letter is not None:
            delivery = letter_delivery(draft.message)
            if not self._redelivered(work, draft.message, delivery):
                work.delivered.add(delivery)
                self.letter(work, draft.letter)
            return
        for event in draft.events:
            key = event.dedup_key
            before = known.get(key) if key else None
            if (before is not None and before == event.body_hash) or self._redelivered(
                work, draft.message, event.delivery
            ):
                work.duplicates += 1
                continue
            if key:
                known[key] = event.body_hash
            if before is None:
                self._event(work, event, retained=draft.message.retain)
            else:  # the same id with another body is another event, and a fault of the device
                twice = used_twice(event, work.seq)
                self._event(work, twice, retained=draft.message.retain)
                self._event(work, _fault(event, "Enheten brukte samme id på to ulike meldinger."))
        for event in draft.events:
            if event.delivery:
                work.delivered.add(event.delivery)

    def letter(self, work: Work, letter: Letter) -> None:
        """Set a message aside; where it may have been an alarm, it is one."""
        seq = None
        if letter.alarm_path and not letter.message.retain:
            seq = self._event(work, self.intake.unreadable(letter))
        work.letters.append((letter, seq))

    def adopt(self, work: Work) -> None:
        """The batch is stored: from now on its states and deliveries are what was."""
        self.states.update(work.states)
        for device in work.listed:
            self.intake.unknown.pop(device.id, None)
        for event, _, _ in work.rows:
            if event.delivery:
                self.remember(event.delivery)
        for letter, _ in work.letters:
            self.remember(letter_delivery(letter.message))

    def remember(self, delivery: str) -> None:
        """Keep the newest deliveries: only these may come again."""
        self.deliveries[delivery] = None
        if len(self.deliveries) > _REMEMBERED_DELIVERIES:
            self.deliveries.popitem(last=False)

    def _redelivered(self, work: Work, message: Message, delivery: str | None) -> bool:
        """Without an id, only the broker's own mark on a delivery that we stored lately makes a repeat.

        In any doubt it is another press (invariant 9).
        """
        if not message.dup or delivery is None:
            return False
        below = work.upon is not None and delivery in work.upon.delivered
        return below or delivery in self.deliveries or delivery in work.delivered

    def _state(self, work: Work, scope: str) -> ScopeState:
        found = work.states.get(scope)
        if found is None and work.upon is not None:
            found = work.upon.states.get(scope)
        if found is None:
            found = self.states.get(scope)
        return found if found is not None else ScopeState(scope=scope)

    def _event(self, work: Work, draft: Event, *, retained: bool = False) -> int:
        event = structs.replace(draft, seq=work.next_seq())
        state = self._state(work, event.scope)
        if retained:
            work.states[event.scope] = note_state(state, event)
            work.rows.append((event, Outcome.STATE_ONLY, None))
        elif _is_history(event):
            work.rows.append((event, Outcome.TOO_LATE, None))
        else:
            fail_at("rules.start")
            folded = fold(state, event, self.rulebook(), event.at)
            if folded.findings:
                fail_at("rules.matched")
            self._take_in(work, state, folded, event)
            work.rows.append((event, folded.outcome or Outcome.NO_RULE, folded.pending_until))
        return event.seq

    def _take_in(self, work: Work, before: ScopeState, folded: Folded, event: Event | None) -> None:
        if folded.state is not before:
            work.states[before.scope] = folded.state
        for finding in folded.findings:
            work.findings.append((finding, event if event and finding.event == event.seq else None))
        work.held.extend(folded.held)
        for deadline in folded.deadlines:
            work.deadlines[deadline.scope, deadline.key] = deadline
        if folded.traces:
            work.held_back += [(work.seq, before.scope, trace) for trace in folded.traces if trace.is_held_back]
        work.faults.extend(folded.faults)


def own_ids(fresh: Sequence[Draft], load: Load) -> list[str]:
    """Only senders with ids of their own can repeat themselves by id."""
    keys = [event.dedup_key for draft in fresh if draft.ids for event in draft.events]
    keys += [note.event.dedup_key for note in load.notes if note.event]
    return [key for key in keys if key]


def _is_history(event: Event) -> bool:
    """Telemetry that is well over: kept, but no rule is run on it as if it were now."""
    claim: Any = event.device_at
    return event.late and is_telemetry(event) and event.at - claim > TOO_LATE


def _fault(event: Event, words: str) -> Event:
    return Event(
        seq=0, at=event.at, kind=EventKind.HUB_FAULT, scope=event.scope, source="hub", device=event.device,
        resident=event.resident, place=event.place, detail=words,
    )  # fmt: skip


def hub_scope(about: str) -> str:
    """Where the hub tells of trouble with one of its parts."""
    return f"hub:{about}"[:80]


def hub_fault(now: datetime, words: str, *, about: str, key: str | None = None) -> Event:
    """The hub tells of its own trouble by its own road: an event, an alert, a ladder.

    Args:
        about: Which part is in trouble: each has an alert of its own, so that one does not hide behind another.
        key: Names what happened, so that it is told once, also when the hub dies in between.
    """
    return Event(
        seq=0, at=now, kind=EventKind.HUB_FAULT, scope=hub_scope(about), source="hub", detail=words,
        dedup_key=f"hub/{key}" if key else None,
    )  # fmt: skip
