"""Recordings of what was heard on MQTT: topic and payload go on unchanged, for the live decoders to read."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from carehub.app.recordings.reading import Reading, Recorded

JSONL_SHAPE = re.compile(r'^\s*\{.*"topic"\s*:')


class _Line(msgspec.Struct):
    at: str
    topic: str
    payload: msgspec.Raw
    home: str = "home"
    place: str | None = None


def read_carehub_jsonl(reading: Reading) -> Iterator[Recorded]:
    """Our own format: one ``{"at", "topic", "payload"}`` per line, in the order of hearing.

    "payload" is JSON, or a text that stands for its bytes, so an unreadable alarm can be recorded too;
    "home" and "place" may be added.
    """
    before: datetime | None = None
    for number, line in reading.lines():
        try:
            said = msgspec.json.decode(line, type=_Line)
            before = at = reading.utc(said.at, before)
            payload = _payload(bytes(said.payload))
        except (msgspec.MsgspecError, ValueError, OverflowError):
            reading.refuse(number, line, "not a message with at, topic and payload")
            continue
        if not _can_be_published(said.topic):
            reading.refuse(number, line, "not a topic")
            continue
        yield Recorded(
            at=at, topic=said.topic, payload=payload, home=said.home, device=_device_of(said.topic),
            place=said.place, source="carehub-jsonl",
        )  # fmt: skip


def _payload(raw: bytes) -> bytes:
    """JSON as it stands in the line; a JSON text gives its own bytes."""
    return msgspec.json.decode(raw, type=str).encode() if raw.lstrip().startswith(b'"') else raw


def _can_be_published(topic: str) -> bool:
    """MQTT refuses an empty topic, wildcards and NUL, some brokers by dropping the connection."""
    return bool(topic) and not set(topic) & {"+", "#", "\0"}


Z2M_SHAPE = re.compile(
    r"^(?:Zigbee2MQTT:)?(?:\[(?P<new>[^\]]+)\]\s+\w+:"
    r"|\w+:?\s+(?P<old>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?):?)"
    r"\s*(?:z2m:mqtt:\s+)?MQTT publish: topic '(?P<topic>[^']*)', payload '(?P<payload>.*)'\s*$"
)
"""The line of a message, in either dress.

Version 2: ``[time] info: \\tz2m:mqtt: MQTT publish: …``; version 1: ``[Zigbee2MQTT:]info  time: MQTT publish: …``.
"""


def read_zigbee2mqtt_log(reading: Reading) -> Iterator[Recorded]:
    """zigbee2mqtt's own log, of version 1 or 2, at a level that shows what it published.

    Discovery for Home Assistant is passed by: it is not what a home says.
    """
    before: datetime | None = None
    for number, line in reading.lines():
        found = Z2M_SHAPE.match(line)
        if found is None and "MQTT publish: topic '" in line:
            reading.refuse(number, line, "a message cut short")
            continue
        if found is None or found["topic"].startswith("homeassistant/"):
            reading.skipped.ignored += 1
            continue
        if not _can_be_published(found["topic"]):
            reading.refuse(number, line, "not a topic")
            continue
        try:
            before = at = reading.utc(found["new"] or found["old"], before)
        except (ValueError, OverflowError):
            reading.refuse(number, line, "not a time")
            continue
        yield Recorded(
            at=at, topic=found["topic"], payload=found["payload"].encode(), home="home",
            device=_device_of(found["topic"]), place=None, source="zigbee2mqtt-log",
        )  # fmt: skip


def _device_of(topic: str) -> str:
    """``carehub/v1/<device>/event`` → device; ``zigbee2mqtt/<name>[/availability]`` → name, slashes and all."""
    if topic.startswith("carehub/v1/"):
        return topic.split("/")[2]
    return topic.partition("/")[2].removesuffix("/availability") or topic
