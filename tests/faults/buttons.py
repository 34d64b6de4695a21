"""Alarm buttons that repeat themselves until the hub says "stored", as the protocol asks of them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from carehub.contracts import Message, TransportError
from carehub.kit.clock import utc_now
from integrations.mqtt import MqttTransport, reconnecting

_REPEAT_AFTER_S = 1.0
Press = tuple[str, str]
"""Device and id."""


@dataclass
class Buttons:
    """Many buttons behind one connection.

    Attributes:
        pressed: Each press and when it was first sent (monotonic).
        stored: Each press and when the hub first said that it is stored.
        repeats: How many times a press was sent again.
    """

    transport: MqttTransport
    pressed: dict[Press, float] = field(default_factory=dict)
    stored: dict[Press, float] = field(default_factory=dict)
    repeats: int = 0
    _due: dict[Press, float] = field(default_factory=dict)

    @property
    def unanswered(self) -> set[Press]:
        """What the hub has not confirmed yet."""
        return self.pressed.keys() - self.stored.keys()

    async def press(self, device: str, identity: str) -> None:
        """Press once; it is repeated until it is answered."""
        self.pressed[device, identity] = time.monotonic()
        await self._send((device, identity))

    async def _send(self, press: Press) -> None:
        device, identity = press
        self._due[press] = time.monotonic() + _REPEAT_AFTER_S
        body = json.dumps({"id": identity, "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}).encode()
        with suppress(TransportError):  # the broker is away: again in a second
            await self.transport.publish(f"carehub/v1/{device}/alarm", body, qos=1)

    def hear(self, message: Message) -> None:
        """An `ack`; whatever else is said there is none."""
        said = json.loads(message.payload)
        press = (message.topic.split("/")[2], str(said["id"]))
        if said["status"] == "stored" and press in self.pressed:
            self.stored.setdefault(press, time.monotonic())
            self._due.pop(press, None)

    async def repeat_for_ever(self) -> None:
        """Send again what is overdue."""
        while True:
            await asyncio.sleep(0.1)
            now = time.monotonic()
            for press, due in list(self._due.items()):
                if due <= now and press in self._due:
                    self.repeats += 1
                    await self._send(press)

    async def all_answered(self, within_s: float) -> bool:
        """Wait until nothing is unanswered; False when it takes too long."""
        until = time.monotonic() + within_s
        while self.unanswered and time.monotonic() < until:  # noqa: ASYNC110 - what it waits for is another process's
            await asyncio.sleep(0.02)
        return not self.unanswered

    def waits_s(self) -> list[float]:
        """From each press to its answer, the shortest first."""
        return sorted(at - self.pressed[press] for press, at in self.stored.items())


@asynccontextmanager
async def buttons(url: str) -> AsyncIterator[Buttons]:
    """Connected, and connecting again whenever the broker has gone."""
    transport = MqttTransport(url, "buttons", ("carehub/v1/+/ack",), on_session=lambda _: "buttons", clock=utc_now)
    found, connected = Buttons(transport), asyncio.Event()
    tasks = [
        asyncio.create_task(reconnecting(transport, found.hear, lambda up, _: connected.set() if up else None)),
        asyncio.create_task(found.repeat_for_ever()),
    ]
    await connected.wait()
    try:
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
