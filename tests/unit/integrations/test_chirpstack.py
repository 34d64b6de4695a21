import json
from pathlib import Path
from typing import Any

import pytest

from carehub.contracts import DecodeError
from carehub.core.kinds import EventKind as K
from integrations.sources import chirpstack
from tests.unit.integrations.messages import message

FRAMES = (Path(__file__).parents[2] / "payloads" / "lorawan_chirpstack.jsonl").read_text(encoding="utf-8").splitlines()
RECORDED = [json.loads(line) for line in FRAMES]
TOPIC = "application/17/device/a84041d21182b879/event/"


def said(event: str, payload: Any) -> list[list[Any]]:
    heard = message(TOPIC + event, payload if isinstance(payload, str) else json.dumps(payload))
    return [[reading.kind, reading.value] for reading in chirpstack.decode(heard)]


def says(decoded: dict[str, Any]) -> list[list[Any]]:
    return said("up", {"data": "AA==", "object": decoded})


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: f"{each['device']}: {each['says']}"[:60])
def test_a_recorded_frame_says_what_it_says(recorded: dict[str, Any]) -> None:
    assert sorted(says(recorded["object"])) == sorted(recorded["says"])


def test_every_kind_that_the_road_claims_to_say_is_in_a_recorded_frame() -> None:
    shown = {kind for recorded in RECORDED for kind, *_ in recorded["says"]}

    assert chirpstack.SOURCE.kinds - shown == {K.DEVICE_ONLINE, K.DEVICE_HEARTBEAT}


def test_a_frame_that_no_codec_has_read_is_unreadable_f66() -> None:
    with pytest.raises(DecodeError, match="no codec"):
        said("up", {"data": "C4gB", "fPort": 10})


def test_a_frame_without_content_is_a_sign_of_life() -> None:
    assert said("up", {"fPort": 0}) == said("up", {"object": {}}) == [[K.DEVICE_HEARTBEAT, None]]


def test_what_a_device_kept_from_earlier_is_not_now() -> None:
    old = {"history": {"leakage_status": "leak"}, "temperature": 20}

    assert says(old) == [[K.TEMPERATURE, 20]]


@pytest.mark.parametrize("frame", [{"smokeAlarm": "Perhaps"}, {"WATER_LEAK_STATUS": 7}, {"temperature": 1e300}])
def test_what_may_be_an_alarm_and_cannot_be_read_is_unreadable_f66(frame: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        says(frame)


def test_the_same_frame_through_two_gateways_is_one_event_for_each_thing_it_says() -> None:
    body = {"deduplicationId": "3ac7", "object": {"open": 1, "tamper": 1}}

    ids = [[reading.id for reading in chirpstack.decode(message(TOPIC + "up", json.dumps(body)))] for _ in range(2)]

    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_the_battery_comes_with_the_status_and_zero_means_mains() -> None:
    assert said("status", {"batteryLevel": 40.5}) == [[K.BATTERY, 40.5]]
    assert said("status", {"batteryLevel": 0, "externalPowerSource": True}) == [[K.DEVICE_HEARTBEAT, None]]
    assert said("status", {"batteryLevelUnavailable": True, "batteryLevel": 99}) == [[K.DEVICE_HEARTBEAT, None]]


def test_a_join_is_a_device_that_is_back() -> None:
    assert said("join", {}) == [[K.DEVICE_ONLINE, None]]


@pytest.mark.parametrize("event", ["ack", "txack", "log", "location", "integration"])
def test_the_server_s_other_talk_says_nothing(event: str) -> None:
    assert said(event, "not json at all") == []


def test_only_a_frame_may_be_an_alarm() -> None:
    assert chirpstack.is_alarm_path(TOPIC + "up")
    assert not chirpstack.is_alarm_path(TOPIC + "status")
    assert chirpstack.device_of(TOPIC + "up") == "a84041d21182b879"
    assert chirpstack.device_of("application/17/device//event/up") is None
    assert chirpstack.device_of("application/17/device/a/command/down") is None
