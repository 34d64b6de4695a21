"""The broker with the settings that ship, and both roads in, under flood, excess and loss (F3, F6, F7, F10, F15)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from carehub.app.broker import embedded_broker
from carehub.contracts import Message, TransportError
from carehub.kit.clock import utc_now
from carehub.store import logins, tables
from carehub.store.database import Database
from integrations.mqtt import MqttTransport, publisher, reconnecting
from tests.brokers import Mosquitto, free_port
from tests.databases import Sqlite
from tests.faults.at_points import ready
from tests.faults.buttons import buttons
from tests.faults.exchange import browser
from tests.faults.invariants import check
from tests.faults.town import Town, settings
from tests.hubs import QuickHub

FILTER, TOPIC = "carehub/v1/+/alarm", "carehub/v1/knapp/alarm"


@asynccontextmanager
async def listening(
    url: str, name: str = "hub", on_too_large: Callable[[str], None] | None = None
) -> AsyncIterator[tuple[list[Message], MqttTransport, list[bool]]]:
    """A hub's end of the road: what it heard, and each time that the road opened or was lost."""
    heard: list[Message] = []
    changes: list[bool] = []
    transport = MqttTransport(url, name, (FILTER,), on_session=lambda _: "s", clock=utc_now, on_too_large=on_too_large)
    task = asyncio.create_task(reconnecting(transport, heard.append, lambda up, _: changes.append(up)))
    async with asyncio.timeout(20):
        while True not in changes:  # noqa: ASYNC110 - another program's work
            await asyncio.sleep(0.01)
    yield heard, transport, changes
    task.cancel()
    await asyncio.wait({task})


async def test_the_broker_that_we_ship_keeps_3000_alarms_for_a_hub_that_is_away_f6(tmp_path: Path) -> None:
    """F6: Mosquitto's default of 1,000 confirms all and keeps a third."""
    async with embedded_broker(tmp_path, free_port()) as broker:
        async with listening(broker.url):
            pass
        async with publisher(broker.url, in_flight=500) as publish:
            for number in range(3000):
                await publish(TOPIC, b'{"id":%d}' % number)

        async with listening(broker.url) as (heard, transport, _):
            until, done = time.monotonic() + 60, 0
            while done < 3000 and time.monotonic() < until:
                transport.acknowledge(heard[done:])
                done = len(heard)
                await asyncio.sleep(0.01)

    assert [json.loads(one.payload)["id"] for one in heard] == list(range(3000))


async def test_what_is_too_large_for_the_broker_ends_the_senders_connection_and_is_never_confirmed_f7(
    tmp_path: Path,
) -> None:
    """F7: 9 KB reaches the hub, which alerts on it (F66); above 1 MB the sender is disconnected, which it can see."""
    async with embedded_broker(tmp_path, free_port()) as broker, listening(broker.url) as (heard, _, changes):
        async with publisher(broker.url) as publish:
            await publish(TOPIC, b"x" * 9000)
        for size in (1024 * 1024 + 1, 4 * 1024 * 1024):
            with pytest.raises(TransportError):
                async with publisher(broker.url) as publish:
                    await publish(TOPIC, b"x" * size)
        async with publisher(broker.url) as publish:
            await publish(TOPIC, b"{}")

    assert [len(one.payload) for one in heard] == [9000, 2]
    assert changes == [True]


async def test_whose_message_was_too_large_the_hub_learns_from_the_broker_f7(tmp_path: Path) -> None:
    """F7: its bytes are gone, and its sender may be a button that tells nobody: the broker's own log names it."""
    refused: list[str] = []
    async with (
        embedded_broker(tmp_path, free_port()) as broker,
        listening(broker.url, on_too_large=refused.append) as (heard, _, changes),
    ):
        with pytest.raises(TransportError):
            async with publisher(broker.url, client_id="knapp anna") as publish:
                await publish(TOPIC, b"x" * (1024 * 1024 + 1))
        async with publisher(broker.url, client_id="knapp bjarne") as publish:
            await publish(TOPIC, b"{}")
        async with asyncio.timeout(10):
            while not (refused and heard):  # noqa: ASYNC110 - another program's work
                await asyncio.sleep(0.01)

    assert refused == ["knapp anna"]
    assert ([one.payload for one in heard], changes) == ([b"{}"], [True])


async def test_two_hubs_of_one_name_throw_each_other_out_ever_more_slowly_f11(tmp_path: Path) -> None:
    """F11: at ten times a second they would do nothing else; that they do it is told by `Hearing`."""
    with Mosquitto(tmp_path) as broker:
        async with listening(broker.url) as (_, _, one), listening(broker.url) as (_, _, other):
            await asyncio.sleep(6)

    assert 2 <= one.count(False) + other.count(False) <= 14


@pytest.mark.proof
@pytest.mark.timeout(120)
async def test_a_frozen_broker_is_noticed_and_found_again_f3(tmp_path: Path) -> None:
    """F3: the connection stands and nothing answers; the keepalive of 15 s is what tells."""
    with Mosquitto(tmp_path) as broker:
        async with listening(broker.url) as (_, _, changes):
            broker.sigstop()
            began = time.monotonic()
            while changes[-1] and time.monotonic() - began < 60:  # noqa: ASYNC110 - another program's work
                await asyncio.sleep(0.1)
            noticed = time.monotonic() - began
            broker.sigcont()
            async with asyncio.timeout(30):
                while not changes[-1]:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.1)

    assert noticed < 45


# --- a whole hub -----------------------------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path, sqlite: Sqlite) -> Town:
    """The store that the hub begins with."""
    return Town(tmp_path / "town", sqlite.template)


@pytest.mark.timeout(300)
async def test_with_no_broker_at_all_the_second_road_stores_and_alerts_and_a_repeat_is_one_f1_f10_f15(
    tmp_path: Path, town: Town
) -> None:
    """F1: the hub is up and says what it lacks. F15: HTTP, with the same ids. F10: fifty times by both, one alert."""
    token = await _token_for(town, "knapp-anna")
    town.copy_to(tmp_path / "hub")
    broker = Mosquitto(tmp_path / "broker")
    with QuickHub(tmp_path / "hub", broker.url, **settings("http://127.0.0.1:1")) as hub:
        async with browser(20, headers={"Authorization": f"Bearer {token}"}) as device:
            assert "the broker is not connected" in await _says(hub)
            body = {"device": "knapp-anna", "id": "7f3a", "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}
            for _ in range(25):
                answer = await device.post(f"{hub.url}/api/v1/events", json=body)
                assert answer.json() == {"stored": ["7f3a"]}, answer.text
        with broker:
            await ready(hub, 120)
            async with buttons(broker.url) as pressing:
                for _ in range(25):
                    await pressing.press("knapp-anna", "7f3a")
                assert await pressing.all_answered(60)
        hub.stop()

    assert check(hub.folder / "carehub.db", {("knapp-anna", "7f3a")}).holds


async def _token_for(town: Town, device: str) -> str:
    database = Database(f"sqlite:///{town.template}")
    async with database.write() as session:
        (await session.get_one(tables.Device, device)).token_hash = logins.hash_of("a-device-token")
    await database.close()
    return "a-device-token"


async def _says(hub: QuickHub) -> str:
    """What /readyz answers, as soon as it does."""
    async with browser(5) as client:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                answer = await client.get(f"{hub.url}/readyz")
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if "broker" in answer.text:
                return answer.text
            await asyncio.sleep(0.1)
    return ""
