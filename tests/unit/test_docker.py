"""What ships in docker/: linted, and the broker's configuration tried on the real broker.

No image is built here: there is no engine. docker/README.md says so.
"""

import getpass
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

import paho.mqtt.client as mqtt  # noqa: TID251 - an independent client asks the broker, not our transport
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion  # noqa: TID251
from paho.mqtt.packettypes import PacketTypes  # noqa: TID251
from paho.mqtt.properties import Properties  # noqa: TID251
from pydantic import SecretStr
from uvicorn.middleware.proxy_headers import _TrustedHosts

from carehub.app import doctor
from carehub.app.settings import Settings
from integrations.mqtt._broker_log import too_large_from

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
USERS = ("carehub", "pendant-1", "pendant-2")
DENIED = 0x87
SOON_S = 5.0


# --- without the broker ----------------------------------------------------------------------


def test_the_dockerfile_is_clean() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DOCKER / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (lint.returncode, lint.stdout) == (0, "")


def test_the_compose_file_is_sound() -> None:
    check = subprocess.run(
        [sys.executable, ROOT / "tools" / "check_compose.py", DOCKER / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (check.returncode, check.stdout) == (0, ""), check.stderr


def test_the_hub_is_told_by_the_front_alone_who_asks() -> None:
    """Else all the world is one address to it, and sixty wrong passwords anywhere keep everybody out (C45)."""
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    services, (range_,) = compose["services"], compose["networks"]["pages"]["ipam"]["config"]
    believed = _TrustedHosts(services["carehub"]["environment"]["CAREHUB_TRUSTED_PROXIES"])

    assert {name for name, service in services.items() if "pages" in service["networks"]} == {"carehub", "front"}
    assert "172.30.77.2" in believed
    assert "172.30.78.2" not in believed
    assert services["carehub"]["environment"]["CAREHUB_TRUSTED_PROXIES"] == range_["subnet"]
    (alias,) = services["carehub"]["networks"]["pages"]["aliases"]
    assert f"reverse_proxy {alias}:8000" in (DOCKER / "Caddyfile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "allow_anonymous false",
        "set_tcp_nodelay true",
        "max_inflight_messages 1000",
        "max_queued_messages 0",
        "persistence true",
        "autosave_interval 1",
        "log_dest topic",
    ],
)
def test_the_broker_is_set_as_the_reliability_of_alarms_needs(line: str) -> None:
    assert line in settings()


def test_the_broker_confirms_nothing_that_it_drops() -> None:
    words = {line.split()[0] for line in settings()}

    assert {"max_queued_bytes", "memory_limit", "max_packet_size"} <= words
    assert "message_size_limit" not in words


def settings() -> list[str]:
    lines = (DOCKER / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# --- with the broker -------------------------------------------------------------------------


@dataclass
class Broker:
    """The real Mosquitto with docker/mosquitto.conf: only folders, ports and the user are of this test."""

    folder: Path
    devices: int
    hub: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        text = (DOCKER / "mosquitto.conf").read_text(encoding="utf-8")
        for shipped, ours in {
            "/mosquitto/": f"{self.folder}/",
            "listener 8883": f"listener {self.devices} 127.0.0.1",
            "listener 1883": f"listener {self.hub} 127.0.0.1",
        }.items():
            assert shipped in text
            text = text.replace(shipped, ours)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(f"{text}\nuser {getpass.getuser()}\n", encoding="utf-8")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(["mosquitto", "-c", configuration], stdout=log, stderr=log, env=PATH)
        until = time.monotonic() + SOON_S
        while not all(listens(port) for port in (self.devices, self.hub)):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=SOON_S)


PATH = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(two.getsockname()[1])


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("mosquitto")
    for name in ("config", "data", "secrets"):
        (folder / name).mkdir()
    (folder / "config" / "mosquitto.acl").write_bytes((DOCKER / "mosquitto.acl").read_bytes())
    make_secrets(folder / "secrets")
    broker = Broker(folder, *free_ports())
    broker.start()
    yield broker
    broker.stop()


def make_secrets(folder: Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem"))  # fmt: skip
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    for user in USERS:
        run("mosquitto_passwd", "-b", str(passwords), user, f"secret of {user}")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=PATH, check=False)
    assert done.returncode == 0, done.stderr


@dataclass
class Client:
    """An MQTT 5 client, because only MQTT 5 is told that a publish was refused."""

    broker: Broker
    user: str | None
    password: str | None = None
    tls: bool = True
    lasting: bool = False
    client_id: str = ""
    answers: Queue[tuple[str, int]] = field(default_factory=Queue)
    heard: Queue[tuple[str, bytes]] = field(default_factory=Queue)

    def connect(self) -> int:
        """Give the broker's answer to CONNECT."""
        self.mqtt = mqtt.Client(
            CallbackAPIVersion.VERSION2, self.client_id or self.user or "nobody", protocol=mqtt.MQTTv5
        )
        if self.user is not None:
            self.mqtt.username_pw_set(self.user, self.password or f"secret of {self.user}")
        if self.tls:
            self.mqtt.tls_set(
                str(self.broker.folder / "secrets" / "fullchain.pem"), tls_version=ssl.PROTOCOL_TLS_CLIENT
            )
        self.mqtt.on_connect = lambda _c, _u, _f, reason, _p: self.answers.put(("connect", reason.value))
        self.mqtt.on_publish = lambda _c, _u, _mid, reason, _p: self.answers.put(("publish", reason.value))
        self.mqtt.on_subscribe = lambda _c, _u, _mid, reasons, _p: self.answers.put(("subscribe", reasons[0].value))
        self.mqtt.on_message = lambda _c, _u, message: self.heard.put((message.topic, bytes(message.payload)))
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 3600 if self.lasting else 0
        port = self.broker.devices if self.tls else self.broker.hub
        self.mqtt.connect("localhost", port, clean_start=not self.lasting, properties=properties)
        self.mqtt.loop_start()
        return self.answer("connect")

    def answer(self, to: str) -> int:
        what, reason = self.answers.get(timeout=SOON_S)
        assert what == to
        return reason

    def publish(self, topic: str, payload: bytes = b"{}") -> int:
        """Give the reason code of the PUBACK."""
        self.mqtt.publish(topic, payload, qos=1)
        return self.answer("publish")

    def subscribe(self, topic: str) -> int:
        """Give the reason code of the SUBACK."""
        self.mqtt.subscribe(topic, qos=1)
        return self.answer("subscribe")

    def hears(self, within_s: float = SOON_S) -> tuple[str, bytes] | None:
        try:
            return self.heard.get(timeout=within_s)
        except Empty:
            return None

    def __enter__(self) -> Self:
        assert self.connect() == 0
        return self

    def __exit__(self, *_: object) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def hub(broker: Broker, **options: Any) -> Client:
    return Client(broker, "carehub", tls=False, client_id="carehub", **options)


@pytest.mark.parametrize(
    ("user", "password", "tls"),
    [
        (None, None, True),
        (None, None, False),
        ("pendant-1", "a guess", True),
        ("pendant-3", None, True),
        ("carehub", "a guess", False),
    ],
)
def test_strangers_are_refused(broker: Broker, user: str | None, password: str | None, *, tls: bool) -> None:
    stranger = Client(broker, user, password, tls=tls)

    assert stranger.connect() in {0x86, DENIED}

    stranger.mqtt.loop_stop()


def test_a_device_without_tls_finds_no_listener_of_its_own(broker: Broker) -> None:
    with socket.create_connection(("127.0.0.1", broker.devices), timeout=SOON_S) as wire:
        wire.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test")
        try:
            said = wire.recv(4)
        except ConnectionResetError:
            said = b""

    assert not said.startswith(b"\x20"), "a CONNACK without TLS"


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("carehub/v1/pendant-1/event", True),
        ("carehub/v1/pendant-1/alarm", True),
        ("zigbee2mqtt/pendant-1/Kjøkken vindu", True),
        ("carehub/v1/pendant-2/event", False),
        ("carehub/v1/pendant-2/alarm", False),
        ("carehub/v1/pendant-1/ack", False),
        ("carehub/v1/pendant-2/ack", False),
        ("carehub/v1/pendant-1/cmd", False),
        ("carehub/v1/pendant-1/alarm/more", False),
        ("zigbee2mqtt/Kjøkken vindu", False),
        ("zigbee2mqtt/pendant-2/Kjøkken vindu", False),
        ("$SYS/broker/uptime", False),
        ("owntracks/pendant-1/gps/event", True),
        ("owntracks/pendant-2/gps/event", False),
        ("application/1/device/a84041d21182b879/event/up", False),
        ("anything", False),
    ],
)
def test_a_device_speaks_only_for_itself(broker: Broker, topic: str, *, allowed: bool) -> None:
    with Client(broker, "pendant-1") as device:
        assert (device.publish(topic) != DENIED) is allowed


