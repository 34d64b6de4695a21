"""How long a hub is away after a kill, and how soon a press is safe when nothing else happens."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from carehub.kit.clock import utc_now
from tests.brokers import Mosquitto
from tests.faults.at_points import ready
from tests.faults.buttons import Buttons, buttons
from tests.faults.exchange import Exchange
from tests.faults.invariants import moment, opened
from tests.faults.town import Town, settings
from tests.hubs import HubProcess

_APART_S = 0.05
_GIVEN_UP_S = 60.0


@dataclass
class Times:
    """In seconds.

    Attributes:
        press_s: From each press to the hub's "stored", in an idle hub: the commit lies before it.
        ingesting_s: From a kill (the restart follows at once) until a press is stored.
        overdue_s: From a kill until every step that fell due meanwhile has been taken.
    """

    press_s: list[float] = field(default_factory=list)
    ingesting_s: list[float] = field(default_factory=list)
    overdue_s: list[float] = field(default_factory=list)


async def measure(folder: Path, town: Town, exchange: Exchange, *, presses: int, restarts: int) -> Times:
    """One hub, alone on the machine."""
    times = Times()
    town.copy_to(folder / "hub")
    with (
        Mosquitto(folder / "broker") as broker,
        HubProcess(folder / "hub", broker.url, **settings(exchange.url)) as hub,
    ):
        await ready(hub)
        async with buttons(broker.url) as pressing:
            await _idle(pressing, presses)
            times.press_s = pressing.waits_s()
            for number in range(restarts):
                await _restart(hub, pressing, number, times)
                await ready(hub)
    return times


async def _idle(pressing: Buttons, presses: int) -> None:
    for number in range(presses):
        await pressing.press(f"ukjent-{number % 40}", f"trykk-{number}")
        await asyncio.sleep(_APART_S)
    await pressing.all_answered(_GIVEN_UP_S)


async def _restart(hub: HubProcess, pressing: Buttons, number: int, times: Times) -> None:
    await asyncio.to_thread(hub.kill)
    began, path = time.monotonic(), hub.folder / "carehub.db"
    with opened(path) as store:
        past = moment(utc_now() - timedelta(minutes=1))
        store.execute("UPDATE alert SET due_at = ? WHERE status = 'open'", (past,))
    hub.start()
    await pressing.press("knapp-liv", f"etter-{number}")
    asked = asyncio.create_task(_since(began, lambda: _overdue(path, past) == 0))
    times.ingesting_s.append(await _since(began, lambda: not pressing.unanswered))
    times.overdue_s.append(await asked)


async def _since(began: float, done: Callable[[], bool]) -> float:
    while not done() and time.monotonic() - began < _GIVEN_UP_S:  # noqa: ASYNC110 - another process's work
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def _overdue(path: Path, before: str) -> int:
    with opened(path) as store:
        query = "SELECT count(*) FROM alert WHERE status='open' AND due_at <= ?"
        return int(store.execute(query, (before,)).fetchone()[0])
