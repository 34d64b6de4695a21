"""Zigbee sensors and buttons, as zigbee2mqtt reports them.

Example payload of `zigbee2mqtt/1 etasje/ytterdør`: ``{"contact": false, "battery": 88, "linkquality": 120}``,
where false means open. Every message repeats the device's whole state; the fold sees what is new.
The rows are in `_zigbee_fields`, the buttons in `_zigbee_actions`.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from carehub.core.kinds import EventKind
from integrations.sources import _claims
from integrations.sources._zigbee_fields import FIELDS
from integrations.sources._zigbee_readers import UNNAMED, Found

_ROOT = "zigbee2mqtt/"
_AVAILABILITY = "/availability"
_COMMANDS = frozenset({"set", "get"})
_BRIDGE = "bridge"
_BRIDGE_SAYS = frozenset(
    {
        "config", "converters", "definitions", "devices", "event", "extensions", "groups", "health", "info", "log",
        "logging", "networkmap", "request", "response", "state",
    }
)  # fmt: skip
_ABOUT_DEVICE = frozenset(
    {"tamper", "battery", "battery.low", "temperature", "humidity", "illuminance", "power", "co2", "pressure", UNNAMED}
)
"""What does not explain an alarm that has no name."""

_object = msgspec.json.Decoder(dict[str, Any])
_ONLINE = {"online": EventKind.DEVICE_ONLINE, "offline": EventKind.DEVICE_OFFLINE}


def decode(message: Message) -> Sequence[Reading]:
    """Read all that one message says; none for the bridge's own talk, commands and groups.

    Raises:
        DecodeError: Not a JSON object, or a field that may be an alarm says what nobody knows.
    """
    name = _name(message.topic)
    if name is None or not message.payload:  # an empty payload only clears what the broker kept
        return ()
    if name.endswith(_AVAILABILITY):
        return (_availability(name.removesuffix(_AVAILABILITY), message.payload),)
    payload = _read(message.payload)
    found = _facts(payload)
    last_seen = payload.get("last_seen")
    device_at = None if last_seen is None else _last_seen(last_seen)
    return [
        Reading(device=name, kind=fact.kind, value=fact.value, unit=fact.unit, detail=fact.detail, device_at=device_at)
        for fact in found.values()
    ]


@lru_cache(maxsize=10_000)  # more than a municipality has; what else comes pushes out what is not heard
def _name(topic: str) -> str | None:
    """The friendly name, perhaps with /availability; None where the topic is not a device's report."""
    name = topic.removeprefix(_ROOT)
    first, *rest = name.split("/")
    if not topic.startswith(_ROOT) or not name or first == _BRIDGE or _is_of_a_gateway(rest):
        return None
    return None if _COMMANDS.intersection(rest[-2:]) else name


def _is_of_a_gateway(rest: list[str]) -> bool:
    """With `base_topic: zigbee2mqtt/<gateway>`, each gateway's bridge talks one level further down."""
    return len(rest) > 1 and rest[0] == _BRIDGE and rest[1] in _BRIDGE_SAYS


def _read(payload: bytes) -> dict[str, Any]:
    try:
        return _object.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None


def _facts(payload: dict[str, Any]) -> Found:
    found: Found = {}
    for name, value in payload.items():
        field = FIELDS.get(name)
        if field is not None and value is not None:
            field.read(value, found)
    if UNNAMED in found:
        if found.keys() <= _ABOUT_DEVICE:
            raise DecodeError("the device says alarm, but not which")
        del found[UNNAMED]
    return found


def _availability(device: str, payload: bytes) -> Reading:
    state: Any = payload.decode(errors="replace").strip()
    if state.startswith("{"):
        state = _read(payload).get("state")
    kind = _ONLINE.get(state) if isinstance(state, str) else None
    if kind is None or not device:
        raise DecodeError("an availability that nobody knows")
    return Reading(device=device, kind=kind)


def _last_seen(value: Any) -> datetime | None:
    if isinstance(value, str):
        return _claims.iso_moment(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _claims.epoch_moment(value)
    return None


def is_alarm_path(topic: str) -> bool:
    """Whether a device reports here: any report may be an alarm, and only the registry knows which cannot."""
    name = _name(topic)
    return name is not None and not name.endswith(_AVAILABILITY)


def device_of(topic: str) -> str | None:
    """The friendly name, with its slashes and its æøå."""
    name = _name(topic)
    return name.removesuffix(_AVAILABILITY) if name else None


SOURCE = Source(
    name="zigbee2mqtt",
    filters=("zigbee2mqtt/#",),
    decode=decode,
    is_alarm_path=is_alarm_path,
    device_of=device_of,
    kinds=frozenset(kind for field in FIELDS.values() for kind in field.kinds()) | frozenset(_ONLINE.values()),
)
