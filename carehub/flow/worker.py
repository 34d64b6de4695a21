"""Keeps the stations at work: one loop a station, that looks again and again and can be woken before.

Deadlines are rows that a station finds when it looks, so a late look makes it late by that much and loses
nothing. The rounds follow seconds that pass by themselves; APScheduler rings what follows the clock on the wall,
once a day. With short intervals it would walk through every one that a clock, set by years, has skipped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import time

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from carehub.flow import deliver, escalate, watch
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.reaching import lines
from carehub.flow.receiving import disk
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.receiving.unsaved import store_damaged
from carehub.flow.watching.timekeeper import Timekeeper
from carehub.kit.failpoints import fail_at
from carehub.kit.log import log
from carehub.kit.tasks import together
from carehub.store import alerts, catchup, stream
from carehub.store.errors import StoreDamaged, is_failing_disk, is_malformed
from carehub.store.ownership import OwnershipLost

Station = Callable[[], Awaitable[object]]
_LONGEST_PAUSE_S = 5.0
_BREATH_S = 0.05
"""Between two rounds of sending: in a storm, notices go together, and their two commits are shared."""
_STORED_WITHIN_S = 3.0
"""How long a hub that stops waits for what a provider has posted to be stored."""


@dataclass(slots=True)
class Post:
    """A station, the bell that wakes it, and how often it looks by itself; None for never.

    Attributes:
        after_s: How long after the start it looks for the first time.
    """

    name: str
    station: Station
    bell: asyncio.Event
    every_s: float | None
    after_s: float = 0.0


class Worker:
    """Runs the posts until cancelled. A station that fails is reported, and tried again.

    Args:
        breath_s: How long it lets notices gather between two rounds of sending.
    """

    def __init__(self, hub: Hub, ingest: Ingest, breath_s: float = _BREATH_S) -> None:
        self._hub = hub
        self._ingest = ingest
        self._breath_s = breath_s
        self._timekeeper = Timekeeper(hub, ingest)
        self._delivering, self._finishing = asyncio.Lock(), False
        self._daily: list[tuple[Post, time]] = []
        self.posts = [
            Post("escalate", self._escalate, hub.wake.escalate, 1.0),
            Post("deliver", self._deliver, hub.wake.deliver, 1.0),
            Post("tick", self._tick, asyncio.Event(), 1.0),
            Post("watch", self._watch, asyncio.Event(), 5.0),
            Post("beat", self._beat, asyncio.Event(), 2.0),
        ]

    def add(self, name: str, station: Station, every_s: float, after_s: float = 0.0) -> None:
        """One more post, of housekeeping; what is heavy looks for the first time a while after the start."""
        self.posts.append(Post(name, station, asyncio.Event(), every_s, after_s))

    def daily(self, name: str, station: Station, at: time) -> None:
        """A post that is rung once a day, at this local time."""
        self.posts.append(Post(name, station, asyncio.Event(), None))
        self._daily.append((self.posts[-1], at))

    async def run(self) -> None:
        """Look and work; any loop that ends takes the rest with it, so the hub is never half alive."""
        scheduler = AsyncIOScheduler(
            timezone=self._hub.zone, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for post, at in self._daily:
            scheduler.add_job(_ring(post.bell), "cron", hour=at.hour, minute=at.minute, id=post.name)
        scheduler.start()
        try:
            await together({post.name: self._keep(post) for post in self.posts})
        finally:
            scheduler.shutdown(wait=False)

    async def _keep(self, post: Post) -> None:
        pause = 0.5
        if post.every_s is not None:
            await asyncio.sleep(post.after_s)
            post.bell.set()  # housekeeping that comes round seldom is not put off by a whole round at each start
        while True:
            await _bell_or(post)
            try:
                await post.station()
                self._hub.health.failures.pop(post.name, None)
                pause = 0.5
            except (OwnershipLost, StoreDamaged):
                raise
            except Exception as error:  # noqa: BLE001 - the one place: reported, counted, and tried again
                log.exception("station.failed", station=post.name)
                await self._judge_store(error)
                self._report(post, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
                post.bell.set()

    async def _judge_store(self, error: Exception) -> None:
        """What a station met of the disk counts as what station 1 meets; a damaged file ends us all."""
        if is_malformed(error):
            await store_damaged(self._hub, self._ingest.intake, self._ingest.alarms_waiting, error)
        if is_failing_disk(error):
            disk.note_failure(self._hub, error)
            await self._hub.database.reopen()

    def _report(self, post: Post, error: Exception) -> None:
        """A station that fails is an operator's alert, not a line in a log alone."""
        self._hub.health.failures[post.name] = self._hub.health.failures.get(post.name, 0) + 1
        if self._hub.health.failures[post.name] == 3:  # noqa: PLR2004 - once for each spell of trouble
            words = f"Delen «{post.name}» svikter: {type(error).__name__}."
            self._ingest.observe(hub_fault(self._hub.clock(), words, about=f"station-{post.name}"))

    async def _escalate(self) -> None:
        await self._timekeeper.look()
        now, count = self._hub.clock(), 0
        async with self._hub.database.read() as session:
            due = await alerts.anything_due(session, now)
        if due:
            async with self._hub.database.write() as session:
                await deliver.give_up_unheard(self._hub, session, now)
                count = await escalate.escalate(self._hub, session, now)
        self._beaten("escalate")
        if count:
            fail_at("escalate.committed")
            self._hub.wake.deliver.set()
            self._hub.wake.escalate.set()  # there may be more than one look takes
            self._hub.live.change()

    async def finish(self) -> None:
        """Send nothing more, and wait for what is on its way: a notice left half sent would be sent again."""
        self._finishing = True
        async with self._delivering:
            under_way = list(self._hub.sending)
        if under_way:
            await asyncio.wait(under_way)
        if brought := [one.task for one in self._hub.brought.values()]:  # not for ever: the store may be gone
            await asyncio.wait(brought, timeout=_STORED_WITHIN_S)

    async def _deliver(self) -> None:
        async with self._delivering:
            await self._send_all()
        self._beaten("deliver")

    async def _send_all(self) -> None:
        while not self._finishing and await deliver.deliver(self._hub):  # noqa: ASYNC110 - a breath between rounds, not a wait for something
            await asyncio.sleep(self._breath_s)
        await lines.tell(self._hub, self._ingest)

    async def _tick(self) -> None:
        await self._timekeeper.look()
        async with self._hub.database.read() as session:
            due = await stream.scopes_due(session, self._hub.clock())
        if due:  # however much else waits: a busy hub must not hold back a silent home's deadline
            self._ingest.tick(due)
        self._beaten("tick")

    async def _watch(self) -> None:
        await self._timekeeper.look()
        await watch.watch(self._hub, self._ingest)
        self._tell_of_dropped()
        self._beaten("watch")

    def _tell_of_dropped(self) -> None:
        """More measurements came than the hub can store: some were thrown away, no alarm among them."""
        dropped = self._ingest.dropped
        if dropped and not self._hub.health.dropped:  # once since the start; the counter goes on
            words = "Det kom flere målinger enn huben rekker, og noen ble kastet. Ingen alarmer er kastet."
            self._ingest.observe(hub_fault(self._hub.clock(), words, about="flood"))
        self._hub.health.dropped = dropped

    async def _beat(self) -> None:
        """Write down that each part works, for whoever looks from outside, and that the scopes are still ours."""
        now = self._hub.clock()
        await self._ingest.keep()
        async with self._hub.database.write() as session:
            await catchup.beat(session, self._hub.health.beats | {"worker": now})
        self._beaten("worker")

    def _beaten(self, name: str) -> None:
        self._hub.health.beats[name] = self._hub.clock()


async def _bell_or(post: Post) -> None:
    """Wait for the bell, but no longer than a round. The loop's own time is steady, whatever is done to the clock."""
    with suppress(TimeoutError):
        async with asyncio.timeout(post.every_s):
            await post.bell.wait()
    post.bell.clear()


def _ring(bell: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def ring() -> None:
        bell.set()

    return ring
