"""The hub is killed in the middle of an alarm storm, and nobody's press is lost or told twice."""

import asyncio
import json
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import func, select

from carehub.contracts import Message
from carehub.kit.clock import utc_now
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.alerts import NoticeState
from carehub.village.simulate import Postman
from carehub.village.wire import Parcel
from integrations.mqtt import MqttTransport, reconnecting
from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.hubs import HubProcess, QuickHub

ALARMS = 2000
KILLS = 3
_ALL_STORED_WITHIN_S = 180


def _alarm(number: int) -> Parcel:
    device, event = f"knapp-{number}", f"trykk-{number}"
    payload = json.dumps({"id": event, "seq": 1, "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}).encode()
    return Parcel(f"carehub/v1/{device}/alarm", payload, 1, retain=False, awaits=(device, event))


@asynccontextmanager
async def _sender(url: str) -> AsyncIterator[Postman]:
    """Two thousand buttons behind one connection: each repeats itself until the hub says "stored"."""
    transport = MqttTransport(url, "buttons", ("carehub/v1/+/ack",), on_session=lambda _: "buttons", clock=utc_now)

    async def publish(topic: str, payload: bytes, qos: int, retain: bool) -> None:
        await transport.publish(topic, payload, qos=qos, retain=retain)

    postman = Postman(publish)
    connected = asyncio.Event()

    def hear(message: Message) -> None:
        postman.hear(message.topic, message.payload)

    tasks = [
        asyncio.create_task(reconnecting(transport, hear, lambda *_: connected.set())),
        asyncio.create_task(postman.repeat_for_ever()),
    ]
    await connected.wait()
    yield postman
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


@pytest.mark.timeout(300)
async def test_a_hub_killed_amid_2000_alarms_loses_none_and_alerts_none_twice_f16(
    tmp_path: Path, sqlite: Sqlite
) -> None:
    sqlite.copy_to(tmp_path / "hub")
    with Mosquitto(tmp_path / "broker") as broker, QuickHub(tmp_path / "hub", broker.url) as hub:
        await asyncio.to_thread(hub.wait_until_ready)
        async with _sender(broker.url) as buttons:
            moments = sorted(random.sample(range(200, ALARMS - 200), KILLS))
            for number in range(ALARMS):
                await buttons.send(_alarm(number))
                if number in moments:
                    await asyncio.to_thread(hub.kill)
                    hub.start()
            async with asyncio.timeout(_ALL_STORED_WITHIN_S):
                while buttons.unanswered:  # noqa: ASYNC110 - what it waits for happens in another process
                    await asyncio.sleep(0.2)

        stored, alerts, pressed = await _counts(hub.database_url)
        assert (stored, alerts, pressed) == (ALARMS, ALARMS, ALARMS), f"killed at {moments}"


async def _counts(url: str) -> tuple[int, int, int]:
    """How many presses are stored, how many alerts there are, and how many presses these count together."""
    database = Database(url)
    async with database.read() as session:
        stored = (await session.exec(select(func.count()).where(tables.Event.kind == "button.pressed"))).one()
        alerts = (await session.exec(select(func.count()).select_from(tables.Alert))).one()
        pressed = (await session.exec(select(func.sum(tables.Alert.presses)))).one()
    await database.close()
    return stored, alerts, pressed or 0


async def test_a_hub_that_is_asked_to_stop_ends_at_once_and_cleanly_f21(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker, HubProcess(tmp_path / "hub", broker.url) as hub:
        await asyncio.to_thread(hub.wait_until_ready)

        assert await asyncio.to_thread(hub.stop) == 0

    assert "hub.stopped" in hub.log
    assert "Traceback" not in hub.log


@pytest.mark.timeout(240)
async def test_a_hub_asked_to_stop_at_random_moments_loses_and_doubles_nothing_f21(
    tmp_path: Path, sqlite: Sqlite
) -> None:
    """F21: SIGTERM amid alarms, as at each deployment: it ends within ten seconds with status 0, and holds no lease."""
    alarms = 200
    sqlite.copy_to(tmp_path / "hub")
    with Mosquitto(tmp_path / "broker") as broker, QuickHub(tmp_path / "hub", broker.url) as hub:
        await asyncio.to_thread(hub.wait_until_ready)
        async with _sender(broker.url) as buttons:
            moments = set(random.sample(range(20, alarms - 20), 2))
            for number in range(alarms):
                await buttons.send(_alarm(number))
                if number in moments:
                    began = time.monotonic()
                    # asked before it has begun, Python itself obeys
                    assert await asyncio.to_thread(hub.stop) in {0, -signal.SIGTERM}
                    assert time.monotonic() - began < 10
                    assert await _leases(hub.database_url) == 0
                    hub.start()
            async with asyncio.timeout(_ALL_STORED_WITHIN_S):
                while buttons.unanswered:  # noqa: ASYNC110 - what it waits for happens in another process
                    await asyncio.sleep(0.2)

        assert await _counts(hub.database_url) == (alarms, alarms, alarms)


async def _leases(url: str) -> int:
    database = Database(url)
    async with database.read() as session:
        sending = tables.Notice.state == NoticeState.SENDING
        found = (await session.exec(select(func.count()).select_from(tables.Notice).where(sending))).one()
    await database.close()
    return found
