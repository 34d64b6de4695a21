import json
from datetime import UTC, datetime
from typing import Any

import pytest

from carehub.contracts import DecodeError
from carehub.core.events import Reading
from carehub.core.kinds import HUB_ONLY
from integrations.sources import carehub_v1, http_events
from tests.unit.integrations.messages import NOW, message

EVENT, ALARM = "carehub/v1/knapp-7/event", "carehub/v1/knapp-7/alarm"
PRESS = {"id": "7f3a", "seq": 12, "kind": "button.pressed", "at": "2026-01-15T02:10:00Z", "value": None}


def read(topic: str, payload: Any) -> Reading:
    text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
    [reading] = carehub_v1.decode(message(topic, text))
    return reading


def test_an_alarm_is_read_as_it_stands() -> None:
    assert read(ALARM, PRESS) == Reading(
        device="knapp-7",
        kind="button.pressed",
        id="7f3a",
        device_at=datetime(2026, 1, 15, 2, 10, tzinfo=UTC),
        alarm=True,
        number=12,
    )


def test_a_measurement_has_a_value_and_a_unit() -> None:
    reading = read(EVENT, {"id": 7, "kind": "temperature", "value": 21.5, "unit": "°C"})

    assert (reading.id, reading.value, reading.unit, reading.alarm) == ("7", 21.5, "°C", False)


@pytest.mark.parametrize(
    "at",
    [
        None,
        "",
        "yesterday",
        1e20,
        "1970-01-01T00:00:00Z",
        0,
        True,
        {},
        [],
        "2026-01-15T02:10:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_bad_clock_is_no_claim_and_no_error_f36(at: object) -> None:
    assert read(ALARM, PRESS | {"at": at}).device_at is None


def test_a_number_beyond_all_numbers_as_clock_is_no_claim_f36() -> None:
    assert read(ALARM, '{"id":"a","kind":"button.pressed","at":1e999}').device_at is None


def test_a_clock_ten_years_off_is_kept_as_a_claim_f36() -> None:
    assert read(ALARM, PRESS | {"at": "2036-01-15T03:10:00+01:00"}).device_at == datetime(
        2036, 1, 15, 2, 10, tzinfo=UTC
    )


def test_a_payload_that_names_another_device_is_refused_c7() -> None:
    assert read(ALARM, PRESS | {"device": "knapp-7"}).device == "knapp-7"
    with pytest.raises(DecodeError):
        read(ALARM, PRESS | {"device": "knapp-8"})


def test_an_unknown_kind_is_unreadable_as_an_alarm_and_passed_on_as_telemetry() -> None:
    with pytest.raises(DecodeError):
        read(ALARM, PRESS | {"kind": "toaster.done"})

    assert read(EVENT, PRESS | {"kind": "toaster.done"}).kind == "toaster.done"


@pytest.mark.parametrize("kind", sorted(HUB_ONLY))
def test_nobody_else_speaks_with_the_hubs_own_words(kind: str) -> None:
    with pytest.raises(DecodeError):
        read(ALARM, PRESS | {"kind": kind})

    assert read(EVENT, PRESS | {"kind": kind}).kind == f"unknown.{kind}"


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": "x" * 65},
        {"id": True},
        {"id": 1.5},
        {"id": 10**64},
        {"id": "a\u0000b"},
        {"id": "a\nb"},
        {"kind": ""},
        {"kind": None},
        {"kind": "button.pressed\u0000"},
        {"value": "x" * 201},
        {"value": "a\u0000"},
        {"value": [1]},
        {"value": {"a": 1}},
        {"unit": 7},
        {"unit": "x" * 33},
    ],
)
def test_what_breaks_the_rules_is_refused_f66(change: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        read(EVENT, PRESS | change)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "[]",
        "{",
        '{"id":"a"}',
        '{"id":"a","kind":"temperature","value":NaN}',
        '{"id":"a","kind":"temperature","value":1e999}',
        '{"id":"a","kind":"temperature","value":"\\ud800"}',
        '{"id":"\\ud800","kind":"temperature"}',
        b'{"id":"\xff","kind":"temperature"}',
        b"\xef\xbb\xbf{}",
        '{"id":"a","kind":"temperature","deep":' + "[" * 100_000,
    ],
)
def test_poison_is_a_decode_error_f66(payload: str | bytes) -> None:
    with pytest.raises(DecodeError):
        read(ALARM, payload)


