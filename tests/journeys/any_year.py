"""A hub over SQLite to which anything may happen, at any moment of a year: what the state machine plays with.

Everything is real but the telephones and the clock: store, fold, rules, ladders, outbox, two workers.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import col, delete, select

from carehub.contracts import Fate
from carehub.core.answers.alerts import Aftermath, Status
from carehub.core.answers.ladders import LAST_REPEATS_WITHIN, LOUD_FROM
from carehub.core.severity import Severity
from carehub.flow import deliver
from carehub.flow.hub import Health, Wakers
from carehub.flow.live import Live
from carehub.flow.worker import Worker
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.alerts import NoticeState
from tests.databases import Sqlite, folder_in_memory
from tests.journeys.building import INGRID, MARIA, Clock, Night, furnish, refuses_for_good, refuses_for_now

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CLOCKS_CHANGE = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
STAFF = ("ingrid", "maria", "tor", "kari")
DEVICES = ("knapp-anna", "knapp-bjarne", "knapp-kåre", "aldri-sett")
LADDERS: dict[str, tuple[tuple[str, int, bool], ...]] = {
    "none": (),
    "in turn": (("on_duty", 60, True), ("nearest role:coordinator", 60, False), ("unit", 300, False)),
    "outside": (("person:tor", 45, False), ("relative alarm_centre", 120, False), ("everybody", 240, False)),
    "broken": (("on_duty", 120, False), ("ingen-slik-gruppe", 60, False)),
    "too patient": (("everybody", 3600, False),),
}
"""By name: whom each rung asks, its patience in seconds, and whether in turn. Two of them cannot be followed."""
_MOST_LOOKS = 8
"""More rungs than any ladder here has: who cannot be reached is passed by in as many seconds, and then it waits."""
_T = TypeVar("_T")


class Stage:
    """What all sequences of one run share: a loop, and a house in memory that is furnished anew for each of them."""

    def __init__(self, sqlite: Sqlite) -> None:
        self._things = ExitStack()
        self._runner = asyncio.Runner()
        self.sequences, self.steps, self.simulated = 0, 0, timedelta()
        url = sqlite.copy_to(self._things.enter_context(folder_in_memory()))
        self._database = Database(url)
        self.run(self._furnish())
        self._file = url.removeprefix("sqlite:///")
        self._house = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self._file)) as furnished:
            furnished.backup(self._house)

    async def _furnish(self) -> None:
        night = Night(self._database, Clock(NEW_YEAR))
        async with self._database.write() as session:
            await furnish(session, NEW_YEAR)
        await night.start()
        await night.fold()

    def run(self, what: Coroutine[Any, Any, _T]) -> _T:
        """Do it on the one loop of this stage."""
        return self._runner.run(what)

    def open(self, now: datetime) -> "Year":
        """The house as it was at new year, whose hub begins at `now`."""
        with closing(sqlite3.connect(self._file)) as used:
            self._house.backup(used)
        return self.run(_begin(self._database, now))

    def close(self, year: "Year", began: datetime) -> None:
        """One sequence is over, and counted."""
        self.sequences += 1
        self.simulated += year.night.clock.now - began
        self.run(year.night.die())

    def end(self) -> None:
        """Everything away."""
        self.run(self._database.close())
        self._runner.close()
        self._house.close()
        self._things.close()


async def _begin(database: Database, now: datetime) -> "Year":
    year = Year(Night(database, Clock(now)))
    await year.night.start()
    await year.twin()
    await year.wake()
    return year


class Year:
    """One sequence: what may happen, and what must hold after each step of it."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._other: Worker

    async def twin(self) -> None:
        """A second worker with its own bells and caches, over the same store."""
        hub = replace(self.night.hub, live=Live(), health=Health(), wake=Wakers(), sending=set())
        self._other = Worker(hub, self.night.ingest, breath_s=0)

    # --- time ---

    async def wake(self) -> None:
        """The workers look each second until nothing is due any more: a text that gets lost makes a ladder climb."""
        for _ in range(_MOST_LOOKS):
            await self._look()
            if not await self._overdue():
                return
            self.night.clock.advance(seconds=1)
        raise AssertionError("A ladder climbs without end.")

    async def _look(self) -> None:
        """Both workers at once; then the provider reports."""
        night = self.night
        await night.worker._tick()
        await night.fold()
        await asyncio.gather(night.worker._escalate(), self._other._escalate())
        await asyncio.gather(night.worker._deliver(), self._other._deliver())
        while night.phones.unreported:
            reference = night.phones.unreported.pop(0)
            await deliver.receive_status(night.hub, reference, "delivered", None, Fate.DELIVERED)

    async def wait(self, minutes: float, late_s: float) -> None:
        """Time passes; each deadline is found `late_s` after it fell due; then nothing is overdue any more."""
        clock = self.night.clock
        end = clock() + timedelta(minutes=minutes)
        while (moment := await self.night._next_moment()) is not None and moment <= end:
            clock.now = max(moment + timedelta(seconds=late_s), clock.now + timedelta(milliseconds=1))
            await self.wake()
        clock.now = max(end, clock.now)
        await self.wake()

    async def quiet_day(self) -> None:
        """Somebody sees to everything that is open, and then nothing happens for a day."""
        for place, alert in enumerate(await self.night.alerts()):
            if alert.status is not Status.CLOSED:
                await self.night.close("maria", place)
        await self.wait(24 * 60, 0)

    async def power_cut(self, minutes: float) -> None:
        """The hub is gone for a while, with all that it had in memory; whatever fell due fires at its first looks."""
        await self.night.die()
        self.night.clock.advance(minutes=minutes)
        await self.night.start()
        await self.twin()
        await self.wake()

    # --- people ---

    async def act(self, action: str, who: str, number: int, to: str = "") -> None:
        """Somebody does something with one of the alerts that are open, or were."""
        alerts = await self.night.alerts()
        if not alerts:
            return
        place = len(alerts) - 1 - number % len(alerts)
        if action == "hand_over":
            await self.night.hand_over(who, to, place)
        elif action == "close":
            await self.night.close(who, place, aftermath=Aftermath(to))
        else:
            await getattr(self.night, action)(who, place)
        await self.wake()

    async def duty(self, who: str, *, on: bool) -> None:
        async with self.night.database.write() as session:
            (await session.get_one(tables.Person, who)).on_duty = on
        await self.wake()

    async def ladder(self, name: str) -> None:
        """The ward's critical ladder becomes another one, or one that cannot be followed."""
        async with self.night.database.write() as session:
            await session.exec(delete(tables.LadderRung))
            await session.exec(delete(tables.LadderRow))
            if rungs := LADDERS[name]:
                session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL))
                await session.flush()
            for position, (asks, patience, in_turn) in enumerate(rungs, 1):
                session.add(
                    tables.LadderRung(
                        ladder_id="sol/40", position=position, asks=asks, patience_s=patience, in_turn=in_turn
                    )
                )
        await self.wake()

    async def network(self, state: str) -> None:
        phones = self.night.phones
        broken = {"down": refuses_for_now(), "gone": refuses_for_good}.get(state)
        phones.network = dict.fromkeys((INGRID, MARIA), broken) if broken else {}
        phones.silent = {INGRID, MARIA} if state == "mute" else set()

    # --- what must hold ---

    async def _overdue(self) -> bool:
        now = self.night.clock.now
        async with self.night.database.read() as session:
            statement = select(tables.Alert.id).where(
                tables.Alert.status != Status.CLOSED, col(tables.Alert.due_at) <= now
            )
            return (await session.exec(statement)).first() is not None

    async def check(self) -> None:
        """After every step: a next deadline, nobody told twice, no step decided twice, the top within five minutes."""
        now = self.night.clock.now
        alerts, notices = await self.night.alerts(), await self.night.notices()
        for alert in alerts:
            self._check_alert(alert, now, notices)
        told = Counter((one.alert_id, one.cycle, one.person_id) for one in notices if one.person_id)
        assert max(told.values(), default=1) == 1, told.most_common(1)
        sent = Counter(notice.id for _, notice in self.night.phones.sent)
        assert max(sent.values(), default=1) == 1, sent.most_common(1)
        await self._check_each_step_was_decided_once(notices)

    @staticmethod
    def _check_alert(alert: tables.Alert, now: datetime, notices: list[tables.Notice]) -> None:
        if alert.status is Status.CLOSED:
            assert (alert.due_at, alert.remind_at) == (None, None)
            waiting = [one for one in notices if one.alert_id == alert.id and one.state is NoticeState.WAITING]
            assert not [one.cycle for one in waiting if not one.cycle.startswith("handled")]
            return
        assert alert.due_at is not None
        assert alert.due_at > now
        assert (alert.owner_id is None) == (alert.status is Status.OPEN)
        loud = alert.status is Status.OPEN and alert.severity >= LOUD_FROM and not alert.stale_since
        if loud and alert.rungs and alert.rung >= alert.rungs:
            assert alert.due_at - now <= LAST_REPEATS_WITHIN

    async def _check_each_step_was_decided_once(self, notices: list[tables.Notice]) -> None:
        async with self.night.database.read() as session:
            statement = select(tables.AlertStep.alert_id).where(col(tables.AlertStep.text).startswith("Varslet "))
            decided = Counter((await session.exec(statement)).all())
        steps = Counter(one.alert_id for one in notices if one.channel == "tablet" and one.cycle.startswith("rung:"))
        assert decided == steps
