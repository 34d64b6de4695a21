"""One connection to an MQTT broker: the only file that imports aiomqtt and paho.

What we need rests on names that aiomqtt 2.5.1 and paho 2.2 keep private, hence the pins and
docs/adr/0004; tests/faults/test_mqtt_transport.py fails when one of them changes:

* A message is acknowledged only when `acknowledge` is called. aiomqtt alone acknowledges what
  merely lies in memory, and a crash then loses alarms.
* Messages go straight from the socket to `take`, all that came together at once and with no task for each, as paho's
  own decoder gives them: what paho's client makes of one after that (a message for threads that wait, a line of log
  that nobody reads, a search among callbacks) was a fifth of the hub's processor time.
* The socket is read in large pieces; acknowledgements, and replies at QoS 0, are written together.
"""

# ruff: noqa: ARG002, SLF001 - this file's whole purpose is to fill in callbacks of aiomqtt and paho

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import aiomqtt
from paho.mqtt._packet import PublishPacket, decode_publish
from paho.mqtt.client import Client as Paho
from paho.mqtt.client import ConnectFlags
from paho.mqtt.enums import MQTTErrorCode

from carehub.contracts import TransportError
from integrations.mqtt.broker import Broker

ANSWER_S = 5.0
"""How long a broker may take to answer anything."""

_KEEPALIVE_S = 15
_READ_BYTES = 32 * 1024
_AT_ONCE = 500
"""So many messages are read before others have a turn: as many as the hub stores together."""
_REFUSED = 0x80
_PUBLISH = 0x30
_PUBACK = 0x40
_TWO_BYTES_AND_A_NUMBER = struct.Struct("!BBH")

Arrived = PublishPacket
"""A message as paho decodes it; `topic_of` reads its topic."""


