import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carehub.contracts import DecodeError
from carehub.core.kinds import EventKind as K
from integrations.sources import zigbee2mqtt
from integrations.sources._zigbee_actions import Meaning, meaning
from tests.unit.integrations.messages import message

PAYLOADS = Path(__file__).parents[2] / "payloads"
RECORDED = [json.loads(line) for line in (PAYLOADS / "zigbee2mqtt.jsonl").read_text(encoding="utf-8").splitlines()]
MODELS = [json.loads(line) for line in (PAYLOADS / "zigbee_models.jsonl").read_text(encoding="utf-8").splitlines()]
ALWAYS_THERE = {"linkquality", "last_seen", "update"}


def said(topic: str, payload: Any) -> list[list[Any]]:
    readings = zigbee2mqtt.decode(message(topic, payload if isinstance(payload, str) else json.dumps(payload)))
    return [[r.kind, r.value, r.detail] if r.detail else [r.kind, r.value] for r in readings]


def says(payload: Any) -> list[list[Any]]:
    return said("zigbee2mqtt/x", payload)


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: f"{each['model']}: {each['says']}"[:60])
def test_a_recorded_payload_says_what_it_says(recorded: dict[str, Any]) -> None:
    assert sorted(said(recorded["topic"], recorded["payload"])) == sorted(recorded["says"])


def test_every_kind_that_the_road_claims_to_say_is_in_a_recorded_payload() -> None:
    shown = {kind for recorded in RECORDED for kind, *_ in recorded["says"]}

    assert zigbee2mqtt.SOURCE.kinds - shown == {K.DEVICE_ONLINE, K.DEVICE_OFFLINE}  # the availability, below


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: str(each["model"]))
def test_a_recorded_payload_holds_only_fields_that_its_model_has(recorded: dict[str, Any]) -> None:
    exposed = {
        feature.get("property")
        for model in MODELS
        if model["model"] == recorded["model"]
        for entry in model["exposes"]
        for feature in [entry, *entry.get("features", [])]
    }

    assert recorded["payload"].keys() - exposed - ALWAYS_THERE == set()


def test_contact_true_means_that_the_door_is_closed() -> None:
    assert says({"contact": True}) == [[K.DOOR_CLOSED, None]]
    assert says({"contact": False}) == [[K.DOOR_OPENED, None]]


@pytest.mark.parametrize("name", ["1 etasje/ytterdør", "Bad 1 etasje", "ærlig ål", "a/b/c/d", "setter", "get/knapp"])
def test_a_friendly_name_may_hold_slashes_spaces_and_norwegian_letters(name: str) -> None:
    topic = f"zigbee2mqtt/{name}"

    assert [reading.device for reading in zigbee2mqtt.decode(message(topic, '{"contact": true}'))] == [name]
    assert zigbee2mqtt.device_of(topic) == name
    assert zigbee2mqtt.device_of(f"{topic}/availability") == name
    assert zigbee2mqtt.is_alarm_path(topic)
    assert not zigbee2mqtt.is_alarm_path(f"{topic}/availability")


@pytest.mark.parametrize(
    "topic",
    [
        "zigbee2mqtt/bridge/state",
        "zigbee2mqtt/bridge/devices",
        "zigbee2mqtt/bridge",
        "zigbee2mqtt/hjem-17/bridge/state",
        "zigbee2mqtt/hjem-17/bridge/devices",
        "zigbee2mqtt/hjem-17/bridge/response/device/rename",
        "zigbee2mqtt/knapp/set",
        "zigbee2mqtt/1 etasje/knapp/get",
        "zigbee2mqtt/knapp/set/state",
        "zigbee2mqtt/",
        "another/knapp",
    ],
)
def test_what_is_not_a_report_is_known_and_says_nothing(topic: str) -> None:
    assert said(topic, "not json at all") == []
    assert zigbee2mqtt.device_of(topic) is None
    assert not zigbee2mqtt.is_alarm_path(topic)


