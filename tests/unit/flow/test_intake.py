from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.contracts import Message
from carehub.core.answers.escalation import Place as Rungs
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.reaching.telling import rung_of
from carehub.flow.receiving.intake import Intake, listed_name, matches, plain
from carehub.plugins import load_sources
from carehub.store.registry import KnownDevice, Place, Registry
from tests.journeys.building import NIGHT, SOURCES


@pytest.mark.parametrize(
    ("pattern", "topic", "taken"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("+/b", "a/b", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("a/+/c", "a//c", True),
    ],
)
def test_a_filter_takes_what_mqtt_says(pattern: str, topic: str, taken: bool) -> None:
    assert matches(pattern, topic) is taken


@given(st.text(max_size=300))
def test_every_name_can_be_listed_and_two_names_are_never_one(name: str) -> None:
    listed = listed_name(name)

    assert listed.isprintable()
    assert len(listed) <= 200
    assert (listed == name) == (name.isprintable() and len(name) <= 200)
    assert listed_name(name + "!" * 300) != listed_name(name + "!" * 300 + "?")


@given(st.text(), st.integers(0, 50))
def test_plain_words_are_short_and_storable(text: str, most: int) -> None:
    said = plain(text, most)

    assert len(said) == min(len(text), most)
    assert said.isprintable()
    assert "\x00" not in said


def test_only_a_rungs_notice_knows_its_rung() -> None:
    assert (rung_of("rung:12"), rung_of("rung:2.3"), rung_of("repeat:3")) == (Rungs(12), Rungs(2, 3), None)


def _intake(*devices: KnownDevice) -> Intake:
    known = {(device.source, device.address): device for device in devices}
    return Intake(load_sources(SOURCES), Registry(devices=known, residencies={}, units={}))


def _message(topic: str, payload: bytes = b"{}") -> Message:
    return Message(topic=topic, payload=payload, received_at=NIGHT)


def test_a_device_that_can_not_alarm_waits_with_the_telemetry() -> None:
    lamp = KnownDevice("1", "lampe", "zigbee2mqtt", can_alarm=False)
    intake = _intake(lamp)

    urgent = {topic: bool((road := intake.road(topic)) and road.urgent) for topic in ("zigbee2mqtt/lampe", "x/y")}

    assert urgent == {"zigbee2mqtt/lampe": False, "x/y": False}


@pytest.mark.parametrize("topic", ["zigbee2mqtt/bridge/devices", "zigbee2mqtt/hjem-17/bridge/devices"])
def test_a_gateways_own_long_list_is_nothing_and_a_devices_is_a_letter(topic: str) -> None:
    intake = _intake()

    bridge = intake.read(_message(topic, b"x" * 9000))
    device = intake.read(_message("zigbee2mqtt/dør", b"x" * 9000))

    assert bridge is not None
    assert (bridge.letter, bridge.events) == (None, [])
    assert device is not None
    assert device.letter is not None
    assert "9000 bytes" in device.letter.error


def test_between_two_homes_a_device_serves_nobody() -> None:
    place = Place(NIGHT, NIGHT + timedelta(days=1), "home:anna", None, "hall")
    device = KnownDevice("1", "dør", "zigbee2mqtt", can_alarm=True, places=[place])

    draft = _intake(device).read(
        Message(topic="zigbee2mqtt/dør", payload=b'{"contact": true}', received_at=NIGHT + timedelta(days=2))
    )

    assert draft is not None
    assert draft.events[0].scope == "device:1"


def test_a_device_cannot_say_what_a_rule_has_found_f72() -> None:
    body = b'{"id": "1", "kind": "found.night-exit"}'

    draft = _intake(KnownDevice("1", "knapp", "carehub_v1", can_alarm=True)).read(
        _message("carehub/v1/knapp/event", body)
    )

    assert draft is not None
    assert [one.kind for one in draft.events] == ["device.found.night-exit"]


def test_an_event_knows_the_class_of_its_device() -> None:
    door = KnownDevice("1", "knapp", "carehub_v1", can_alarm=True, kind=DeviceKind.SENSOR)
    unknown = KnownDevice("2", "knapp-2", "carehub_v1", can_alarm=True)
    intake, body = _intake(door, unknown), b'{"id": "1", "kind": "door.opened"}'

    drafts = [intake.read(_message(f"carehub/v1/{name}/event", body)) for name in ("knapp", "knapp-2")]

    assert [one.device_class for draft in drafts if draft for one in draft.events] == ["sensor", None]
