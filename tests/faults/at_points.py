"""One alarm's whole life with a fault at one named point: pressed, told, answered by text and by page, overdue."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2

from carehub.flow.deliver import LEASE, SEND_WITHIN_S
from carehub.kit.clock import utc_now
from carehub.kit.failpoints import LIST, SWITCH
from carehub.store.database import Database
from tests.brokers import Mosquitto
from tests.faults.buttons import Buttons, buttons
from tests.faults.exchange import Exchange, browser
from tests.faults.invariants import Verdict, check, moment, opened
from tests.faults.town import Town, settings, settle_in
from tests.faults.warden import Warden, watched
from tests.hubs import HubProcess

ACTIONS = ("kill", "raise", "stop")
_WITHIN_S = 60.0
_AT_START = "migrate.mid"
_PASSED_EMPTY = frozenset({"ingest.begin", "ingest.inserted", "ingest.committed", "mqtt.before_ack", "mqtt.after_ack"})
"""The first batch after a start has no press in it, so these fail at their second pass."""


@dataclass
class Scene:
    """One hub with one fault in it.

    Attributes:
        verdict: The invariants afterwards; in its `broken` also what never came to pass.
        back_s: From the fault to the next press that was stored, where the hub had to be started again.
    """

    point: str
    action: str
    verdict: Verdict = field(default_factory=Verdict)
    alarms: int = 0
    back_s: float | None = None

    def line(self) -> str:
        """For the reader."""
        said = "holds" if self.verdict.holds else f"BROKEN: {self.verdict}"
        return f"{self.point:<22} {self.action:<6} {said}"


class Story:
    """What is done to the hub, each step again until it has worked."""

    def __init__(self, scene: Scene, hub: HubProcess, exchange: Exchange, login: str) -> None:
        self.scene, self.hub, self.exchange, self.login = scene, hub, exchange, login
        self.path = hub.folder / "carehub.db"

    async def tell(self, pressing: Buttons) -> None:
        """From the press to the second rung."""
        for number, device in enumerate(
            ("knapp-anna", "knapp-anna", "knapp-bjarne", "knapp-liv", "ukjent-1", "ukjent-2")
        ):
            await pressing.press(device, f"trykk-{number}")
        if not await pressing.all_answered(_WITHIN_S):
            self.scene.verdict.broken.append(f"never stored: {sorted(pressing.unanswered)}")
        self.scene.alarms = len(pressing.pressed)
        await self._until("a nurse was asked by text", self._texted)
        await self._until("a text took the alert", self._answer_by_text)
        await self._until("the page took the other", self._answer_by_page)
        await self._until("the second rung was asked", self._overdue)
        await self._until("every notice has gone", self._quiet)

    async def _until(self, what: str, done: Callable[[], Awaitable[bool]]) -> None:
        until = time.monotonic() + _WITHIN_S
        while not await self._tried(done):
            if time.monotonic() > until:
                self.scene.verdict.broken.append(f"never: {what}")
                return
            await asyncio.sleep(0.1)

    @staticmethod
    async def _tried(done: Callable[[], Awaitable[bool]]) -> bool:
        """A hub that is frozen amid a transaction holds the store; whoever thaws it needs this very loop."""
        try:
            return await done()
        except sqlite3.OperationalError:
            return False

    async def _texted(self) -> bool:
        return self._one("SELECT count(*) FROM notice WHERE channel = 'sms' AND state = 'delivered'") > 0

    async def _answer_by_text(self) -> bool:
        with opened(self.path) as store:
            row = store.execute(_A_CODE).fetchone()
        if row is None:
            return False
        code, phone, alert = row
        await self.exchange.reply(self.hub.url, phone, code)
        return self._one("SELECT count(*) FROM alert WHERE id = ? AND status = 'taken'", alert) == 1

    async def _answer_by_page(self) -> bool:
        with opened(self.path) as store:
            row = store.execute(_OPEN_OF_BJARNE).fetchone()
        if row is None:
            return self._one(_TAKEN_OF_BJARNE) == 1
        try:
            async with browser(3, cookies={"carehub": self.login}) as client:
                headers = {"sec-fetch-site": "same-origin"}
                await client.post(f"{self.hub.url}/api/v1/alerts/{row[0]}/take", headers=headers)
        except httpx2.HTTPError:
            return False
        return self._one(_TAKEN_OF_BJARNE) == 1

    async def _overdue(self) -> bool:
        """Time passes for the alert of the second home: its next deadline is a minute ago."""
        if self._one("SELECT count(*) FROM notice WHERE cycle = 'rung:2'"):
            return True
        with opened(self.path) as store:
            past = moment(utc_now() - timedelta(minutes=1))
            store.execute("UPDATE alert SET due_at = ? WHERE resident_id = 'liv' AND rung = 1", (past,))
        await asyncio.sleep(0.5)
        return False

    async def _quiet(self) -> bool:
        """Leases of senders that died have run out, as they do after half a minute.

        One that was killed is dead at once; one whose round failed is, when it has had the time that a sending has.
        """
        now, age = utc_now(), {"kill": 0.0, "raise": SEND_WITHIN_S + 1}.get(self.scene.action)
        if age is not None:
            with opened(self.path) as store:
                past, began = moment(now - timedelta(seconds=1)), moment(now + LEASE - timedelta(seconds=age))
                statement = "UPDATE notice SET lease_until = ? WHERE state = 'sending' AND lease_until < ?"
                store.execute(statement, (past, began))
        await asyncio.sleep(0.3)
        return self._one(_UNDER_WAY) == 0

    def _one(self, query: str, *values: str) -> int:
        with opened(self.path) as store:
            return int(store.execute(query, values).fetchone()[0])


_UNDER_WAY = (
    "SELECT count(*) FROM notice WHERE state IN ('waiting', 'sending') OR (state = 'accepted' AND channel = 'sms')"
)
"""A tablet's notice stays accepted until a tablet has shown it, and here is none."""
_A_CODE = (
    "SELECT c.code, p.phone, c.alert_id FROM reply_code c JOIN person p ON p.id = c.person_id"
    " JOIN alert a ON a.id = c.alert_id WHERE a.resident_id = 'anna' LIMIT 1"
)
_OPEN_OF_BJARNE = "SELECT id FROM alert WHERE resident_id = 'bjarne' AND status = 'open' LIMIT 1"
_TAKEN_OF_BJARNE = "SELECT count(*) FROM alert WHERE resident_id = 'bjarne' AND status = 'taken'"


