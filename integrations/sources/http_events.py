"""Bodies of `POST /api/v1/events`: one event or a list of them, by the rules of `carehub_v1`.

Example body: ``[{"device": "knapp-7", "id": "7f3a", "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}]``.
Each becomes the message that MQTT would have brought, on `carehub/v1/<device>/event`, so a device that
sends on both roads is heard once. There is no token to acknowledge and no reply by MQTT: the HTTP answer is both.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from carehub.contracts import DecodeError, Message
from carehub.core.events import Reading
from integrations.sources import carehub_v1

MOST = 500
"""Events in one body."""


class _Item(Struct):
    device: Annotated[str, Meta(pattern="^[^/+#]{1,128}$")]


_one = msgspec.json.Decoder(_Item)
_many = msgspec.json.Decoder(Annotated[list[Raw], Meta(min_length=1, max_length=MOST)])


def messages(body: bytes, received_at: datetime) -> list[Message]:
    """One message for each event, as if it had come by MQTT; `carehub_v1.SOURCE` decodes them.

    Every event is read before any is given back, so that a body is taken whole or refused whole.

    Raises:
        DecodeError: The body, or the event whose place it names (the first is 1), cannot be read.
    """
    found = [_message(item, place, received_at) for place, item in enumerate(_items(body), 1)]
    for place, message in enumerate(found, 1):
        _read(message, place)
    return found


def readings(body: bytes, received_at: datetime) -> list[Reading]:
    """What the body says; raises DecodeError as `messages` does."""
    return [reading for message in messages(body, received_at) for reading in carehub_v1.decode(message)]


def _items(body: bytes) -> list[bytes]:
    if not body.lstrip().startswith(b"["):
        return [body]
    try:
        return [bytes(item) for item in _many.decode(body)]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(f"the list: {error}") from None


def _message(item: bytes, place: int, received_at: datetime) -> Message:
    try:
        device = _one.decode(item).device
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(f"event {place}: {error}") from None
    return Message(topic=f"carehub/v1/{device}/event", payload=item, received_at=received_at, qos=0)


def _read(message: Message, place: int) -> None:
    try:
        carehub_v1.decode(message)
    except DecodeError as error:
        raise DecodeError(f"event {place}: {error}") from None
