"""Station 1: what has arrived becomes events, state, alerts and notices in one transaction; then it is acknowledged.

A batch is whatever queued up while the last commit ran, so a quiet hub commits single messages at once and a busy one
shares each fsync between hundreds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from carehub.contracts import Message, Transport
from carehub.core.findings import Outcome
from carehub.core.folding.fold import ScopeState
from carehub.flow.hub import Hub
from carehub.flow.receiving.activation import activate, adopting
from carehub.flow.receiving.ahead import Ahead
from carehub.flow.receiving.batch import Folder, Load, Work, hub_fault, own_ids
from carehub.flow.receiving.care import ENDED_US, Care
from carehub.flow.receiving.intake import Draft, Intake
from carehub.flow.receiving.queue import BATCH, Counts, Queue
from carehub.flow.receiving.unsaved import store_damaged, store_failed, stored_again
from carehub.flow.receiving.written import written
from carehub.flow.watching import ruleguard
from carehub.flow.watching.signs import Signs
from carehub.kit.failpoints import fail_at
from carehub.kit.log import log
from carehub.store import ownership, registry, stream
from carehub.store.database import Session
from carehub.store.errors import StoreDamaged, is_malformed, is_unavailable

_LONGEST_PAUSE_S = 1.0
_ENDS_US = (ownership.OwnershipLost, StoreDamaged)


class Ingest(Queue):
    """The one owner of its scopes: alone it runs their events, ticks and commands."""

    def __init__(self, hub: Hub, intake: Intake, transport: Transport | None = None) -> None:
        super().__init__(intake)
        self._hub = hub
        self.folder = Folder(intake, lambda: hub.rulebook)
        self.ahead = Ahead(self.folder, self.beyond)
        self._transport = transport
        self._seq = self._epoch = 0
        self._stopping = self._in_doubt = False
        self.signs = Signs()
        """What devices have shown of themselves; the watch station writes it down."""
        self.counts = Counts()
        self.care: Care | None = None
        """Set after a crash: then one message is taken at a time, and written down before it is read."""

    def deliver(self, message: Message) -> None:
        """Take one message; what comes while a batch is stored may be folded meanwhile."""
        super().deliver(message)
        self.ahead.look()

    def hear_by(self, transport: Transport | None) -> None:
        """From now on this road is told what is stored."""
        self._transport = transport

    async def own(self, owner: str, *, alone: bool) -> bool:
        """Become the owner of the scopes; False while another process's lease runs."""
        async with self._hub.database.write() as session:
            row = await ownership.claim(session, owner, self._hub.clock(), alone=alone)
            if row is None:
                return False
            self._epoch = row.epoch
            await self._recall(session)
            self._seq = await activate(self._hub, session, self._epoch, self._seq, self.intake.registry.units)
            await ownership.hold(session, self._epoch, self._hub.clock(), next_seq=self._seq + 1)
        self._hub.adopt = self.adopt
        return True

    async def _recall(self, session: Session) -> None:
        """Know only what the store knows: the place in the order, and what can be delivered again."""
        self.ahead.end(is_stored=False)
        self.folder.states.clear()
        self._seq = max(await stream.last_seq(session), await ownership.last_seq(session))
        for device in await registry.listed(session, self.intake.unknown):
            del self.intake.unknown[device]
        for delivery in await stream.recent_deliveries(session):
            self.folder.remember(delivery)
        self._in_doubt = False

    async def keep(self) -> None:
        """Renew the lease of a quiet hub; a busy one renews it with every batch."""
        async with self._hub.database.write() as session:
            await ownership.hold(session, self._epoch, self._hub.clock())

    # --- the loop -----------------------------------------------------------------------

    async def run(self) -> None:
        """Work until stopped; a broken store is waited for, with nothing acknowledged meanwhile."""
        while not self._stopping:
            await self.arrival()
            while self.waiting and not self._stopping:
                await self.company()
                await self.step()

    def stop(self) -> None:
        """Finish the batch at hand, then leave; what was not acknowledged comes again."""
        self._stopping = True
        self._press()

    async def step(self) -> None:
        """One batch, one transaction; on a failing store the same batch again until it holds."""
        while self.adopting:
            await self._change_rules()
        now, began = self._hub.clock(), asyncio.get_running_loop().time()
        load = self.take(self.care.most(now) if self.care else BATCH, folded=self.ahead.folded)
        if self.care is not None and self.care.refuses(load, now):
            return await self.quarantine(load)
        try:
            work = await self._insist(load, self._store)
        except _ENDS_US:
            raise
        except Exception as error:  # noqa: BLE001 - one message that nobody foresaw must not stop the others
            return await self._one_by_one(load, error)
        self._after(work, load)
        self.lasted(len(load.messages), asyncio.get_running_loop().time() - began)
        return None

    async def _change_rules(self) -> None:
        """Other rules take over between two batches; where that fails, those before judge on."""
        async with adopting(self._hub, *self.adopting.popleft()) as session:
            seq = await activate(self._hub, session, self._epoch, self._seq, self.intake.registry.units)
            await ownership.hold(session, self._epoch, self._hub.clock(), next_seq=seq + 1)
        self._in_doubt = True  # what is stored now is read anew before the next batch
        self._hub.wake.deliver.set()

    async def quarantine(self, load: Load) -> None:
        """Set aside what ended the hub: where it may have been an alarm, it becomes one."""
        await self._set_aside(load, ENDED_US)

    async def _insist(self, load: Load, store: Callable[[Load], Awaitable[Work]]) -> Work:
        """The same again until the store holds; what would fail for ever is raised.

        A commit that failed may have been one that held, so the store is asked anew what it knows.
        """
        pause = 0.2
        while True:
            try:
                if self._in_doubt:
                    async with self._hub.database.glance() as session:
                        await self._recall(session)
                work = await store(load)
            except Exception as error:
                self._in_doubt = True
                load.came_again()
                if not is_unavailable(error):
                    raise
                came = [*load.messages, *self.alarms_waiting]
                if is_malformed(error):
                    await store_damaged(self._hub, self.intake, came, error)
                log.error("ingest.store_failed", error=repr(error)[:300], waiting=self.waiting)
                self._hub.health.beats.pop("ingest", None)
                await self._hub.database.reopen()
                await store_failed(self._hub, self.intake, came, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            else:
                stored_again(self._hub)
                return work

    async def _one_by_one(self, load: Load, error: Exception) -> None:
        """A message that the store or the fold cannot take is set aside; its neighbours are not harmed."""
        parts = [Load([message]) for message in load.messages] + [Load([], [note]) for note in load.notes]
        for part in parts:
            try:
                self._after(await self._insist(part, self._store), part)
            except _ENDS_US:
                raise
            except Exception as again:  # noqa: BLE001 - as in step(): kept for inspection, and the rest goes on
                log.error("ingest.poison", error=repr(again)[:300], first=repr(error)[:100])
                await self._set_aside(part, again)
        load.stored()

    async def _set_aside(self, load: Load, error: Exception) -> None:
        work = await self._insist(load, partial(self._store_letters, error))
        if any(note.refuse(error) for note in load.notes):
            words = f"En egen hendelse kunne ikke lagres: {type(error).__name__}."
            self.observe(hub_fault(work.now, words, about="poison"))
        self._after(work, load)

    async def _store_letters(self, error: Exception, load: Load) -> Work:
        work = Work(self._hub.clock(), self._seq)
        async with self._hub.database.write() as session:
            for message in load.messages:
                letter = self.intake.set_aside(message, repr(error)[:400])
                await self._load_states(session, {self.intake.unreadable(letter).scope})
                self.folder.letter(work, letter)
            await self._write(session, work)
        return work

    async def _store(self, load: Load) -> Work:
        """One transaction, also for what the fold must know first: on a busy hub each one more is a wait."""
        fail_at("ingest.begin")
        work = self.ahead.claim(load, self._seq) or Work(self._hub.clock(), self._seq)
        read = [draft for message in load.messages[len(work.drafts) :] if (draft := self.intake.read(message))]
        fresh = [draft for draft in read if draft.may_be_an_alarm or not self._hub.health.no_room]
        try:
            await self._keep(work, fresh, load)
        except stream.KnownAlready as found:
            again, work = work.drafts, Work(work.now, self._seq)
            await self._keep(work, again, load, found.keys)
        fail_at("ingest.committed")
        if work.findings:
            fail_at("alert.committed")
        return work

    async def _keep(self, work: Work, fresh: list[Draft], load: Load, known: dict[str, str] | None = None) -> None:
        is_stored = False
        try:
            async with self._hub.database.write() as session:
                await self._load_states(session, self._scopes(fresh, load))
                known = known or await stream.known_before(session, own_ids(fresh, load))
                self._fold(work, fresh, load, known)
                if self._may_look_ahead(work):
                    self.ahead.begin(work, self.room)
                await self._write(session, work)
            is_stored = True
        finally:
            self.ahead.end(is_stored=is_stored)

    def _may_look_ahead(self, work: Work) -> bool:
        """Not where the rules may change with this batch, nor where messages are to be read one by one."""
        careful = self.care is not None and self.care.most(self._hub.clock()) < BATCH
        return not (careful or work.faults or self.adopting or self._hub.health.no_room)

    def _fold(self, work: Work, fresh: list[Draft], load: Load, known: dict[str, str]) -> None:
        for note in load.notes:
            if not note.is_tick:
                self.folder.note(work, note, known)
        for draft in fresh:
            self.folder.draft(work, draft, known)
        work.drafts += fresh
        for note in load.notes:
            if note.is_tick:  # last: what was received before the deadline is heard before it is judged
                self.folder.note(work, note, known)

    def _scopes(self, fresh: list[Draft], load: Load) -> set[str]:
        letters = [draft.letter for draft in fresh if draft.letter and draft.letter.alarm_path]
        return (
            {event.scope for draft in fresh for event in draft.events}
            | {self.intake.unreadable(letter).scope for letter in letters}
            | {note.scope for note in load.notes}
        )

    async def _load_states(self, session: Session, scopes: set[str]) -> None:
        states = self.folder.states
        missing = [scope for scope in scopes if scope not in states]
        if missing:
            found = await stream.load_states(session, missing)
            for scope in missing:
                states[scope] = found.get(scope) or ScopeState(scope=scope)

    async def _write(self, session: Session, work: Work) -> None:
        await written(self._hub, self.intake, session, work, self._epoch)

    def _after(self, work: Work, load: Load) -> None:
        """The commit holds: only now may the cache follow, the senders be told and the stations be woken."""
        if self.care is not None:
            self.care.put_down(load, self.intake)
        self._seq = work.seq
        self.folder.adopt(work)
        self._heard(work)
        fail_at("mqtt.before_ack")
        self._acknowledge(work, load.messages)
        load.stored()
        self._count(work, load)
        if work.faults:
            ruleguard.follow(self._hub, work, self.observe)
        if work.findings:
            self._hub.wake.deliver.set()
            self._hub.live.change()

    def _heard(self, work: Work) -> None:
        """Note who spoke. What the broker kept from before (F9), and what we say ourselves, is no sign of life."""
        self.signs.note(event for event, outcome, _ in work.rows if outcome is not Outcome.STATE_ONLY)

    def _acknowledge(self, work: Work, messages: Sequence[Message]) -> None:
        if self._transport is None:
            return
        for draft in work.drafts:
            if draft.ids and draft.message.token is not None and draft.source.stored_reply:
                for topic, payload in draft.source.stored_reply(draft.message, draft.ids):
                    self._transport.reply(topic, payload)
                    fail_at("devack.sent")
        self._transport.acknowledge([message for message in messages if message.token is not None])
        fail_at("mqtt.after_ack")

    def _count(self, work: Work, load: Load) -> None:
        self.counts.messages += len(load.messages)
        self.counts.readings += sum(len(draft.events) for draft in work.drafts)
        self.counts.events += len(work.rows)
        self.counts.duplicates += work.duplicates
        self.counts.letters += len(work.letters)
        self.counts.batches += 1
        self._hub.health.beats["ingest"] = work.now
