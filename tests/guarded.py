"""The real Mosquitto with the configuration that ships in docker/, and clients of it that are told what it refuses."""

import getpass
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

import paho.mqtt.client as mqtt  # noqa: TID251 - an independent client asks the broker, not our transport
from paho.mqtt.enums import CallbackAPIVersion  # noqa: TID251
from paho.mqtt.packettypes import PacketTypes  # noqa: TID251
from paho.mqtt.properties import Properties  # noqa: TID251

ROOT = Path(__file__).resolve().parents[1]
DOCKER = ROOT / "docker"
USERS = ("carehub", "pendant-1", "pendant-2")
DENIED = 0x87
SOON_S = 5.0


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

    def shut_out(self, user: str) -> None:
        """What docker/README.md says of a device that was stolen."""
        run("mosquitto_passwd", "-D", str(self.folder / "secrets" / "passwords"), user)
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

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


@contextmanager
def running(folder: Path) -> Iterator[Broker]:
    """The broker for as long as the block lasts, with a certificate and passwords of its own."""
    for name in ("config", "data", "secrets"):
        (folder / name).mkdir()
    (folder / "config" / "mosquitto.acl").write_bytes((DOCKER / "mosquitto.acl").read_bytes())
    make_secrets(folder / "secrets")
    broker = Broker(folder, *free_ports())
    broker.start()
    try:
        yield broker
    finally:
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
    will: str | None = None
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
        if self.will is not None:
            self.mqtt.will_set(self.will, b'{"kind": "button.pressed"}', qos=1)
        self.ended: Queue[int] = Queue()
        self.mqtt.on_disconnect = lambda _c, _u, _f, reason, _p: self.ended.put(reason.value)
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

    def cut(self) -> None:
        """Fall silent as a device does whose battery is taken out."""
        self.mqtt.loop_stop()
        wire = self.mqtt.socket()
        assert wire is not None
        wire.close()

    def __enter__(self) -> Self:
        assert self.connect() == 0
        return self

    def __exit__(self, *_: object) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def hub(broker: Broker, **options: Any) -> Client:
    return Client(broker, "carehub", tls=False, client_id="carehub", **options)
