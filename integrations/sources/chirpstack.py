"""LoRaWAN sensors, as ChirpStack (v4) reports them: `application/<id>/device/<devEui>/event/<event>`.

Example payload of `…/event/up`: ``{"deduplicationId": "3ac7…", "time": "2026-01-15T02:10:00Z", "fPort": 10,
"data": "C4gB…", "object": {"DOOR_OPEN_STATUS": 1}}``. `object` is what the codec of the device's profile made of the
frame; a frame that no codec read is unreadable. Frames lost on the air are usual here, so the frame counter is no
running number. What a device kept from earlier (`history`) is not now, and not read. The rows are in `_lora_fields`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from carehub.core.kinds import EventKind
from integrations.sources import _claims
from integrations.sources._lora_fields import KINDS, facts

_TOPIC_PARTS = 6


class _Up(Struct):
    object: dict[str, Any] | None = None
    data: str | None = None
    time: str | None = None
    deduplicationId: str | None = None  # noqa: N815 - their name


class _Status(Struct):
    batteryLevel: float = 0  # noqa: N815
    batteryLevelUnavailable: bool = False  # noqa: N815
    time: str | None = None


_up = msgspec.json.Decoder(_Up)
_status = msgspec.json.Decoder(_Status)


def decode(message: Message) -> Sequence[Reading]:
    """Read a frame, a battery report or a join; the server's other talk says nothing.

    Raises:
        DecodeError: Not such an event, a frame without what a codec made of it, or one that may be an alarm and
            says what nobody knows.
    """
    device, event = _origin(message.topic)
    if not device:
        return ()
    try:
        if event == "up":
            return _readings(device, _up.decode(message.payload))
        if event == "status":
            return _battery(device, _status.decode(message.payload))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None
    return (Reading(device=device, kind=EventKind.DEVICE_ONLINE),) if event == "join" else ()


def _origin(topic: str) -> tuple[str, str]:
    parts = topic.split("/")
    if len(parts) != _TOPIC_PARTS or parts[0::2] != ["application", "device", "event"] or not all(parts):
        return "", ""
    return parts[3], parts[5]


def _readings(device: str, up: _Up) -> list[Reading]:
    if up.object is None and up.data:
        raise DecodeError("no codec has read the frame")
    found = facts(up.object or {})
    at = _claims.iso_moment(up.time) if up.time else None
    heard = [
        Reading(device=device, kind=fact.kind, value=fact.value, unit=fact.unit, device_at=at)
        for fact in found.values()
    ] or [Reading(device=device, kind=EventKind.DEVICE_HEARTBEAT, device_at=at)]
    sent = up.deduplicationId
    if not sent or not _claims.storable(sent) or len(sent) > 64:  # noqa: PLR2004 - theirs has 36
        return heard
    return [structs.replace(reading, id=f"{sent}/{reading.kind}") for reading in heard]


def _battery(device: str, status: _Status) -> list[Reading]:
    at: datetime | None = _claims.iso_moment(status.time) if status.time else None
    if status.batteryLevelUnavailable or not 0 < status.batteryLevel <= 100:  # noqa: PLR2004 - per cent; 0 is "mains"
        return [Reading(device=device, kind=EventKind.DEVICE_HEARTBEAT, device_at=at)]
    return [Reading(device=device, kind=EventKind.BATTERY, value=status.batteryLevel, unit="%", device_at=at)]


def is_alarm_path(topic: str) -> bool:
    """Any frame may be an alarm, and only the registry knows which cannot."""
    return _origin(topic)[1] == "up"


def device_of(topic: str) -> str | None:
    """The device's EUI."""
    return _origin(topic)[0] or None


SOURCE = Source(
    name="chirpstack",
    filters=("application/+/device/+/event/+",),
    decode=decode,
    is_alarm_path=is_alarm_path,
    device_of=device_of,
    kinds=KINDS,
)
