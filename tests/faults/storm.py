"""Alarms without end, and the hub and the broker killed at any moment, also while they start."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.brokers import Mosquitto
from tests.faults.at_points import ready
from tests.faults.buttons import Buttons, buttons
from tests.faults.exchange import Exchange
from tests.faults.invariants import Verdict, check
from tests.faults.town import BUTTONS, Town, settings
from tests.hubs import HubProcess

_APART_S = 0.1
_UNLISTED = 60
_ALL_STORED_WITHIN_S = 120.0


@dataclass
class Storm:
    """What came of one hub's storm.

    Attributes:
        back_s: From each kill of the hub to the next press that it stored.
    """

    alarms: int
    kills: int
    verdict: Verdict = field(default_factory=Verdict)
    back_s: list[float] = field(default_factory=list)
    repeats: int = 0
    ended: list[int] = field(default_factory=list)
    """Exit statuses of a hub that nobody killed: the watchdog ends one whose loop stood still, on a loaded machine."""


class _Kills:
    """Ends hub or broker, or both, and starts them again at once."""

    def __init__(self, hub: HubProcess, broker: Mosquitto, pressing: Buttons, chance: random.Random) -> None:
        self._hub, self._broker, self._pressing, self._chance = hub, broker, pressing, chance
        self.killed_at: list[float] = []
        self.ended: list[int] = []
        self._at_it = False

    async def one(self) -> None:
        """One kill."""
        self._at_it = True
        await self._kill(self._chance.choices(("hub", "broker", "both"), (5, 4, 1))[0])
        self._at_it = False

    async def tend(self) -> None:
        """Start a hub again that ended by itself, as a service manager does; until cancelled."""
        while True:
            await asyncio.sleep(0.2)
            process = self._hub.process
            status = process.poll() if process and not self._at_it else None
            if status is not None:
                self.ended.append(status)
                self._hub.start()

    async def _kill(self, which: str) -> None:
        if which != "broker":
            await asyncio.to_thread(self._hub.kill)
            self.killed_at.append(time.monotonic())
        if which != "hub":
            await asyncio.to_thread(self._broker.kill)
            await asyncio.to_thread(self._broker.start)
        if which != "broker":
            self._hub.start()

    def back_s(self) -> list[float]:
        """For each kill of the hub that was not followed by another too soon: until it stored again."""
        stored = sorted(self._pressing.stored.values())
        after = [(at, next((moment for moment in stored if moment > at), None)) for at in self.killed_at]
        later = [*self.killed_at[1:], float("inf")]
        return [
            moment - at for (at, moment), following in zip(after, later, strict=True) if moment and moment < following
        ]


async def rage(  # noqa: PLR0913 - where it rages, and how
    folder: Path, town: Town, exchange: Exchange, kind: type[HubProcess] = HubProcess,
    *, alarms: int, kills: int, seed: int,
) -> Storm:  # fmt: skip
    """Press and kill; then let everything be answered, stop politely, and judge."""
    storm, chance = Storm(alarms, kills), random.Random(seed)
    town.copy_to(folder / "hub")
    async with _house(folder, exchange, kind) as (broker, hub):
        async with buttons(broker.url) as pressing:
            killing = _Kills(hub, broker, pressing, chance)
            tending = asyncio.create_task(killing.tend())
            moments = sorted(chance.sample(range(alarms // 20, alarms - alarms // 20), kills))
            for number in range(alarms):
                await pressing.press(_device(chance), f"trykk-{number}")
                if number in moments:
                    await killing.one()
                await asyncio.sleep(_APART_S)
            if not await pressing.all_answered(_ALL_STORED_WITHIN_S):
                storm.verdict.broken.append(f"{len(pressing.unanswered)} presses were never answered")
            storm.back_s, storm.repeats, storm.ended = killing.back_s(), pressing.repeats, killing.ended
        await ready(hub)
        tending.cancel()
        if await asyncio.to_thread(hub.stop):
            storm.verdict.broken.append("the hub did not stop politely")
    found = check(folder / "hub" / "carehub.db", pressing.pressed, (hub.log,))
    found.broken += storm.verdict.broken
    storm.verdict = found
    return storm


@asynccontextmanager
async def _house(
    folder: Path, exchange: Exchange, kind: type[HubProcess]
) -> AsyncIterator[tuple[Mosquitto, HubProcess]]:
    with (
        Mosquitto(folder / "broker") as broker,
        kind(folder / "hub", broker.url, **settings(exchange.url)) as hub,
    ):
        await ready(hub)
        yield broker, hub


def _device(chance: random.Random) -> str:
    return chance.choice(BUTTONS) if chance.random() < 0.3 else f"ukjent-{chance.randrange(_UNLISTED)}"


async def in_lanes(folder: Path, town: Town, exchange: Exchange, plan: "Plan", lanes: int = 3) -> AsyncIterator[Storm]:
    """Several hubs in turn, some side by side; each storm as it ends."""
    free = asyncio.Semaphore(lanes)

    async def one(number: int) -> Storm:
        async with free:
            where, seed = folder / f"storm-{number}", plan.seed + number
            return await rage(where, town, exchange, alarms=plan.alarms, kills=plan.kills, seed=seed)

    for ended in asyncio.as_completed([one(number) for number in range(plan.hubs)]):
        yield await ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much: so many hubs, and for each so many alarms and kills."""

    hubs: int
    alarms: int
    kills: int
    seed: int
