"""Our own devices and gateways: `carehub/v1/<device>/event` and `…/alarm`.

Example payload: ``{"id": "7f3a", "seq": 12, "kind": "button.pressed", "at": "2026-01-15T02:10:00Z", "value": null}``.
`seq` is the device's running number: one more with each message, from 0 or 1 after a restart. A hole in it is told.
The sender repeats it until `carehub/v1/<device>/ack` answers ``{"id": "7f3a", "status": "stored"}``.
The same bodies come by HTTP (`http_events`), with the same ids.
"""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading, Value
from carehub.core.kinds import HUB_ONLY, KNOWN_KINDS
from integrations.sources import _claims

_ROOT = "carehub/v1/"
_LARGEST = 2**53  # beyond it a whole number is no longer exact in JSON, nor in every database
_FROM_DEVICES = KNOWN_KINDS - HUB_ONLY

_Word = Annotated[str, Meta(min_length=1, max_length=64)]
_Text = Annotated[str, Meta(max_length=200)]
_Unit = Annotated[str, Meta(max_length=32)]
_Moment = Annotated[datetime, Meta(tz=True)]
_Number = Annotated[int, Meta(ge=0, le=_LARGEST)]


class _Body(Struct):
    id: _Word | int
    kind: _Word
    value: float | int | _Text | bool | None = None
    unit: _Unit | None = None
    device: str | None = None
    at: _Moment | None = None
    seq: _Number | None = None


class _BodyWithAnyClaims(_Body):
    at: Raw = Raw()  # type: ignore[assignment]  # a claim that cannot be read is no claim; the alarm counts
    seq: Raw = Raw()  # type: ignore[assignment]


_plain = msgspec.json.Decoder(_Body)
_lenient = msgspec.json.Decoder(_BodyWithAnyClaims)


def decode(message: Message) -> Sequence[Reading]:
    """Read one event; the topic names the device, and a payload that names another is refused (C7)."""
    device, alarm = _origin(message.topic)
    return (_reading(_body(message.payload), device, alarm=alarm),)


def _origin(topic: str) -> tuple[str, bool]:
    device = device_of(topic)
    if not device:
        raise DecodeError("the topic names no device")
    return device, is_alarm_path(topic)


def _body(payload: bytes) -> _Body:
    try:
        try:
            return _plain.decode(payload)
        except msgspec.ValidationError:
            body = _lenient.decode(payload)
            at, seq = _claim(body.at, _Moment), _claim(body.seq, _Number)
            return msgspec.structs.replace(body, at=at, seq=seq)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(str(error)) from None


def _claim(raw: Any, kind: Any) -> Any:
    """What the sender claims; None where it cannot be read."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def _reading(body: _Body, device: str, *, alarm: bool) -> Reading:
    identity = str(body.id)
    if not _claims.storable(f"{device}{identity}{body.kind}{body.unit or ''}") or len(identity) > 64:  # noqa: PLR2004 - as said in _Word
        raise DecodeError("a name holds characters that no name has")
    if body.device is not None and body.device != device:
        raise DecodeError("the payload names another device than the topic")
    return Reading(
        device=device,
        kind=_kind(body.kind, alarm=alarm),
        value=_value(body.value),
        unit=body.unit,
        id=identity,
        device_at=_claims.moment(body.at),
        alarm=alarm,
        number=body.seq,
    )


def _kind(kind: str, *, alarm: bool) -> str:
    if kind in _FROM_DEVICES:
        return kind
    if alarm:
        raise DecodeError("an alarm of a kind that is not known")
    # what only the hub may say must not look like the hub's own word
    return f"unknown.{kind}" if kind in HUB_ONLY else kind


def _value(value: Value) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not _claims.storable(value):
            raise DecodeError("the value holds control characters")
        return value
    if not isfinite(value):
        raise DecodeError("the value is not a finite number")
    return value if abs(value) <= _LARGEST else float(value)


def is_alarm_path(topic: str) -> bool:
    """Only `…/alarm`: what comes as telemetry is no alarm, whatever it says."""
    return topic.startswith(_ROOT) and topic.endswith("/alarm")


def device_of(topic: str) -> str | None:
    """The device between `carehub/v1/` and the last part."""
    device, _, last = topic.removeprefix(_ROOT).partition("/")
    return device if topic.startswith(_ROOT) and device and last in {"event", "alarm"} else None


def stored_reply(message: Message, ids: Sequence[str]) -> list[tuple[str, bytes]]:
    """The answer on the device's `ack` topic for each id, written as the device wrote it."""
    device = device_of(message.topic)
    if not device:
        return []
    topic = f"{_ROOT}{device}/ack"
    return [(topic, b'{"id":%s,"status":"stored"}' % _as_sent(identity, message.payload)) for identity in ids]


def _as_sent(identity: str, payload: bytes) -> bytes:
    quoted = msgspec.json.encode(identity)
    was_number = identity.lstrip("-").isdigit() and quoted not in payload
    return identity.encode() if was_number else quoted


SOURCE = Source(
    name="carehub_v1",
    filters=("carehub/v1/+/event", "carehub/v1/+/alarm"),
    decode=decode,
    is_alarm_path=is_alarm_path,
    device_of=device_of,
    kinds=frozenset(_FROM_DEVICES),
    stored_reply=stored_reply,
)