@pytest.mark.parametrize("value", [0, -1.5, True, False, None, "åpen", "x" * 200, 2**53])
def test_a_value_is_kept_as_it_came(value: object) -> None:
    kept = read(EVENT, PRESS | {"value": value}).value

    assert kept == value
    assert type(kept) is type(value)


def test_a_huge_whole_number_becomes_a_float_that_every_database_takes() -> None:
    assert read(EVENT, PRESS | {"value": 10**30}).value == 1e30


@pytest.mark.parametrize(
    "topic", ["carehub/v1//alarm", "carehub/v1/a/ack", "carehub/v1/a/b/alarm", "other/a/alarm", "carehub/v1/a"]
)
def test_a_topic_without_a_device_is_refused(topic: str) -> None:
    assert carehub_v1.device_of(topic) is None
    with pytest.raises(DecodeError):
        read(topic, PRESS)


def test_only_the_alarm_topic_is_an_alarm_path() -> None:
    assert carehub_v1.is_alarm_path(ALARM)
    assert not carehub_v1.is_alarm_path(EVENT)


def test_the_reply_says_stored_for_each_id_f10() -> None:
    heard = message(ALARM, json.dumps(PRESS))

    assert carehub_v1.stored_reply(heard, ["7f3a"]) == [("carehub/v1/knapp-7/ack", b'{"id":"7f3a","status":"stored"}')]
    assert carehub_v1.stored_reply(heard, []) == []


def test_the_reply_writes_the_id_as_the_device_wrote_it() -> None:
    number, text = message(EVENT, '{"id":7,"kind":"x"}'), message(EVENT, '{"id":"7","kind":"x"}')

    assert carehub_v1.stored_reply(number, ["7"])[0][1] == b'{"id":7,"status":"stored"}'
    assert carehub_v1.stored_reply(text, ["7"])[0][1] == b'{"id":"7","status":"stored"}'


# --- by HTTP ---------------------------------------------------------------------------------


def test_both_roads_give_the_same_reading() -> None:
    body = json.dumps(PRESS | {"device": "knapp-7"}).encode()

    assert http_events.readings(body, NOW) == [read(EVENT, PRESS)]
    [heard] = http_events.messages(body, NOW)
    assert (heard.topic, heard.token, heard.payload) == (EVENT, None, body)


def test_a_list_gives_one_message_for_each_event_in_order() -> None:
    body = json.dumps([PRESS | {"device": f"d{number}", "id": number} for number in range(500)]).encode()

    assert [heard.topic for heard in http_events.messages(body, NOW)] == [f"carehub/v1/d{n}/event" for n in range(500)]


@pytest.mark.parametrize("device", ["", "a/b", "a+", "#", "x" * 129, None, 7])
def test_a_device_must_have_a_name_that_can_stand_in_a_topic(device: object) -> None:
    with pytest.raises(DecodeError):
        http_events.messages(json.dumps(PRESS | {"device": device}).encode(), NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{}", b"[", b"[7]", b"[" * 100_000, b'"\\ud800"', b"\xff"])
def test_a_body_that_cannot_be_read_is_refused_f66(body: bytes) -> None:
    with pytest.raises(DecodeError):
        http_events.messages(body, NOW)


def test_501_events_are_too_many() -> None:
    with pytest.raises(DecodeError):
        http_events.messages(json.dumps([PRESS | {"device": "d"}] * 501).encode(), NOW)


def test_one_bad_event_refuses_the_whole_body_and_is_named() -> None:
    good = PRESS | {"device": "d"}

    with pytest.raises(DecodeError, match=r"^event 2: "):
        http_events.messages(json.dumps([good, good | {"value": []}]).encode(), NOW)
