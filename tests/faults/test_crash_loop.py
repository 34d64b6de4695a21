"""A hub that dies again and again, or stands still: it is ended, finds what ended it, and goes on without it."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlmodel import select

from carehub.app.watchdog import EXIT_STATUS
from carehub.store import tables
from carehub.store.database import Database
from integrations.mqtt import publisher
from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.hubs import QuickHub

_SOURCES = "integrations.sources.carehub_v1,tests.faults.poison"
_DIES_WITHIN_S = 40


async def _publish(broker: Mosquitto, topic: str, payload: bytes) -> None:
    async with publisher(broker.url) as publish:
        await publish(topic, payload)


async def _kinds(hub: QuickHub) -> dict[str, str | None]:
    database = Database(hub.database_url, read_only=True)
    async with database.read() as session:
        alerts = (await session.exec(select(tables.Alert))).all()
        letters = (await session.exec(select(tables.DeadLetter.payload))).all()
    await database.close()
    return {alert.scope_id: alert.detail for alert in alerts} | {"letters": str(letters)}


@pytest.mark.timeout(240)
async def test_a_message_that_ends_the_hub_is_set_aside_after_three_crashes_f24(tmp_path: Path, sqlite: Sqlite) -> None:
    """F24: three crashes within five minutes; then safe mode, a dead letter, an alert, and presses get through."""
    sqlite.copy_to(tmp_path / "hub")
    with (
        Mosquitto(tmp_path / "broker") as broker,
        QuickHub(tmp_path / "hub", broker.url, CAREHUB_SOURCES=_SOURCES, CAREHUB_CANARY_EVERY_S="0") as hub,
    ):
        await asyncio.to_thread(hub.wait_until_ready)
        await _publish(broker, "poison/x", b"kill")
        for _ in range(3):
            await asyncio.to_thread(hub.wait_until_dead, _DIES_WITHIN_S)
            hub.start(forgets_crashes=False)
        await asyncio.to_thread(hub.wait_until_ready)
        body = {"id": "1", "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}
        await _publish(broker, "carehub/v1/knapp/alarm", json.dumps(body).encode())
        found: dict[str, str | None] = {}
        for _ in range(100):
            found = await _kinds(hub)
            if {"hub:quarantine", "hub:crashes"} <= found.keys() and any(one.startswith("device:") for one in found):
                break
            await asyncio.sleep(0.1)

        assert "kill" in (found["letters"] or "")
        assert "hub:quarantine" in found
        assert "Reglene er av" in (found["hub:crashes"] or "")
        assert any(scope.startswith("device:") for scope in found)
        assert hub.process is not None
        assert hub.process.poll() is None


@pytest.mark.timeout(120)
async def test_a_loop_that_stands_still_for_five_seconds_ends_the_process_f18(tmp_path: Path, sqlite: Sqlite) -> None:
    """F18: blocked for more than 5 s, the watchdog ends it, so that it is started anew."""
    sqlite.copy_to(tmp_path / "hub")
    with (
        Mosquitto(tmp_path / "broker") as broker,
        QuickHub(tmp_path / "hub", broker.url, CAREHUB_SOURCES=_SOURCES, CAREHUB_CANARY_EVERY_S="0") as hub,
    ):
        await asyncio.to_thread(hub.wait_until_ready)
        await _publish(broker, "poison/x", b"hang")

        assert await asyncio.to_thread(hub.wait_until_dead, 20) == EXIT_STATUS
        assert "loop.stands_still" in hub.log
        assert "poison.py" in hub.log  # it says where it stood
