"""LoRaWAN sensors, as The Things Stack (v3) reports them: `v3/<application>@<tenant>/devices/<device>/up`.

Example payload: ``{"uplink_message": {"f_port": 10, "f_cnt": 7, "frm_payload": "C4gB", "received_at":
"2026-01-15T02:10:00.5Z", "decoded_payload": {"DOOR_OPEN_STATUS": 1}}}``. `decoded_payload` is what the payload
formatter made of the frame; a frame that none read is unreadable. The rows are in `_lora_fields`, as for ChirpStack.

The server leaves out what is 0, false or empty of its own fields, not of `decoded_payload`, which is a free object. So
no `f_cnt` is 0, and no `frm_payload` is a frame without content: a formatter makes zeros and false of that, of which
only a call for help is believed. A device's name is unique within its application, so it is known by both. We send
nothing down: of the other topics only a join tells of a device.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from carehub.core.kinds import LIFE_SAFETY, EventKind
from integrations.sources import _claims
from integrations.sources._lora_fields import FIELDS, KINDS, facts
from integrations.sources._zigbee_readers import Found

_TOPIC_PARTS = 5


class _Battery(Struct):
    value: float | None = None


class _Uplink(Struct):
    f_cnt: int = 0
    frm_payload: str = ""
    decoded_payload: dict[str, Any] | None = None
    received_at: str = ""
    last_battery_percentage: _Battery | None = None


class _Up(Struct):
    uplink_message: _Uplink


_up = msgspec.json.Decoder(_Up)


def decode(message: Message) -> Sequence[Reading]:
    """Read a frame or a join; the server's other talk says nothing.

    Raises:
        DecodeError: Not such a message, a frame without what a formatter made of it, or one that may be an alarm and
            says what nobody knows.
    """
    device, event = _origin(message.topic)
    if not device:
        return ()
    if event != "up":
        return (Reading(device=device, kind=EventKind.DEVICE_ONLINE),) if event == "join" else ()
    try:
        return _readings(device, _up.decode(message.payload).uplink_message)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None


def _origin(topic: str) -> tuple[str, str]:
    parts = topic.split("/")
    if len(parts) != _TOPIC_PARTS or parts[0] != "v3" or parts[2] != "devices" or not all(parts):
        return "", ""
    return f"{parts[1]}/{parts[3]}", parts[4]


def _readings(device: str, up: _Uplink) -> list[Reading]:
    if up.decoded_payload is None and up.frm_payload:
        raise DecodeError("no payload formatter has read the frame")
    at, sent = _claims.iso_moment(up.received_at), _sent(up)
    said = facts(up.decoded_payload or {})
    if not up.frm_payload:
        said = {about: fact for about, fact in said.items() if fact.kind in LIFE_SAFETY}
    found = (_battery(up.last_battery_percentage) | said).values()
    return [
        Reading(
            device=device, kind=fact.kind, value=fact.value, unit=fact.unit, device_at=at,
            id=f"{sent}/{fact.kind}" if sent else None,
        )
        for fact in found
    ] or [Reading(device=device, kind=EventKind.DEVICE_HEARTBEAT, device_at=at)]  # fmt: skip


def _battery(last: _Battery | None) -> Found:
    """What the device told the network itself, which the formatter's own word goes before."""
    found: Found = {}
    if last is not None and last.value is not None:
        FIELDS["battery"].read(last.value, found)
    return found


def _sent(up: _Uplink) -> str | None:
    """The frame's own name: when the network heard it, to the nanosecond, and its number.

    Not the session and the number alone: a device without a join counts from 1 again when its battery is changed, and
    a press must not be taken for the one before.
    """
    heard = up.received_at
    return f"{heard}/{up.f_cnt}" if _claims.storable(heard) and 0 < len(heard) <= 40 else None  # noqa: PLR2004 - theirs has 30


def is_alarm_path(topic: str) -> bool:
    """Any frame may be an alarm, and only the registry knows which cannot."""
    return _origin(topic)[1] == "up"


def device_of(topic: str) -> str | None:
    """The application and the device, such as `app1@ttn/dev1`."""
    return _origin(topic)[0] or None


SOURCE = Source(
    name="things_stack",
    filters=("v3/+/devices/+/+",),
    decode=decode,
    is_alarm_path=is_alarm_path,
    device_of=device_of,
    kinds=KINDS,
)
