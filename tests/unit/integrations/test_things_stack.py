import json
from pathlib import Path
from typing import Any

import pytest

from carehub.contracts import DecodeError
from carehub.core.events import Reading
from integrations.sources import chirpstack, things_stack
from tests.unit.integrations.messages import message

_PAYLOADS = Path(__file__).parents[2] / "payloads"
WRITTEN, FRAMES = (
    [json.loads(line) for line in (_PAYLOADS / name).read_text(encoding="utf-8").splitlines()]
    for name in ("things_stack.jsonl", "lorawan_chirpstack.jsonl")
)
TOPIC = "v3/omsorg@ttn/devices/knapp-3/"


def heard(uplink: dict[str, Any], topic: str = TOPIC + "up") -> list[Reading]:
    return list(things_stack.decode(message(topic, json.dumps({"uplink_message": uplink}))))


def said(readings: list[Reading]) -> list[list[Any]]:
    return [[reading.kind, reading.value] for reading in readings]


@pytest.mark.parametrize("written", WRITTEN, ids=lambda each: each["what"])
def test_a_message_says_what_it_says(written: dict[str, Any]) -> None:
    readings = list(things_stack.decode(message(written["topic"], json.dumps(written["payload"]))))

    assert sorted(said(readings)) == sorted(written["says"])


@pytest.mark.parametrize("recorded", FRAMES, ids=lambda each: f"{each['device']}: {each['says']}"[:60])
def test_what_a_codec_made_of_a_frame_says_the_same_on_both_lorawan_roads(recorded: dict[str, Any]) -> None:
    assert sorted(said(heard({"frm_payload": "AA==", "decoded_payload": recorded["object"]}))) == sorted(
        recorded["says"]
    )
    assert things_stack.SOURCE.kinds == chirpstack.SOURCE.kinds


def test_a_frame_that_no_formatter_has_read_is_unreadable_f66() -> None:
    with pytest.raises(DecodeError, match="no payload formatter"):
        heard({"f_port": 10, "frm_payload": "C4gB"})


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"uplink_message": null}', '{"uplink_message": {"f_cnt": "x"}}'])
def test_what_is_no_uplink_is_unreadable_f66(body: str) -> None:
    with pytest.raises(DecodeError):
        things_stack.decode(message(TOPIC + "up", body))


PRESS = {
    "session_key_id": "AX==", "f_cnt": 1, "frm_payload": "AQ==", "decoded_payload": {"button": 1, "tamper": 1},
    "received_at": "2026-01-15T02:10:00.504041574Z",
}  # fmt: skip


def ids(uplink: dict[str, Any]) -> list[str | None]:
    return [reading.id for reading in heard(uplink)]


def test_the_same_frame_heard_again_is_the_same_one_for_each_thing_it_says() -> None:
    assert ids(PRESS) == ids({**PRESS, "rx_metadata": [{"rssi": -90}]})
    assert len(set(ids(PRESS))) == 2


def test_a_press_with_the_number_of_an_earlier_one_is_another_press() -> None:
    """A device without a join counts from 1 again after a change of battery, in the same session."""
    later = {**PRESS, "received_at": "2026-01-16T02:10:00.504041574Z"}

    assert not set(ids(PRESS)) & set(ids(later))


@pytest.mark.parametrize("when", ["", "x" * 41, "2026\x00"])
def test_a_frame_that_does_not_say_when_it_was_heard_has_no_name_so_it_is_another_press(when: str) -> None:
    assert ids({**PRESS, "received_at": when}) == [None, None]


def test_when_the_network_heard_it_is_the_claim() -> None:
    [first, _] = heard(PRESS)

    assert first.device_at is not None
    assert first.device_at.isoformat() == "2026-01-15T02:10:00.504041+00:00"


def test_two_applications_may_have_a_device_of_the_same_name() -> None:
    assert {things_stack.device_of(f"v3/{app}/devices/knapp-3/up") for app in ("a@ttn", "b@ttn")} == {
        "a@ttn/knapp-3",
        "b@ttn/knapp-3",
    }
    assert {one.device for one in heard(PRESS)} == {things_stack.device_of(TOPIC + "up")}


@pytest.mark.parametrize("event", ["down/failed", "down/sent", "service/data", "location/solved", "events"])
def test_the_server_s_other_talk_says_nothing(event: str) -> None:
    assert things_stack.decode(message(TOPIC + event, "not json at all")) == ()


def test_only_a_frame_may_be_an_alarm() -> None:
    assert things_stack.is_alarm_path(TOPIC + "up")
    assert not things_stack.is_alarm_path(TOPIC + "join")
    assert not things_stack.is_alarm_path("v3/omsorg@ttn/gateways/knapp-3/up")
    assert things_stack.device_of("v3/omsorg@ttn/devices//up") is None
