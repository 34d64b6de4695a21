"""The MQTT road: delivers messages, and acknowledges them only when told that they are safe."""

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from carehub.contracts import ConfigurationError, Message, TransportError
from integrations.mqtt._broker_log import LOG, too_large_from
from integrations.mqtt.broker import Broker
from integrations.mqtt.connection import ANSWER_S, Arrived, Connection, topic_of

_LONGEST_WAIT_S = 5.0
_LOG = LOG.encode()
_HOLDS_S = 5.0

Deliver = Callable[[Message], None]
OnSession = Callable[[bool], Awaitable[str] | str]
OnChange = Callable[[bool, str], Awaitable[None] | None]
_T = TypeVar("_T")


async def _confirmed(waiting: "asyncio.Future[None]") -> None:
    try:
        async with asyncio.timeout(ANSWER_S):  # wait_for of 3.11 forgets a cancellation that comes with the answer
            await asyncio.shield(waiting)
    except TimeoutError:
        raise TransportError(f"the broker did not confirm within {ANSWER_S:.0f} s") from None


async def _settled(value: Awaitable[_T] | _T) -> _T:
    return await value if inspect.isawaitable(value) else value


class MqttTransport:
    """`contracts.Transport` over one persistent MQTT session; acknowledges only what it is told to.

    Args:
        url: `mqtt://` or `mqtts://`; the latter trusts `ca_file`, or the system's authorities without one.
        client_id: Fixed for ever: the broker keeps our messages under it.
        filters: What to subscribe to, at QoS 1. They must not overlap, or messages come twice.
        on_session: Given whether the broker still had our session, the id put on each Message as
            `session`; a new one must be made for False, since packet ids begin afresh.
        on_too_large: Given the client whose message the broker refused for its size, where the broker says so.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        url: str,
        client_id: str,
        filters: Sequence[str],
        *,
        on_session: OnSession,
        clock: Callable[[], datetime],
        username: str | None = None,
        password: str | None = None,
        ca_file: str | None = None,
        on_too_large: Callable[[str], None] | None = None,
    ) -> None:
        if not client_id:
            raise ConfigurationError("CAREHUB_MQTT_CLIENT_ID must not be empty: without it the broker keeps nothing")
        self._broker = Broker.at(url, username=username, password=password, ca_file=ca_file)
        self._client_id, self._filters = client_id, tuple(filters)
        self._on_session, self._clock, self._on_too_large = on_session, clock, on_too_large
        self._current: Connection | None = None

    async def run(self, deliver: Deliver, on_ready: Callable[[], Awaitable[None] | None] | None = None) -> None:
        """Connect, subscribe, deliver until the connection is gone; always ends by raising.

        Args:
            deliver: Called from the event loop, in the broker's order; if it raises, the connection
                ends and the broker will deliver again.
            on_ready: Called once every subscription is granted.

        Raises:
            TransportError: No connection, a refused subscription, or the connection was lost.
        """
        connection = Connection(self._broker, self._client_id, clean_session=False)
        await connection.open()
        self._current = connection
        try:
            session = await _settled(self._on_session(connection.session_present))
            connection.begin(partial(self._pass_on, deliver, connection, session))
            await connection.subscribe_all(self._filters)  # on every connect: it may have been restarted empty (F4)
            await self._listen_to_the_broker(connection)
            if on_ready:
                await _settled(on_ready())
            raise await connection.lost()
        finally:
            self._current = None
            connection.close()

    async def _listen_to_the_broker(self, connection: Connection) -> None:
        """What it refuses for its size we never see: its log tells. One that keeps its log to itself is no worse."""
        if self._on_too_large is not None:
            with suppress(TransportError):  # a connection that was lost meanwhile says so by itself
                await connection.subscribe_all([LOG], qos=0)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """PUBACK these; what an earlier connection delivered is passed over, the broker sends it again."""
        current = self._current
        mids = [message.mid for message in messages if message.token is current and message.qos]
        if current and mids:
            current.acknowledge(mids)

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """QoS 0 is handed over at once; QoS 1 waits for the broker (at most 5 s). Raises TransportError."""
        if self._current is None:
            raise TransportError("not connected")
        waiting = self._current.send(topic, payload, qos, retain)
        if waiting:
            await _confirmed(waiting)

    def reply(self, topic: str, payload: bytes) -> None:
        """Send at most once and without waiting: a sender that hears nothing repeats itself."""
        if self._current is not None:
            with suppress(TransportError):
                self._current.send(topic, payload, 0, retain=False)

    def _pass_on(self, deliver: Deliver, connection: Connection, session: str, arrived: Sequence[Arrived]) -> None:
        now = self._clock()  # they came in one piece
        for one in arrived:
            if one.topic == _LOG and self._on_too_large is not None:
                if sender := too_large_from(bytes(one.payload)):
                    self._on_too_large(sender)
                continue
            deliver(
                Message(
                    topic=topic_of(one), payload=bytes(one.payload), received_at=now, retain=one.retain, dup=one.dup,
                    qos=one.qos, mid=one.mid, session=session, token=connection,
                )
            )  # fmt: skip


async def reconnecting(transport: MqttTransport, deliver: Deliver, on_change: OnChange) -> None:
    """Keep the road open until cancelled.

    Args:
        on_change: Told (True, "") when every subscription is granted, and (False, reason)
            when the road is gone or the reason is another.
    """
    last, attempt, opened = "", 0, 0.0
    now = asyncio.get_running_loop().time

    async def ready() -> None:
        nonlocal last, opened
        last, opened = "", now()
        await _settled(on_change(True, ""))  # noqa: FBT003

    while True:
        tried = now()
        try:
            await transport.run(deliver, ready)
        except TransportError as error:
            if str(error) != last:
                last = str(error)
                await _settled(on_change(False, last))  # noqa: FBT003
        # what holds for a moment only is no success: two hubs of one name would throw each other out for ever
        attempt = 0 if opened >= tried and now() - opened > _HOLDS_S else attempt + 1
        await asyncio.sleep(min(_LONGEST_WAIT_S, 0.1 * 2 ** min(attempt, 9)) * random.uniform(0.5, 1))  # noqa: S311


class Publisher(Protocol):
    """What `publisher` gives."""

    async def __call__(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish one message; raises TransportError."""
        ...


@asynccontextmanager
async def publisher(  # noqa: PLR0913 - each is a setting of its own
    url: str,
    *,
    client_id: str = "",
    in_flight: int = 1,
    ca_file: str | None = None,
    username: str | None = None,
    password: str | None = None,
    clean_session: bool = True,
) -> AsyncIterator[Publisher]:
    """A connection for the simulator, replay and the doctor; credentials stand in the address or beside it.

    Args:
        in_flight: 1 waits for the broker's answer to each message. Up to 1000 lets that many wait
            together, in order, for speed; leaving the block waits for the rest.
        clean_session: Whether the broker forgets what it kept under this name. Never for a user name that the hub
            uses: a broker may make the user name the client's id, and would throw away what waits for the hub.
    """
    broker = Broker.at(url, username=username, password=password, ca_file=ca_file)
    connection = Connection(broker, client_id, clean_session=clean_session)
    await connection.open()

    async def publish(topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        waiting = connection.send(topic, payload, qos, retain)
        if waiting is None:
            await asyncio.sleep(0)
        elif in_flight == 1:
            await _confirmed(waiting)
        elif len(connection.unconfirmed) >= in_flight:
            await _confirmed(next(iter(connection.unconfirmed.values())))

    try:
        yield publish
        for waiting in list(connection.unconfirmed.values()):
            await _confirmed(waiting)
    finally:
        connection.close()
