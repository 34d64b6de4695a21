"""What ships in docker/: linted, and the broker's configuration tried on the real broker.

No image is built here: there is no engine. docker/README.md says so.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
import yaml
from pydantic import SecretStr
from uvicorn.middleware.proxy_headers import _TrustedHosts

from carehub.app import doctor
from carehub.app.settings import Settings
from integrations.mqtt._broker_log import too_large_from
from tests.guarded import DENIED, DOCKER, ROOT, SOON_S, Broker, Client, hub, running

# --- without the broker ----------------------------------------------------------------------


def test_the_dockerfile_is_clean_c91() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DOCKER / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (lint.returncode, lint.stdout) == (0, "")


def test_the_compose_file_is_sound_c91() -> None:
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


def test_the_broker_has_bounds_and_confirms_nothing_that_it_drops_c16() -> None:
    words = {line.split()[0] for line in settings()}

    assert {"max_queued_bytes", "memory_limit", "max_packet_size", "max_connections"} <= words
    assert "message_size_limit" not in words


def test_the_broker_may_open_as_many_files_as_it_lets_devices_in_c16() -> None:
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    let_in = sum(int(line.split()[1]) for line in settings() if line.startswith("max_connections"))

    assert compose["services"]["mosquitto"]["ulimits"]["nofile"]["soft"] > let_in + 1000


def settings() -> list[str]:
    lines = (DOCKER / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# --- with the broker -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


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
def test_strangers_are_refused_c1(broker: Broker, user: str | None, password: str | None, *, tls: bool) -> None:
    stranger = Client(broker, user, password, tls=tls)

    assert stranger.connect() in {0x86, DENIED}

    stranger.mqtt.loop_stop()


def test_a_device_without_tls_finds_no_listener_of_its_own_c1(broker: Broker) -> None:
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
def test_a_device_speaks_only_for_itself_c4(broker: Broker, topic: str, *, allowed: bool) -> None:
    with Client(broker, "pendant-1") as device:
        assert (device.publish(topic) != DENIED) is allowed


@pytest.mark.parametrize(
    "topic",
    ["#", "+/+/+/+", "carehub/v1/+/ack", "carehub/v1/pendant-2/ack", "carehub/v1/pendant-2/alarm", "$share/x/#"],
)
def test_a_device_hears_only_what_is_for_it_c4(broker: Broker, topic: str) -> None:
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


def test_a_device_cannot_take_over_the_session_of_the_hub_c5(broker: Broker) -> None:
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
