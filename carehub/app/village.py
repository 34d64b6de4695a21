"""The village's two programs: its telephone exchange, and its life over MQTT."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from pydantic import SecretStr

from carehub.contracts import Message, TransportError
from carehub.kit.clock import utc_now
from carehub.plugins import load_module
from carehub.village.exchange import create_exchange
from carehub.village.homes import directory
from carehub.village.register import Person
from carehub.village.rotation import at_work, rotation
from carehub.village.simulate import simulate
from carehub.village.staff import answer_telephones
from carehub.village.switchboard import ExchangeSettings, Telephone
from carehub.village.visits import make_visits


async def run_exchange(port: int, seed: int, *, account: str, token: str, sender: str, public_url: str) -> None:
    """Serve the telephone exchange on loopback until SIGTERM."""
    persons = directory(seed).persons
    settings = ExchangeSettings(
        account_sid=account,
        auth_token=SecretStr(token),
        numbers=(sender,),
        inbound_url=f"{public_url}/webhooks/twilio/sms",
        telephones=tuple(_telephone(person) for person in persons if person.phone),
    )
    config = uvicorn.Config(create_exchange(settings), host="127.0.0.1", port=port, log_config=None, access_log=False)
    await uvicorn.Server(config).serve()


def _telephone(person: Person) -> Telephone:
    group = "Pårørende" if person.role == "relative" else "Ansatte"
    return Telephone(number=person.phone, label=person.name, group=group)


class _Road:
    """The village's own connection to the broker: publishes, and hears what is acknowledged."""

    def __init__(self, broker: str, transport: str) -> None:
        self._module: Any = load_module(transport)
        self._transport = self._module.MqttTransport(
            broker, "village", ("carehub/v1/+/ack",), on_session=lambda _: "village", clock=utc_now
        )
        self._hear: Callable[[str, bytes], None] = lambda _topic, _payload: None
        self._connected = asyncio.Event()

    async def keep_open(self) -> None:
        """Until cancelled."""
        await self._module.reconnecting(self._transport, self._deliver, self._changed)

    async def subscribe_acks(self, hear: Callable[[str, bytes], None]) -> None:
        """From now on call `hear`; returns when the road is open."""
        self._hear = hear
        await self._connected.wait()

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001 - the village's own shape
        """Publish once; raises ConnectionError while the broker is away."""
        try:
            await self._transport.publish(topic, payload, qos=qos, retain=retain)
        except TransportError as error:
            raise ConnectionError(str(error)) from error

    def _deliver(self, message: Message) -> None:
        self._hear(message.topic, message.payload)

    def _changed(self, connected: bool, _reason: str) -> None:  # noqa: FBT001 - the transport's own signature
        if connected:
            self._connected.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How the village lives.

    Attributes:
        broker: Where its sensors publish.
        exchange: The telephone exchange on which staff answer; None for nobody answers.
        hub: Where staff say that they have arrived and finished; None for nobody does.
        password: Of all of the demonstration's logins.
        speed: Seconds in the village for each second here.
        plain: Topics without spaces, for NATS.
    """

    broker: str
    exchange: str | None = None
    hub: str | None = None
    password: str = ""
    seed: int = 1
    speed: float = 1.0
    eventful: bool = False
    plain: bool = False


def _by_the_plan(persons: Sequence[Person], zone: ZoneInfo) -> Callable[[Person], bool]:
    """Who is at work now; those without shifts as the register says."""
    shifts = rotation(persons)
    planned = {shift.person_id for shift in shifts}
    return lambda one: at_work(shifts, one.id, utc_now().astimezone(zone)) if one.id in planned else one.on_duty


async def run_village(life: Life, transport: str, zone: ZoneInfo) -> None:
    """Live over MQTT until SIGTERM; staff answer and visit where there is an exchange and a hub."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    road, persons = _Road(life.broker, transport), directory(life.seed).persons
    working = _by_the_plan(persons, zone)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(road.keep_open())
        if life.exchange:
            group.create_task(answer_telephones(life.exchange, persons, seed=life.seed, stop=stop, at_work=working))
        if life.hub:
            visits = make_visits(life.hub, persons, life.password, seed=life.seed, stop=stop, at_work=working)
            group.create_task(visits)
        await simulate(
            road.publish, road.subscribe_acks, seed=life.seed, speed=life.speed, start=utc_now(),
            eventful=life.eventful, plain=life.plain, stop=stop,
        )  # fmt: skip
        keeping.cancel()
