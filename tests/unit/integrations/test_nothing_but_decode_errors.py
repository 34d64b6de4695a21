"""F66: whatever arrives, a source reads it or says that it cannot; it never does anything else."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from integrations.sources import carehub_v1, chirpstack, http_events, owntracks, things_stack, zigbee2mqtt
from integrations.sources._lora_fields import FIELDS as LORA_FIELDS
from integrations.sources._zigbee_fields import FIELDS
from tests.unit.integrations.messages import NOW, message

Decode = Callable[[Message], Sequence[Reading]]

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["ON", "alarm", "single"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
zigbee_names = st.sampled_from([*sorted(FIELDS), "last_seen"]) | st.text()
v1_names = st.sampled_from(["id", "kind", "at", "value", "unit", "device", "seq"]) | st.text()
v1_values = values | st.sampled_from(["button.pressed", "hub.fault", "2026-01-15T02:10:00Z"])
zigbee_bodies = st.dictionaries(zigbee_names, values, max_size=8).map(json.dumps)
v1_bodies = st.dictionaries(v1_names, v1_values, max_size=8).map(json.dumps)
topics = st.sampled_from(
    [
        "zigbee2mqtt/x",
        "zigbee2mqtt/a/b/availability",
        "zigbee2mqtt/x/set",
        "carehub/v1/x/event",
        "carehub/v1/x/alarm",
        "carehub/v1//alarm",
        "application/1/device/a84041d21182b879/event/up",
        "application/1/device/a84041d21182b879/event/status",
        "v3/app@ttn/devices/x/up",
        "v3/app@ttn/devices/x/join",
        "owntracks/kari/gps",
        "owntracks/kari/gps/event",
    ]
)
SOURCES = [zigbee2mqtt.SOURCE, carehub_v1.SOURCE, chirpstack.SOURCE, things_stack.SOURCE, owntracks.SOURCE]
lora_names = st.sampled_from([*sorted(LORA_FIELDS), "history", "value"]) | st.text()
lora_bodies = st.builds(
    lambda frame, rest: json.dumps({"object": frame} | rest),
    st.dictionaries(lora_names, values, max_size=8),
    st.dictionaries(st.sampled_from(["deduplicationId", "time", "data", "batteryLevel"]), scalars, max_size=3),
)
uplink_names = st.sampled_from(["f_cnt", "frm_payload", "received_at", "last_battery_percentage"])
stack_bodies = st.builds(
    lambda frame, rest: json.dumps({"uplink_message": {"decoded_payload": frame} | rest}),
    st.dictionaries(lora_names, values, max_size=8),
    st.dictionaries(uplink_names, scalars | st.dictionaries(st.just("value"), scalars), max_size=3),
)
owntracks_bodies = st.builds(
    lambda sort, rest: json.dumps({"_type": sort} | rest),
    st.sampled_from(["transition", "location", "lwt", "encrypted"]) | st.text(),
    st.dictionaries(st.sampled_from(["event", "batt", "bs", "t", "tst", "desc"]), values, max_size=6),
)


def check(decode: Decode, heard: Message) -> None:
    with suppress(DecodeError):
        for reading in decode(heard):
            assert reading.device
            assert reading.kind
            assert isinstance(reading.value, float | int | str | bool | None)
            for text in (reading.device, reading.kind, reading.id or "", reading.detail or "", reading.value):
                assert "\x00" not in str(text)
                str(text).encode()
            assert reading.device_at is None or reading.device_at.utcoffset() is not None


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@given(payload=st.binary(), topic=topics)
def test_any_bytes(source: Source, payload: bytes, topic: str) -> None:
    check(source.decode, message(topic, payload))


@pytest.mark.parametrize(
    ("source", "bodies"),
    [(chirpstack.SOURCE, lora_bodies), (things_stack.SOURCE, stack_bodies), (owntracks.SOURCE, owntracks_bodies)],
    ids=["lora", "stack", "gps"],
)
@given(data=st.data(), topic=topics)
def test_any_fields_of_a_road_and_no_kind_but_those_it_claims(
    source: Source, bodies: st.SearchStrategy[str], data: st.DataObject, topic: str
) -> None:
    heard = message(topic, data.draw(bodies))
    check(source.decode, heard)
    with suppress(DecodeError):
        assert {reading.kind for reading in source.decode(heard)} <= source.kinds


@given(body=zigbee_bodies, topic=topics)
def test_any_fields_of_a_zigbee_device(body: str, topic: str) -> None:
    check(zigbee2mqtt.decode, message(topic, body))
    with suppress(DecodeError):
        assert {reading.kind for reading in zigbee2mqtt.decode(message(topic, body))} <= zigbee2mqtt.SOURCE.kinds


@given(body=v1_bodies, topic=topics)
def test_any_fields_of_our_own_devices(body: str, topic: str) -> None:
    heard = message(topic, body)
    check(carehub_v1.decode, heard)
    for _, reply in carehub_v1.stored_reply(heard, ["7", 'a"b', "-"]):
        assert json.loads(reply)["status"] == "stored"


@given(
    body=st.binary()
    | v1_bodies.map(str.encode)
    | st.lists(v1_bodies, max_size=3).map(lambda b: f"[{','.join(b)}]".encode())
)
def test_any_body_by_http(body: bytes) -> None:
    with suppress(DecodeError):
        assert http_events.readings(body, NOW)


@given(topic=st.text())
def test_any_topic(topic: str) -> None:
    for source in SOURCES:
        assert source.device_of(topic) != ""
        assert source.is_alarm_path(topic) in {True, False}


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":['])
def test_a_nested_bomb_is_refused(opening: str) -> None:
    for decode, topic in ((zigbee2mqtt.decode, "zigbee2mqtt/x"), (carehub_v1.decode, "carehub/v1/x/alarm")):
        with pytest.raises(DecodeError):
            decode(message(topic, opening * 200_000))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(DecodeError):
        zigbee2mqtt.decode(message("zigbee2mqtt/x", f'{{"temperature":{number}}}'))
    with pytest.raises(DecodeError):
        carehub_v1.decode(message("carehub/v1/x/event", f'{{"id":"a","kind":"temperature","value":{number}}}'))