class Connection(aiomqtt.Client):
    """One connection, from CONNECT to its loss; never used twice."""

    def __init__(self, broker: Broker, client_id: str | None, *, clean_session: bool) -> None:
        super().__init__(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            tls_context=broker.tls,
            identifier=client_id or None,
            clean_session=clean_session,
            keepalive=_KEEPALIVE_S,
            timeout=ANSWER_S,
            max_inflight_messages=0,  # the bound is ours: with one of its own, paho searches all of them at each PUBACK
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        self.session_present = False
        self.take: Callable[[Sequence[Arrived]], None] = self._keep
        self.unconfirmed: dict[int, asyncio.Future[None]] = {}
        self._early: list[Arrived] = []
        self._together: list[Arrived] = []
        self._unwritten = bytearray()
        self._given_up = False
        self._goes_on = False
        self._thread = threading.get_ident()
        self._unread, self._read_to = b"", 0
        self._receive: Callable[[int], bytes] = self._client._sock_recv
        # paho asks the kernel for one byte, then one byte, then the rest; see _buffered
        self._client._sock_recv = self._buffered  # type: ignore[method-assign]
        self._client._handle_publish = self._published  # type: ignore[method-assign]

    async def open(self) -> None:
        """Connect and wait for the broker's yes; raises TransportError."""
        try:
            await self.__aenter__()
        except aiomqtt.MqttError as error:
            self.close()
            raise TransportError(f"cannot connect: {error}") from error
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """Say goodbye without waiting, so that neither a frozen broker nor a second cancellation can hold us.

        It never unsubscribes: the broker keeps our session and its messages.
        """
        self._given_up = True
        self._flush()
        self._client.disconnect()
        self._client.loop_write()
        self._client._sock_close()
        for waiting in self.unconfirmed.values():
            if not waiting.done():
                waiting.set_exception(TransportError("the connection was closed before the broker answered"))
                waiting.exception()  # seen, should nobody be waiting any more
        with suppress(asyncio.InvalidStateError, asyncio.CancelledError):
            self._disconnected.exception()

    async def lost(self) -> TransportError:
        """Wait until the connection is gone, and say why."""
        await asyncio.wait([self._disconnected])
        return TransportError(f"connection lost: {self._disconnected.exception() or 'closed'}")

    def _on_connect(
        self, client: Paho, userdata: Any, flags: ConnectFlags, reason_code: Any, properties: Any = None
    ) -> None:
        if self._given_up:  # cancelled while a thread was still connecting: no ghost may take over our session
            client.disconnect()
            return
        self.session_present = bool(flags.session_present)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    async def subscribe_all(self, filters: Sequence[str], qos: int = 1) -> None:
        """Subscribe to all of them; raises TransportError naming what the broker refused."""
        try:
            codes = await self.subscribe([(name, qos) for name in filters])
        except aiomqtt.MqttError as error:
            raise TransportError(f"cannot subscribe: {error}") from error
        granted = [code if isinstance(code, int) else code.value for code in codes]
        refused = [name for name, code in zip(filters, granted, strict=True) if code >= _REFUSED]
        if refused:
            raise TransportError(f"the broker refused the subscription to {', '.join(refused)}")

    def begin(self, take: Callable[[Sequence[Arrived]], None]) -> None:
        """Pass on what came before the session was known, then everything, in order."""
        take(self._early)
        self._early = []
        self.take = take

    def acknowledge(self, mids: Sequence[int]) -> None:
        """PUBACK all of them in one write, with what was said before: single ones cost more than storing the events.

        Written at once: left to the loop it would wait behind the next batch, and whoever pressed with it.
        """
        self._unwritten += b"".join(map(_puback, mids))
        self._flush()
        self._write_all()

    def _keep(self, messages: Sequence[Arrived]) -> None:
        self._early += messages

    def _published(self) -> MQTTErrorCode:
        """Pass on a PUBLISH; nothing is acknowledged here. We subscribe at QoS 1, so none has QoS 2."""
        packet = self._client._in_packet
        self._together.append(decode_publish(packet["command"], packet["packet"], self._client._protocol))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _on_socket_open(self, client: Paho, userdata: Any, sock: Any) -> None:
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._loop.add_reader, sock.fileno(), self._read_all)

    def _on_socket_register_write(self, client: Paho, userdata: Any, sock: Any) -> None:
        if threading.get_ident() != self._thread:  # connecting happens in a thread
            super()._on_socket_register_write(client, userdata, sock)
        else:  # at once: put off, it could hit another socket that got the same number
            self._loop.add_writer(sock.fileno(), self._write_all)

    def _go_on(self) -> None:
        self._goes_on = False
        self._read_all()

    def _read_all(self) -> None:
        if self._goes_on:
            return  # the next turn is taken already
        try:
            self._read()
            together, self._together = self._together, []
            if together:
                self.take(together)
        except Exception as error:  # noqa: BLE001 - whatever it was, it ends this connection and is told in lost()
            self._fail(error)

    def _read(self) -> None:
        """What the socket has now, up to a bound; messages wait in `_together`."""
        while self._client._sock is not None:
            code = self._client._packet_read()
            if code > 0:
                self._client._loop_rc_handle(code)
            elif len(self._together) >= _AT_ONCE:
                self._goes_on = True  # what lies in our own memory already wakes nobody
                self._loop.call_soon(self._go_on)
            elif self._read_to < len(self._unread):
                continue
            return

    def _write_all(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self._disconnected.done():
            self._disconnected.set_exception(error)

    def _buffered(self, bufsize: int) -> bytes:
        """Do what paho's own reading does, with one call to the kernel for many small messages."""
        if self._read_to == len(self._unread):
            self._unread, self._read_to = self._receive(_READ_BYTES), 0
        start = self._read_to
        piece = self._unread[start : start + bufsize]
        self._read_to = start + len(piece)
        return piece

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> "asyncio.Future[None] | None":  # noqa: FBT001
        """Publish; for QoS 1 the future is done when the broker has it. Raises TransportError."""
        if not qos:
            self._write_soon(topic, payload, retain)
            return None
        self._flush()  # what was said first goes first
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc:
            raise TransportError(f"cannot publish: {info.rc.name}")
        confirmed = self.unconfirmed[info.mid] = self._loop.create_future()
        return confirmed

    def _write_soon(self, topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001
        """QoS 0, all of this turn of the loop in one write: 500 replies must not cost more than 500 events."""
        if not self._client.is_connected():
            raise TransportError("cannot publish: not connected")
        name = topic.encode()
        packet = bytearray([_PUBLISH | retain])
        self._client._pack_remaining_length(packet, 2 + len(name) + len(payload))
        self._client._pack_str16(packet, name)
        if not self._unwritten:
            self._loop.call_soon(self._flush)
        self._unwritten += packet + payload

    def _flush(self) -> None:
        if self._unwritten:
            # as with acknowledgements; for a PUBLISH paho would want a receipt of its own for each
            self._client._packet_queue(_PUBACK, bytes(self._unwritten), 0, 1)
            self._unwritten.clear()

    def _on_publish(self, client: Paho, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        confirmed = self.unconfirmed.pop(mid, None)
        if confirmed and not confirmed.done():
            confirmed.set_result(None)


def topic_of(message: Arrived) -> str:
    """The topic as text, broken UTF-8 written out. Where paho raises, the message would come back for ever."""
    return message.topic.decode(errors="backslashreplace")


def _puback(mid: int) -> bytes:
    return _TWO_BYTES_AND_A_NUMBER.pack(_PUBACK, 2, mid)
