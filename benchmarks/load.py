"""The load: sensors that report through zigbee2mqtt, and people who press their alarm buttons."""

import json
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.household import HOMES, KINDS, WEARERS, button, sensor
from benchmarks.kit import Kit

WINDOW = 1000
_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender says of itself: `began` and `ended` are moments of the machine's monotonic clock."""

    messages: int
    confirmed: int
    began: float
    ended: float


def reports(many: int | None, *, battery: bool = False) -> Iterator[tuple[str, bytes]]:
    """Messages of 75 to 100 bytes, each of which changes what is known; one event a message.

    Args:
        many: How many; without end if None.
        battery: Whether the battery stands in each, as it often does: it is an event too, so two a message.
    """
    names = [(f"zigbee2mqtt/{sensor(home, kind)}", kind) for kind in KINDS for home in range(HOMES)]
    tail = ',"battery":88' if battery else ',"voltage":3015'
    number = 0
    while many is None or number < many:
        topic, kind = names[number % len(names)]
        yield topic, _report(kind, number // len(names), tail)
        number += 1


def _report(kind: str, turn: int, tail: str) -> bytes:
    on = "true" if turn & 1 else "false"
    match kind:
        case "motion":
            body = f'"occupancy":{on},"linkquality":{80 + turn % 100},"device_temperature":21{tail}'
        case "door":
            body = f'"contact":{on},"linkquality":{80 + turn % 100},"power_outage_count":12{tail}'
        case "bed":
            state = "sedentary" if turn & 1 else "none"
            body = f'"pressure_state":"{state}","linkquality":{80 + turn % 100},"trigger_count":3{tail}'
        case _:
            body = f'"temperature":{19 + turn % 400 / 100:.2f},"linkquality":{80 + turn % 100},"power_outages":12{tail}'
    return b"{%s}" % body.encode()


def care_reports(many: int | None) -> Iterator[tuple[str, bytes]]:
    """The same load as the kit's, for peers: `care/<resident>/<kind>`."""
    number = 0
    while many is None or number < many:
        home, kind = number % HOMES, ("motion", "bed", "door", "temp")[(number // HOMES) & 3]
        turn = number // (HOMES * 4)
        value = turn & 1 if kind in {"motion", "door"} else round(20 + number * 7 % 1000 / 100, 2)
        now = time.time()  # noqa: TID251 - what the kit sends
        body = f'{{"id":{number},"dev":"r{home}-{kind}","kind":"{kind}","v":{value},"ts":{now:.3f}}}'
        yield f"care/r{home}/{kind}", body.encode()
        number += 1


_STREAMS = {"zigbee": reports, "care": care_reports}


class Sender:
    """A process that publishes at QoS 1 until it is through, or told to stop."""

    def __init__(self, kit: Kit, port: int, stream: str, *, many: int | None = None, rate: int = 0, **how: Any) -> None:
        self._stop = _spawn.Event()
        self._answer, there = _spawn.Pipe(duplex=False)
        arguments = (str(kit.folder), port, stream, many, rate, how, self._stop, there)
        self._process = _spawn.Process(target=_send, args=arguments, daemon=True)
        self._process.start()
        there.close()

    def ended(self) -> Sent:
        """Wait until it has sent everything and the broker has confirmed it."""
        try:
            sent: Sent = self._answer.recv()
        finally:
            self._process.join(60)
        return sent

    def stop(self) -> Sent:
        """Let it end now."""
        self._stop.set()
        return self.ended()


def _send(folder: str, port: int, stream: str, many: int | None, rate: int, how: Any, stop: Any, answer: Any) -> None:  # noqa: PLR0913, PLR0917 - a process is started with plain values
    raw = Kit(Path(folder)).raw()
    began = time.monotonic()
    sent, confirmed, _ = raw.blast(
        port, _STREAMS[stream](many, **how), WINDOW, rate, cid=f"load-{port}", stop=stop.is_set
    )
    answer.send(Sent(sent, confirmed, began, time.monotonic()))


class Presses:
    """Alarms, each from another resident, and the moments when the hub said that they are stored."""

    def __init__(self, kit: Kit, port: int) -> None:
        self._raw = kit.raw()
        self._listen = self._raw.Raw(port, f"heard-{port}")
        self._listen.subscribe("carehub/v1/+/ack", 0)
        self._press = self._raw.Raw(port, f"press-{port}")
        self.sent: dict[str, int] = {}
        self.stored: dict[str, int] = {}
        threading.Thread(target=self._hear, daemon=True).start()

    def press(self, many: int, interval_s: float) -> None:
        """Send that many, evenly; a late one does not delay the next."""
        began = time.monotonic()
        for number in range(many):
            wait = began + number * interval_s - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._one(number)

    def one_more(self, number: int) -> tuple[float, float]:
        """Press once; the moments of the press and of its answer, in seconds of the monotonic clock."""
        self._one(number)
        self.wait(10)
        return self.sent[f"a{number}"] / 1e9, self.stored[f"a{number}"] / 1e9

    def wait(self, within_s: float) -> None:
        """Until every alarm is answered, or the time is over."""
        until = time.monotonic() + within_s
        while len(self.stored) < len(self.sent) and time.monotonic() < until:
            time.sleep(0.02)

    def close(self) -> None:
        """Leave the broker."""
        self._press.disconnect()
        self._listen.disconnect()

    def waits_ms(self) -> Sequence[float]:
        """From each press to its answer, the shortest first."""
        return sorted((at - self.sent[identity]) / 1e6 for identity, at in self.stored.items())

    def _one(self, number: int) -> None:
        device, identity = button(number % WEARERS), f"a{number}"
        moment = datetime.now(UTC).isoformat()  # noqa: TID251 - the button's own clock
        body = json.dumps({"id": identity, "kind": "button.pressed", "at": moment}).encode()
        packet = self._raw.publish_packet(f"carehub/v1/{device}/alarm", body, 1, number % 65535 + 1)
        self.sent[identity] = time.monotonic_ns()
        self._press.s.sendall(packet)

    def _hear(self) -> None:
        try:
            while True:
                _, payload, _, _ = self._listen.recv_publish()
                now = time.monotonic_ns()
                answer = json.loads(payload)
                if answer["status"] == "stored" and answer["id"] in self.sent:
                    self.stored.setdefault(answer["id"], now)
        except (OSError, ConnectionError):
            return
