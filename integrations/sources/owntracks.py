"""Locators that speak OwnTracks: `owntracks/<user>/<device>`, and `…/event` for areas entered and left.

Example payload of `owntracks/kari/gps/event`: ``{"_type": "transition", "event": "leave", "desc": "Avtalt område",
"lat": 59.1, "lon": 11.6, "acc": 20, "tst": 1768443000, "wtst": 1768000000}``.

Where somebody is, is not kept: coordinates, speed, networks and the area's name are not read. The device compares its
place with the area and tells only that it was left or entered; set up the agreed area and no other on it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from carehub.core.kinds import EventKind
from integrations.sources import _claims

_ROOT = "owntracks"
_PARTS = 3
_CHARGING = 2
_LOW = "9"  # what a Queclink locator gives as the reason of a report


class _Body(Struct, rename={"type": "_type"}):
    type: str = ""
    event: Any = None
    batt: Any = None
    bs: Any = None
    t: Any = None
    tst: Any = None


_object = msgspec.json.Decoder(_Body)
_ZONE = {"enter": EventKind.ZONE_ENTERED, "leave": EventKind.ZONE_LEFT}


def decode(message: Message) -> Sequence[Reading]:
    """Read an area entered or left, the battery, or the last will; other sorts of message say nothing to us.

    Raises:
        DecodeError: Not JSON, encrypted, or a transition that says neither enter nor leave.
    """
    device = device_of(message.topic)
    if device is None or not message.payload:  # an empty payload only clears what the broker kept
        return ()
    try:
        body = _object.decode(message.payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None
    if body.type == "encrypted":
        raise DecodeError("the message is encrypted, and we have no key")
    read = _READ.get(body.type)
    return () if read is None else (read(device, body),)


def _transition(device: str, body: _Body) -> Reading:
    kind = _ZONE.get(body.event) if isinstance(body.event, str) else None
    if kind is None:
        raise DecodeError("a transition that neither enters nor leaves")
    return Reading(device=device, kind=kind, device_at=_at(body))


def _location(device: str, body: _Body) -> Reading:
    """On its charger it lives, and its level is nobody's task."""
    if body.t == _LOW:
        return Reading(device=device, kind=EventKind.BATTERY_LOW, device_at=_at(body))
    level = body.batt
    known = isinstance(level, int | float) and not isinstance(level, bool) and 0 <= level <= 100  # noqa: PLR2004
    if not known or body.bs == _CHARGING:
        return Reading(device=device, kind=EventKind.DEVICE_HEARTBEAT, device_at=_at(body))
    return Reading(device=device, kind=EventKind.BATTERY, value=level, unit="%", device_at=_at(body))


def _gone(device: str, _: _Body) -> Reading:
    return Reading(device=device, kind=EventKind.DEVICE_OFFLINE)


_READ: dict[str, Callable[[str, _Body], Reading]] = {
    "transition": _transition, "location": _location, "lwt": _gone,
}  # fmt: skip


def _at(body: _Body) -> datetime | None:
    numeric = isinstance(body.tst, int | float) and not isinstance(body.tst, bool) and abs(body.tst) < _claims.MOST_S
    return _claims.epoch_moment(body.tst * 1000) if numeric else None


def is_alarm_path(topic: str) -> bool:
    """Where an area that was left is told."""
    return device_of(topic) is not None and topic.endswith("/event")


def device_of(topic: str) -> str | None:
    """User and device, as `kari/gps`; None where it is neither a report nor an event of one."""
    root, *names = topic.split("/")
    if root != _ROOT or not all(names) or not (len(names) == 2 or (len(names) == _PARTS and names[2] == "event")):  # noqa: PLR2004
        return None
    return "/".join(names[:2])


SOURCE = Source(
    name="owntracks",
    filters=("owntracks/+/+", "owntracks/+/+/event"),
    decode=decode,
    is_alarm_path=is_alarm_path,
    device_of=device_of,
    kinds=frozenset(
        {
            *_ZONE.values(),
            EventKind.BATTERY,
            EventKind.BATTERY_LOW,
            EventKind.DEVICE_HEARTBEAT,
            EventKind.DEVICE_OFFLINE,
        }
    ),
)