async def play(point: str, action: str, folder: Path, town: Town, exchange: Exchange) -> Scene:
    """Run one hub through the story with this fault at the point's first pass, and judge what is left."""
    scene = Scene(point, action)
    if point != _AT_START:
        town.copy_to(folder / "hub")
    with Mosquitto(folder / "broker") as broker:
        hub = HubProcess(folder / "hub", broker.url, **settings(exchange.url))
        hub.set(**{LIST: f"{point}={action}@{1 + (point in _PASSED_EMPTY)}", SWITCH: "yes"})
        with hub:
            async with watched(hub) as warden:
                login = await _moved_in(hub, warden, town, point)
                async with buttons(broker.url) as pressing:
                    await Story(scene, hub, exchange, login).tell(pressing)
                    scene.back_s = _back_s(pressing, warden)
                status = await warden.stop()
        _judge(scene, hub, pressing, warden, exchange)
        if status:
            scene.verdict.broken.append(f"the hub ended with status {status}")
    return scene


async def in_lanes(
    scenes: Iterable[tuple[str, str]], folder: Path, town: Town, exchange: Exchange, lanes: int = 2
) -> AsyncIterator[Scene]:
    """Several scenes, some side by side; each as it ends."""
    free = asyncio.Semaphore(lanes)

    async def one(point: str, action: str) -> Scene:
        async with free:
            return await play(point, action, folder / f"{point}-{action}", town, exchange)

    for ended in asyncio.as_completed([one(point, action) for point, action in scenes]):
        yield await ended


async def _moved_in(hub: HubProcess, warden: Warden, town: Town, point: str) -> str:
    """The login that opens this hub's pages; where the upgrade itself is what fails, the store is furnished later."""
    await ready(hub)
    if point != _AT_START:
        return town.login
    await warden.stop()
    database = Database(hub.database_url)
    try:
        login = await settle_in(database)
    finally:
        await database.close()
    warden.start()
    await ready(hub)
    return login


async def ready(hub: HubProcess, within_s: float = 180) -> None:
    """Wait until it answers that it hears; whoever watches it starts it again meanwhile."""
    until = time.monotonic() + within_s
    async with browser(2) as client:
        while time.monotonic() < until:
            try:
                if (await client.get(f"{hub.url}/readyz")).is_success:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.05)
    raise RuntimeError(f"The hub did not get ready:\n{hub.log[-2000:]}")


def _back_s(pressing: Buttons, warden: Warden) -> float | None:
    """How long the longest press waited, where the hub was started again."""
    return max(pressing.waits_s(), default=None) if warden.ended else None


def _judge(scene: Scene, hub: HubProcess, pressing: Buttons, warden: Warden, exchange: Exchange) -> None:
    texts = [words for callback, _, words in exchange.sent if callback.startswith(hub.url)]
    found = check(hub.folder / "carehub.db", pressing.pressed, (*texts, hub.log))
    found.broken += [*scene.verdict.broken, *warden.complaints]
    if f"point={scene.point}" not in hub.log and not (scene.action == "kill" and warden.ended == [-signal.SIGKILL]):
        found.broken.append("the story never came by this point")
    if scene.action == "kill" and warden.ended != [-signal.SIGKILL]:
        found.broken.append(f"killed once, and ended {warden.ended}")
    if scene.action == "stop" and warden.frozen != 1:
        found.broken.append(f"frozen {warden.frozen} times")
    scene.verdict = found
