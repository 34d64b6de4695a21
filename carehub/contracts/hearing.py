"""How the hub hears: messages, the roads that deliver them, and the language of each road."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct, structs

from carehub.core.events import Reading


class Again(Struct, frozen=True, kw_only=True):
    """A message that could not be read when it came, and is read once more.

    Attributes:
        letter: Which one it is.
        at: The hub's clock when it came.
    """

    letter: str
    at: datetime

    def dated(self, readings: Sequence[Reading]) -> list[Reading]:
        """As of when they came, where they say nothing else; and read once more twice, they are there once."""
        keys = (f"letter-{self.letter}-{place}" if one.id is None else one.id for place, one in enumerate(readings))
        return [
            structs.replace(one, device_at=one.device_at or self.at, id=key)
            for one, key in zip(readings, keys, strict=True)
        ]


class Message(Struct, kw_only=True):
    """One message as it arrived on a road.

    Attributes:
        topic: The MQTT topic, or a path such as "http/<device>".
        received_at: The hub's clock when it arrived.
        retain: The broker kept it from before; state, never an alarm.
        dup: The broker says that it may have been delivered before.
        mid: The MQTT packet id; 0 where there is none.
        session: Which broker session delivered it; packet ids are unique within one.
        token: What the transport needs to acknowledge it.
        again: Of one that could not be read when it came; None for all that just arrive.
    """

    topic: str
    payload: bytes
    received_at: datetime
    retain: bool = False
    dup: bool = False
    qos: int = 1
    mid: int = 0
    session: str = ""
    token: Any = None
    again: Again | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One road's language: which topics it speaks, and how a message is read.

    Attributes:
        name: Unique, stored with each event.
        filters: MQTT subscription filters. They must not overlap, or messages come twice.
        decode: Reads one message; pure. Raises only DecodeError. May give no reading at all
            (a message that is known and says nothing to us).
        is_alarm_path: Whether an unreadable message on this topic may have been an alarm.
        kinds: Every kind of event that `decode` can give, made of the same tables as it.
        device_of: The device's own name, from the topic alone; None where the topic does not say.
        stored_reply: Given a message and the ids in it, the (topic, payload) that tells the
            sender "stored" after our commit; None where the road has no such reply.
    """

    name: str
    filters: tuple[str, ...]
    decode: Callable[[Message], Sequence[Reading]]
    is_alarm_path: Callable[[str], bool]
    device_of: Callable[[str], str | None]
    kinds: frozenset[str] = frozenset()
    stored_reply: Callable[[Message, Sequence[str]], Sequence[tuple[str, bytes]]] | None = None


class Transport(Protocol):
    """A road that delivers messages and can be told, later, that they are safe."""

    async def run(self, deliver: Callable[[Message], None]) -> None:
        """Connect, subscribe, deliver; raise TransportError when the road is gone."""
        ...

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the road that these are stored for good. Never before our commit."""
        ...

    def reply(self, topic: str, payload: bytes) -> None:
        """Tell a sender something, at most once and without waiting; a sender that hears nothing repeats itself."""
        ...

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send one message; raises TransportError when the road is gone."""
        ...
