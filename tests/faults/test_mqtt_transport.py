"""The MQTT road against a real Mosquitto: what a crash, a restart or a wrong certificate does to it."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from carehub.contracts import ConfigurationError, Message, TransportError
from carehub.kit.clock import utc_now
from integrations.mqtt import MqttTransport, _confirmed, publisher, reconnecting
from integrations.mqtt.broker import Broker
from tests.brokers import Mosquitto

FILTER = "carehub/v1/+/alarm"
TOPIC = "carehub/v1/knapp/alarm"
DYNAMIC_SECURITY = next(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"), None)
"""Only this plugin refuses a subscription; with an acl_file Mosquitto grants it and then delivers nothing."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that keeps its sessions over a polite restart."""
    with Mosquitto(tmp_path / "broker", persistence=True) as running:
        yield running


class Hub:
    """One hub's end of the road: what it has heard, and the sessions it was given."""

    def __init__(self, url: str, *filters: str, client_id: str = "hub", **settings: Any) -> None:
        self.heard: list[Message] = []
        self.sessions: list[bool] = []
        self.changes: list[tuple[bool, str]] = []
        self.ready = asyncio.Event()
        self.transport = MqttTransport(
            url, client_id, filters or (FILTER,), on_session=self._session, clock=utc_now, **settings
        )

    def _session(self, present: bool) -> str:
        self.sessions.append(present)
        return f"s{self.sessions.count(False)}"

    def changed(self, connected: bool, reason: str) -> None:
        self.changes.append((connected, reason))
        if connected:
            self.ready.set()
        else:
            self.ready.clear()

    async def hears(self, count: int) -> list[Message]:
        await until(lambda: len(self.heard) >= count)
        return self.heard

    async def stores(self, count: int) -> None:
        """Acknowledge what comes, in batches as the writer does, until there are so many and the broker knows it."""
        done = 0
        async with asyncio.timeout(60):
            while done < count:
                self.transport.acknowledge(self.heard[done:])
                done = len(self.heard)
                await asyncio.sleep(0.005)
            await self.is_read()

    async def is_read(self) -> None:
        """Until the broker has read all that was sent: it reads in order, and answers to this."""
        await self.transport.publish("out/read", b"", qos=1)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Hub"]:
        """Once: connect, and leave as a hub that is shut down leaves."""
        self.ready.clear()
        run = asyncio.create_task(self.transport.run(self.heard.append, self.ready.set))
        waiting = asyncio.create_task(self.ready.wait())
        await asyncio.wait({run, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        if run.done():
            waiting.cancel()
            await run
        yield self
        await ended(run)

    @asynccontextmanager
    async def staying(self) -> AsyncIterator["Hub"]:
        """For good: connect again whenever the road is lost."""
        run = asyncio.create_task(reconnecting(self.transport, self.heard.append, self.changed))
        await asyncio.wait_for(self.ready.wait(), 10)
        yield self
        await ended(run)


async def ended(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, TransportError):
        await task


async def until(check: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110 - what it waits for happens in another program
            await asyncio.sleep(0.01)


async def press(broker: Mosquitto, *ids: int) -> None:
    async with publisher(broker.url, client_id="knapp") as publish:
        for number in ids:
            await publish(TOPIC, json.dumps({"id": number}).encode())


def numbers(messages: list[Message]) -> list[int]:
    return [json.loads(heard.payload)["id"] for heard in messages]


# --- acknowledgement -------------------------------------------------------------------------


async def test_nothing_is_acknowledged_before_we_say_so(broker: Mosquitto) -> None:
    hub = Hub(broker.url)
    async with hub.connected():
        await press(broker, 1, 2, 3)
        first = list(await hub.hears(3))

    async with hub.connected():
        again = (await hub.hears(6))[3:]
        assert numbers(again) == [1, 2, 3]
        assert [heard.dup for heard in first + again] == [False] * 3 + [True] * 3
        assert [heard.mid for heard in again] == [heard.mid for heard in first]
        assert {heard.session for heard in hub.heard} == {"s1"}
        hub.transport.acknowledge(again)
        await hub.is_read()

    async with hub.connected():
        await press(broker, 4)  # what is sent again comes before what is new
        assert numbers(await hub.hears(7)) == [1, 2, 3, 1, 2, 3, 4]
        assert hub.sessions == [False, True, True]


async def test_what_an_earlier_connection_delivered_is_not_acknowledged_on_this_one(broker: Mosquitto) -> None:
    hub = Hub(broker.url)
    async with hub.connected():
        await press(broker, 1)
        old = list(await hub.hears(1))

    async with hub.connected():
        await hub.hears(2)
        hub.transport.acknowledge(old)
        await hub.is_read()

    async with hub.connected():
        assert numbers(await hub.hears(3)) == [1, 1, 1]


async def test_acknowledging_without_a_connection_does_nothing(broker: Mosquitto) -> None:
    hub = Hub(broker.url)
    async with hub.connected():
        await press(broker, 1)
        await hub.hears(1)

    hub.transport.acknowledge(hub.heard)


async def test_a_hub_that_is_killed_before_it_acknowledged_hears_everything_again(
    broker: Mosquitto, tmp_path: Path
) -> None:
    script = tmp_path / "hub.py"
    script.write_text(
        "import asyncio, os, sys\n"
        "from carehub.kit.clock import utc_now\n"
        "from integrations.mqtt import MqttTransport\n"
        "heard = []\n"
        "def deliver(message):\n"
        "    heard.append(message)\n"
        "    if len(heard) == 10: os.kill(os.getpid(), 9)\n"
        f"transport = MqttTransport({broker.url!r}, 'hub', ({FILTER!r},), on_session=lambda _: 's1', clock=utc_now)\n"
        "asyncio.run(transport.run(deliver, lambda: print('ready', flush=True)))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    )
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), 15)
    await press(broker, *range(10))
    assert await asyncio.wait_for(process.wait(), 15) == -signal.SIGKILL

    async with Hub(broker.url).connected() as hub:
        assert numbers(await hub.hears(10)) == list(range(10))
        assert all(heard.dup for heard in hub.heard)
        assert hub.sessions == [True]


async def test_thousands_of_messages_are_acknowledged_together(broker: Mosquitto) -> None:
    hub = Hub(broker.url)
    async with hub.connected():
        async with publisher(broker.url, in_flight=1000) as publish:
            for number in range(3000):
                await publish(TOPIC, b'{"id":%d}' % number)
        await hub.stores(3000)
        assert numbers(hub.heard) == list(range(3000))

    async with hub.connected():
        await press(broker, 3000)  # what is sent again comes before what is new
        assert numbers(await hub.hears(3001)) == list(range(3001))


_LISTENS = """
import sys
from paho.mqtt.client import CallbackAPIVersion, Client
device = Client(CallbackAPIVersion.VERSION2)
device.on_subscribe = lambda *_: print("listens", flush=True)
device.on_message = lambda *heard: print(heard[2].payload.decode(), flush=True)
device.connect("127.0.0.1", int(sys.argv[1]))
device.subscribe("out/ack")
device.loop_forever()
"""


async def test_what_is_stored_is_told_though_the_next_batch_begins_at_once(broker: Mosquitto) -> None:
    """The answer left with the loop's next turn, and amid a flood that came after the next batch's work."""
    async with Hub(broker.url).connected() as hub:
        await press(broker, 1)
        await hub.hears(1)
        with subprocess.Popen(  # noqa: ASYNC220 - the hub does nothing meanwhile
            [sys.executable, "-c", _LISTENS, broker.url.rpartition(":")[2]], stdout=subprocess.PIPE, text=True
        ) as device:
            try:
                assert device.stdout is not None
                assert device.stdout.readline() == "listens\n"

                hub.transport.reply("out/ack", b"stored")
                hub.transport.acknowledge(hub.heard)
                heard, _, _ = select.select([device.stdout], [], [], 10)  # the loop has no turn

                assert heard
                assert device.stdout.readline() == "stored\n"
            finally:
                device.kill()


async def test_many_reports_that_came_meanwhile_leave_turns_to_others(broker: Mosquitto) -> None:
    """No broker bounds what has QoS 0: behind 15,000 reports the hub did nothing else for 0.15 s."""
    hub, many, turns = Hub(broker.url), 5000, [0]

    async def counts() -> None:
        while True:
            turns.append(len(hub.heard))
            await asyncio.sleep(0)

    async with hub.connected():
        sends = (
            "from paho.mqtt import publish\n"
            f"reports = [({TOPIC!r}, b'{{\"id\":%d}}' % number, 0, False) for number in range({many})]\n"
            f"publish.multiple(reports, port={broker.url.rpartition(':')[2]})"
        )
        subprocess.run([sys.executable, "-c", sends], check=True)  # noqa: ASYNC221 - the hub does nothing meanwhile
        others = asyncio.create_task(counts())
        assert numbers(await hub.hears(many)) == list(range(many))
        await ended(others)

    assert max(after - before for before, after in pairwise(turns)) <= 500


async def test_what_deliver_cannot_take_comes_back(broker: Mosquitto) -> None:
    transport = MqttTransport(broker.url, "hub", (FILTER,), on_session=lambda _: "s1", clock=utc_now)
    ready = asyncio.Event()

    def fail(_: Message) -> None:
        raise ValueError("no room")

    run = asyncio.create_task(transport.run(fail, ready.set))
    await ready.wait()
    await press(broker, 1)
    with pytest.raises(TransportError, match="no room"):
        await asyncio.wait_for(run, 30)

    async with Hub(broker.url).connected() as hub:
        assert numbers(await hub.hears(1)) == [1]


async def test_a_retained_message_says_that_it_is_retained_f9(broker: Mosquitto) -> None:
    async with publisher(broker.url) as publish:
        await publish(TOPIC, b'{"id":1}', retain=True)

    async with Hub(broker.url).connected() as hub:
        assert (await hub.hears(1))[0].retain


async def test_a_payload_over_8_kib_is_still_delivered_c10(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected() as hub, publisher(broker.url) as publish:
        for size in (0, 1, 127, 128, 8192, 8193, 100_000):
            await publish(TOPIC, b"x" * size)

        assert [len(heard.payload) for heard in await hub.hears(7)] == [0, 1, 127, 128, 8192, 8193, 100_000]


async def test_topics_keep_their_spaces_and_norwegian_letters(broker: Mosquitto) -> None:
    async with Hub(broker.url, "zigbee2mqtt/#").connected() as hub, publisher(broker.url) as publish:
        await publish("zigbee2mqtt/Bad 1 etasje/nødknapp", b"{}")

        assert (await hub.hears(1))[0].topic == "zigbee2mqtt/Bad 1 etasje/nødknapp"


# --- the other direction ---------------------------------------------------------------------


async def test_replies_go_out_in_order_at_both_qualities(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected() as hub, Hub(broker.url, "out/#", client_id="device").connected() as device:
        for number in range(200):
            await hub.transport.publish("out/ack", b'{"id":%d}' % number)
        await hub.transport.publish("out/ack", b'{"id":200}', qos=1)

        assert numbers(await device.hears(201)) == list(range(201))


async def test_a_reply_may_be_kept_and_may_be_long(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected() as hub:
        await hub.transport.publish("out/ærlig", b"x" * 200_000, retain=True)
        await hub.transport.publish("out/empty", b"")

    async with Hub(broker.url, "out/#", client_id="device").connected() as device:
        [kept] = await device.hears(1)
        assert (kept.topic, len(kept.payload), kept.retain) == ("out/ærlig", 200_000, True)


async def test_publishing_without_a_connection_is_a_transport_error(broker: Mosquitto) -> None:
    with pytest.raises(TransportError):
        await Hub(broker.url).transport.publish("out/ack", b"")


async def test_publishing_on_a_connection_that_broke_is_a_transport_error(broker: Mosquitto) -> None:
    hub = Hub(broker.url)

    async def reply_until_it_fails() -> None:
        while True:
            await hub.transport.publish("out/ack", b"")
            await asyncio.sleep(0.005)

    async with hub.connected():
        broker.kill()
        with pytest.raises(TransportError):
            await asyncio.wait_for(reply_until_it_fails(), 5)


async def test_a_broker_that_dies_under_a_publish_is_a_transport_error(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected() as hub:
        broker.sigstop()
        waiting = asyncio.create_task(hub.transport.publish("out/ack", b"", qos=1))
        await asyncio.sleep(0.05)
        broker.kill()

        with pytest.raises(TransportError):
            await asyncio.wait_for(waiting, 7)


async def test_leaving_never_unsubscribes(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected():
        pass

    await until(lambda: "Received DISCONNECT from hub" in broker.log)
    assert "UNSUBSCRIBE" not in broker.log


async def test_a_frozen_broker_does_not_keep_us_from_leaving(broker: Mosquitto) -> None:
    async with asyncio.timeout(3):
        async with Hub(broker.url).connected():
            broker.sigstop()
    broker.sigcont()


@pytest.mark.parametrize("turns", range(6))
async def test_a_station_that_is_told_to_end_as_the_brokers_answer_comes_ends(turns: int) -> None:
    """A cancellation that comes with the answer is not forgotten: whoever publishes for ever would never end."""
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    publishing = asyncio.create_task(_confirmed(answer))
    await asyncio.sleep(0.01)

    answer.set_result(None)
    for _ in range(turns):
        await asyncio.sleep(0)

    if publishing.cancel():  # else it had ended
        with pytest.raises(asyncio.CancelledError):
            await publishing


# --- losing the road -------------------------------------------------------------------------


async def test_a_broker_restarted_empty_is_subscribed_again_f4(broker: Mosquitto) -> None:
    async with Hub(broker.url).staying() as hub:
        broker.stop()
        await until(lambda: not hub.ready.is_set())
        broker.empty()
        broker.start()
        await asyncio.wait_for(hub.ready.wait(), 15)
        await press(broker, 7)

        assert numbers(await hub.hears(1)) == [7]
        assert hub.sessions == [False, False]
        assert hub.heard[0].session == "s2"
        assert [connected for connected, _ in hub.changes][:2] == [True, False]
        assert all(reason for connected, reason in hub.changes if not connected)


async def test_a_broker_that_kept_its_sessions_delivers_what_came_meanwhile(broker: Mosquitto) -> None:
    async with Hub(broker.url).connected():
        pass
    await press(broker, 1, 2)
    broker.stop()
    broker.start()

    async with Hub(broker.url).connected() as hub:
        assert numbers(await hub.hears(2)) == [1, 2]
        assert hub.sessions == [True]


async def test_no_broker_at_all_is_a_transport_error(broker: Mosquitto) -> None:
    broker.stop()

    with pytest.raises(TransportError, match="cannot connect"):
        async with Hub(broker.url).connected():
            pass


async def test_a_wrong_password_is_a_transport_error_that_says_so(tmp_path: Path) -> None:
    passwords = password_file(tmp_path, hub="right")
    with Mosquitto(tmp_path / "b", anonymous=False, config=f"password_file {passwords}") as broker:
        with pytest.raises(TransportError, match=r"(?i)not authori"):
            async with Hub(broker.url, username="hub", password="wrong").connected():
                pass

        async with Hub(broker.url, username="hub", password="right").connected():
            pass


def password_file(folder: Path, **users: str) -> Path:
    path = folder / "passwords"
    path.touch(mode=0o600)
    for user, password in users.items():
        subprocess.run(["mosquitto_passwd", "-b", path, user, password], check=True, capture_output=True)
    return path


async def test_a_refused_subscription_is_named_f5(tmp_path: Path) -> None:
    rights = {
        "defaultACLAccess": {"publishClientSend": True, "publishClientReceive": True, "subscribe": False},
        "anonymousGroup": "all",
        "groups": [
            {"groupname": "all", "roles": [{"rolename": "some"}]},
        ],
        "roles": [
            {"rolename": "some", "acls": [{"acltype": "subscribePattern", "topic": FILTER, "allow": True}]},
        ],
    }
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "rights.json").write_text(json.dumps(rights))
    config = f"plugin {DYNAMIC_SECURITY}\nplugin_opt_config_file {folder / 'rights.json'}"
    with Mosquitto(folder, config=config) as broker:
        async with Hub(broker.url, FILTER).connected():
            pass

        with pytest.raises(TransportError, match="refused the subscription to zigbee2mqtt/#"):
            async with Hub(broker.url, FILTER, "zigbee2mqtt/#").connected():
                pass


# --- TLS -------------------------------------------------------------------------------------


def authority(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate authority of our own: its certificate and its key."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
        "-keyout",
        key,
        "-out",
        certificate,
    )
    return certificate, key


def server(folder: Path, signed_by: tuple[Path, Path], alternative: str) -> tuple[Path, Path]:
    """A server's certificate for one name, and its key."""
    certificate, key, request, names = (folder / f"server.{end}" for end in ("crt", "key", "csr", "ext"))
    names.write_text(f"subjectAltName={alternative}\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker", "-keyout", key, "-out", request)
    ca, ca_key = signed_by
    openssl(
        "x509",
        "-req",
        "-in",
        request,
        "-CA",
        ca,
        "-CAkey",
        ca_key,
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        names,
        "-out",
        certificate,
    )
    return certificate, key


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@asynccontextmanager
async def broker_with_tls(folder: Path, alternative: str) -> AsyncIterator[tuple[str, Path]]:
    """A broker that speaks TLS only; gives its address and the certificate to trust."""
    ours = authority(folder, "ours")
    certificate, key = server(folder, ours, alternative)
    with Mosquitto(folder / "b", config=f"certfile {certificate}\nkeyfile {key}") as broker:
        yield f"mqtts://127.0.0.1:{broker.port}", ours[0]


async def test_tls_works_with_the_right_authority(tmp_path: Path) -> None:
    async with (
        broker_with_tls(tmp_path, "IP:127.0.0.1") as (url, trusted),
        Hub(url, ca_file=str(trusted)).connected() as hub,
    ):
        async with publisher(url, ca_file=str(trusted), in_flight=1000) as publish:
            for number in range(2000):
                await publish(TOPIC, json.dumps({"id": number, "long": "x" * 100}).encode())
        await hub.stores(2000)

        assert numbers(hub.heard) == list(range(2000))


async def test_a_wrong_authority_is_refused_c2(tmp_path: Path) -> None:
    async with broker_with_tls(tmp_path, "IP:127.0.0.1") as (url, _):
        stranger, _ = authority(tmp_path, "stranger")

        for trusted in (str(stranger), None):
            with pytest.raises(TransportError, match="CERTIFICATE_VERIFY_FAILED"):
                async with Hub(url, ca_file=trusted).connected():
                    pass


async def test_a_certificate_for_another_server_is_refused_c2(tmp_path: Path) -> None:
    async with broker_with_tls(tmp_path, "DNS:elsewhere.example") as (url, trusted):
        with pytest.raises(TransportError, match="CERTIFICATE_VERIFY_FAILED"):
            async with Hub(url, ca_file=str(trusted)).connected():
                pass


async def test_a_broker_without_tls_is_refused_where_tls_is_asked_for_c2(broker: Mosquitto) -> None:
    with pytest.raises(TransportError):
        async with Hub(broker.url.replace("mqtt:", "mqtts:")).connected():
            pass


# --- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["", "localhost", "http://localhost", "mqtt://", "mqtt://localhost:many", "ws://localhost:1"]
)
async def test_a_useless_address_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CAREHUB_MQTT_URL"):
        Hub(url)


async def test_a_missing_certificate_file_names_the_setting() -> None:
    with pytest.raises(ConfigurationError, match="CAREHUB_MQTT_CA_FILE"):
        Hub("mqtts://localhost", ca_file="/nowhere/ca.crt")


async def test_credentials_may_stand_in_the_address_and_never_in_its_picture() -> None:
    broker = Broker.at("mqtt://hub:p%40ss@localhost:1884")

    assert (broker.host, broker.port, broker.username, broker.password) == ("localhost", 1884, "hub", "p@ss")
    assert "p@ss" not in repr(broker)