@pytest.mark.parametrize(
    "topic",
    ["#", "+/+/+/+", "carehub/v1/+/ack", "carehub/v1/pendant-2/ack", "carehub/v1/pendant-2/alarm", "$share/x/#"],
)
def test_a_device_hears_only_what_is_for_it(broker: Broker, topic: str) -> None:
    with Client(broker, "pendant-1") as curious, Client(broker, "pendant-2") as other, hub(broker) as ours:
        curious.subscribe(topic)
        curious.subscribe("carehub/v1/pendant-1/ack")
        other.publish("carehub/v1/pendant-2/alarm")
        ours.publish("carehub/v1/pendant-2/ack")
        ours.publish("carehub/v1/pendant-1/ack", b"its own")

        assert curious.hears() == ("carehub/v1/pendant-1/ack", b"its own")


def test_whose_message_was_too_large_is_told_to_the_hub_and_to_nobody_else_f7(broker: Broker) -> None:
    """F7: the broker's log is all that is left of it, and says who is in the house."""
    log, line = "$SYS/broker/log/N", None
    with Client(broker, "pendant-2") as curious, hub(broker) as ours:
        curious.subscribe("$SYS/#")
        assert ours.subscribe(log) <= 1
        with Client(broker, "pendant-1") as device:
            device.mqtt.publish("carehub/v1/pendant-1/alarm", b"x" * (1024 * 1024 + 1), qos=1)
            while (heard := ours.hears()) and (line := too_large_from(heard[1])) is None:
                assert heard[0] == log

        assert line == "pendant-1"
        assert curious.hears(within_s=0.2) is None