@pytest.mark.parametrize("name", ["hjem-17/bridge", "hjem-17/bridge/knapp", "1 etasje/stue/bridge/state", "bridgen/x"])
def test_a_device_that_is_called_almost_as_a_bridge_is_heard(name: str) -> None:
    assert said(f"zigbee2mqtt/{name}", {"action": "emergency"}) == [["button.pressed", None, "emergency"]]


def test_a_group_says_nothing() -> None:
    assert says({"state": "ON", "brightness": 254, "color": {"x": 0.3, "y": 0.3}}) == []


def test_an_empty_payload_only_clears_what_the_broker_kept() -> None:
    assert says("") == []


@pytest.mark.parametrize("payload", ["online", '{"state":"online"}'])
def test_availability_comes_bare_or_as_json(payload: str) -> None:
    assert said("zigbee2mqtt/stue/lampe/availability", payload) == [[K.DEVICE_ONLINE, None]]
    assert said("zigbee2mqtt/stue/lampe/availability", payload.replace("online", "offline")) == [
        [K.DEVICE_OFFLINE, None]
    ]


@pytest.mark.parametrize(
    ("last_seen", "claim"),
    [
        ("2026-01-15T03:10:00+01:00", datetime(2026, 1, 15, 2, 10, tzinfo=UTC)),
        ("2026-01-15T02:10:00.000Z", datetime(2026, 1, 15, 2, 10, tzinfo=UTC)),
        (1768443000000, datetime(2026, 1, 15, 2, 10, tzinfo=UTC)),
        ("1970-01-01T00:00:05Z", None),
        (5000, None),
        (1e20, None),
        (-1e20, None),
        ("2026-01-15T02:10:00", None),
        ("N/A", None),
        ("", None),
        (True, None),
        ([], None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_last_seen_is_a_claim_and_a_bad_one_is_none_f36(last_seen: object, claim: datetime | None) -> None:
    payload = json.dumps({"contact": False, "last_seen": last_seen})

    [reading] = zigbee2mqtt.decode(message("zigbee2mqtt/x", payload))

    assert reading.device_at == claim


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("single", Meaning.PRESSED),
        ("1_single", Meaning.PRESSED),
        ("button_2_hold", Meaning.PRESSED),
        ("on", Meaning.PRESSED),
        ("off", Meaning.PRESSED),
        ("emergency", Meaning.PRESSED),
        ("panic", Meaning.PRESSED),
        ("sos", Meaning.PRESSED),
        ("press_or_release_all", Meaning.PRESSED),
        ("brightness_up_click", Meaning.PRESSED),
        ("disarm", Meaning.CANCELLED),
        ("release", Meaning.NOTHING),
        ("hold_release", Meaning.NOTHING),
        ("brightness_move_up", Meaning.NOTHING),
        ("rotate_left", Meaning.NOTHING),
        ("arm_all_zones", Meaning.NOTHING),
        ("fall", Meaning.NOTHING),  # an Aqara cube or door sensor that fell, not a person
        ("recall_3", Meaning.NOTHING),
        ("manual_lock", Meaning.LOCKED),
        ("keypad_unlock", Meaning.UNLOCKED),
        ("lock_failure_invalid_pin_or_id", Meaning.NOTHING),
        ("abrakadabra", Meaning.UNKNOWN),
    ],
)
def test_an_action_means(action: str, expected: Meaning) -> None:
    assert meaning(action) is expected


@pytest.mark.parametrize(
    "payload", [{"action": ""}, {"action": None}, {"click": None}, {"smoke": None}, {"sos": False}]
)
def test_no_action_says_nothing(payload: dict[str, Any]) -> None:
    assert says(payload) == []


def test_a_press_that_is_told_twice_in_one_message_is_one_press() -> None:
    assert says({"action": "single", "click": "single"}) == [[K.BUTTON_PRESSED, None, "single"]]


@pytest.mark.parametrize(
    "payload",
    [
        {"action": "abrakadabra"},
        {"action": 7},
        {"action": ["single"]},
        {"action": "\u0000"},
        {"smoke": "perhaps"},
        {"smoke": 1},
        {"carbon_monoxide": {}},
        {"gas": "perhaps"},
        {"water_leak": []},
        {"sos": "yes"},
        {"fall_status": "fallen"},
        {"fall_down_status": 1},
        {"temperature": 1e300},
        {"battery": 10**30},
        {"alarm": True, "battery": 80},
        {"alarm_1": True, "tamper": False},
        {"alarm_status": "alarm", "battery": 80},
    ],
)
def test_what_may_be_an_alarm_and_cannot_be_read_is_unreadable_f66(payload: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        says(payload)


def test_an_alarm_that_another_field_names_needs_no_name_of_its_own() -> None:
    assert says({"alarm": True, "carbon_monoxide": True}) == [[K.CARBON_MONOXIDE_DETECTED, None]]
    assert says({"alarm": False, "battery": 80}) == [[K.BATTERY, 80]]


def test_detected_beats_cleared_whichever_comes_first() -> None:
    assert says({"occupancy_1": True, "occupancy_2": False}) == [[K.MOTION_DETECTED, None]]
    assert says({"occupancy_1": False, "occupancy_2": True}) == [[K.MOTION_DETECTED, None]]
    assert says({"water_leak_zone_1": False, "water_leak_zone_2": False}) == [[K.WATER_CLEARED, None]]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"gas": 12.5}, []),  # a concentration
        ({"vibration": "medium"}, []),  # a setting of a wall panel
        ({"contact": "ON"}, []),  # a float in a tank
        ({"moving": "UP"}, []),  # a blind
        ({"illuminance": 1e9, "temperature": -327.68, "humidity": 655.35}, []),  # a sensor's way of saying nothing
        ({"temperature": "21.5", "humidity": True, "battery": None}, []),
        ({"pressure": 1003.2}, [[K.PRESSURE, 1003.2]]),
        ({"pressure": False}, [[K.CHAIR_LEFT, None]]),
        ({"lock_state": "not_fully_locked"}, [[K.LOCK_UNLOCKED, None]]),
        ({"door_state": "error_forced_open"}, [[K.DOOR_OPENED, None]]),
        ({"presence_state": "peaceful"}, [[K.PRESENCE_DETECTED, None]]),
        ({"human_motion_state": "none"}, [[K.PRESENCE_CLEARED, None]]),
        ({"status": "plugged_in_charging"}, []),  # a car
        ({"status": "low_posture"}, [[K.FALL_SUSPECTED, None], [K.PRESENCE_DETECTED, None]]),
        ({"battery_state": "low"}, [[K.BATTERY_LOW, None]]),
        ({"battery_state": "high"}, []),
        ({"heat": True, "smoke": False}, [[K.SMOKE_DETECTED, None]]),
        ({"tamper_alarm": "ON"}, [[K.TAMPER_DETECTED, None]]),
        ({"noise_detected": True}, [[K.SOUND_LOUD, None]]),
        ({"power_cut_off": True}, [[K.STOVE_CUT, None]]),
        ({"carbon_monoxide": "ON"}, [[K.CARBON_MONOXIDE_DETECTED, None]]),
        ({"smoke_state": "unknown"}, []),
        ({"action": "manual_lock"}, [[K.LOCK_LOCKED, None, "manual_lock"]]),
    ],
)
def test_one_name_may_mean_different_things(payload: dict[str, Any], expected: list[list[Any]]) -> None:
    assert says(payload) == expected


def test_an_unreadable_availability_is_a_dead_letter() -> None:
    for payload in ("", "perhaps", '{"state": []}', "{", "\ufffd"):
        if payload:
            with pytest.raises(DecodeError):
                said("zigbee2mqtt/x/availability", payload)