def test_a_device_hears_that_its_alarm_is_stored(broker: Broker) -> None:
    with Client(broker, "pendant-1") as device, hub(broker) as ours:
        device.subscribe("carehub/v1/pendant-1/ack")
        ours.subscribe("carehub/v1/+/alarm")

        assert device.publish("carehub/v1/pendant-1/alarm", b'{"id": "1"}') == 0
        assert ours.hears() == ("carehub/v1/pendant-1/alarm", b'{"id": "1"}')
        assert ours.publish("carehub/v1/pendant-1/ack", b"stored") == 0
        assert device.hears() == ("carehub/v1/pendant-1/ack", b"stored")


def test_the_hub_switches_a_siren_behind_a_gateway_and_speaks_for_no_sensor(broker: Broker) -> None:
    """A refused publish is confirmed to the hub (MQTT 3.1.1): the siren would stay silent, and nobody would know."""
    with Client(broker, "pendant-1") as gateway, hub(broker) as ours:
        gateway.subscribe("zigbee2mqtt/pendant-1/#")

        assert ours.publish("zigbee2mqtt/pendant-1/sirene_sol/set", b"on") == 0
        assert gateway.hears() == ("zigbee2mqtt/pendant-1/sirene_sol/set", b"on")
        assert ours.publish("zigbee2mqtt/pendant-1/sirene_sol") == DENIED


def test_a_device_cannot_take_over_the_session_of_the_hub(broker: Broker) -> None:
    with hub(broker) as ours, Client(broker, "pendant-1", client_id="carehub") as thief:
        ours.subscribe("carehub/v1/+/alarm")
        thief.publish("carehub/v1/pendant-1/alarm", b"still here")

        assert ours.hears() == ("carehub/v1/pendant-1/alarm", b"still here")


@pytest.mark.parametrize("devices", [False, True], ids=["the hub's listener", "a listener that names by user"])
async def test_the_doctor_knows_the_hubs_password_and_takes_nothing_that_waits_for_it(
    broker: Broker, *, devices: bool
) -> None:
    """With the user name as its id, a clean session would throw the hub's own away, and the alarms in it."""
    port, scheme = (broker.devices, "mqtts") if devices else (broker.hub, "mqtt")
    with Client(broker, "carehub", tls=devices, client_id="carehub", lasting=True) as ours:
        ours.subscribe("carehub/v1/+/alarm")
    with Client(broker, "pendant-1") as device:
        device.publish("carehub/v1/pendant-1/alarm", b"waits")
    url, trusted = f"{scheme}://localhost:{port}", str(broker.folder / "secrets" / "fullchain.pem")

    right, wrong = [
        await doctor._broker(
            Settings(mqtt_url=url, mqtt_ca_file=trusted, mqtt_username="carehub", mqtt_password=SecretStr(password))
        )
        for password in ("secret of carehub", "a guess")
    ]

    assert (right.well, wrong.well) == (True, False), right.words
    with Client(broker, "carehub", tls=devices, client_id="carehub", lasting=True) as ours:
        assert ours.hears() == ("carehub/v1/pendant-1/alarm", b"waits")


def test_what_came_while_the_hub_was_away_survives_a_restart_of_the_broker(broker: Broker) -> None:
    with hub(broker, lasting=True) as ours:
        ours.subscribe("carehub/v1/+/alarm")
    with Client(broker, "pendant-1") as device:
        for number in range(1200):
            device.mqtt.publish("carehub/v1/pendant-1/alarm", str(number), qos=1)
        assert {device.answer("publish") for _ in range(1200)} == {0}

    broker.stop()
    broker.start()

    with hub(broker, lasting=True) as ours:
        heard = [ours.hears() for _ in range(1200)]
    assert heard == [("carehub/v1/pendant-1/alarm", str(number).encode()) for number in range(1200)]


def test_a_packet_that_is_too_large_is_refused_and_not_confirmed(broker: Broker) -> None:
    with Client(broker, "pendant-1") as device:
        gone: Queue[int] = Queue()
        device.mqtt.on_disconnect = lambda _c, _u, _f, reason, _p: gone.put(reason.value)
        device.mqtt.publish("carehub/v1/pendant-1/event", b"x" * 1_100_000, qos=1)

        assert gone.get(timeout=SOON_S) != 0
        assert device.answers.empty()
