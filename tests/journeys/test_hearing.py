"""What comes in and what becomes of it: repeats, redeliveries, late and unreadable messages, odd clocks."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.rules.rulebook import Rulebook
from carehub.store import registry, tables
from tests.journeys.building import NIGHT, Night

_FIRST = ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


# --- repeats and redeliveries ----------------------------------------------------------------


async def test_a_v1_alarm_repeated_fifty_times_is_one_event_and_is_answered_each_time_f10(night: Night) -> None:
    first = night.pressed(id="7f3a")
    for _ in range(50):
        await night.hear(night.message(first.topic, first.payload))
        await night.pass_time(seconds=2)

    assert [event.kind for event in await night.events()] == ["button.pressed"]
    assert (await night.the_alert()).presses == 1
    assert sorted(night.told) == _FIRST
    assert night.road.replies == [("carehub/v1/knapp-anna/ack", b'{"id":"7f3a","status":"stored"}')] * 50
    assert len(night.road.acknowledged) == 50
    assert night.ingest.counts.duplicates == 49


async def test_repeats_within_one_batch_and_after_a_restart_are_one_event_f10(night: Night) -> None:
    first = night.pressed(id="7f3a")
    await night.hear(*(night.message(first.topic, first.payload) for _ in range(5)))
    await night.start()

    await night.hear(night.message(first.topic, first.payload))

    assert len(await night.events()) == 1


async def test_the_same_id_with_another_body_is_stored_alerts_and_raises_a_fault(night: Night) -> None:
    await night.press(id="7f3a")
    night.clock.advance(minutes=1)

    await night.press(id="7f3a")

    assert [event.kind for event in await night.events()] == ["button.pressed", "button.pressed", "hub.fault"]
    presses = {alert.kind: alert.presses for alert in await night.alerts()}
    assert presses == {"social-alarm": 2, "hub-fault": 1}


async def test_the_same_id_with_another_body_in_one_batch_is_stored_twice(night: Night) -> None:
    await night.hear(night.pressed(id="7f3a"), night.pressed(id="7f3a", value=1))

    assert [event.kind for event in await night.events()] == ["button.pressed", "button.pressed", "hub.fault"]


async def test_an_mqtt_redelivery_without_an_id_is_one_press(night: Night) -> None:
    press = night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, mid=7)
    again = night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, mid=7, dup=True)
    await night.hear(press)
    await night.hear(again)
    await night.start()

    await night.hear(again)

    assert len(await night.events()) == 1
    assert sorted(night.told) == _FIRST


async def test_a_redelivery_that_overtakes_our_commit_is_one_press_too(night: Night) -> None:
    press = night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, mid=7)
    again = night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, mid=7, dup=True)

    await night.hear(press, again)

    assert (await night.the_alert()).presses == 1


@pytest.mark.parametrize(
    "other",
    [{"mid": 7}, {"mid": 8, "dup": True}, {"mid": 7, "dup": True, "session": "mqtt2"}],
    ids=["not marked", "another packet", "another session"],
)
async def test_whatever_is_not_surely_a_redelivery_is_another_press_invariant_9(
    night: Night, other: dict[str, object]
) -> None:
    await night.hear(night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, mid=7))

    await night.hear(night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}, **other))

    assert (await night.the_alert()).presses == 2
    assert sorted(night.told) == sorted([*_FIRST, "02:14 ingrid trykk 2", "02:14 maria trykk 2"])


async def test_a_redelivered_letter_is_kept_once(night: Night) -> None:
    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"\xff", mid=9))

    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"\xff", mid=9, dup=True))
    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"\xfe", mid=9, dup=True))

    assert [letter.payload for letter in await night.letters()] == [b"\xff", b"\xfe"]
    assert (await night.the_alert()).presses == 2


# --- retained --------------------------------------------------------------------------------


async def test_retained_smoke_raises_nothing_but_is_kept_as_state_f9_c12(night: Night) -> None:
    for _ in range(3):
        await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}, retain=True))
        await night.start()

    assert await night.alerts() == []
    assert set(await night.outcomes()) == {Outcome.STATE_ONLY}
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": False}))
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))
    assert await night.kinds() == ["fire"]


async def test_water_that_was_first_known_from_the_broker_alerts_when_the_sensor_says_it_f9(night: Night) -> None:
    """F9: it began while the hub was deaf. What the broker kept alerts nobody, and silences nothing either."""
    for _ in range(2):
        await night.hear(night.message("zigbee2mqtt/røyk", {"water_leak": True}, retain=True))
        await night.start()
    assert await night.alerts() == []

    for _ in range(2):
        await night.hear(night.message("zigbee2mqtt/røyk", {"water_leak": True}))
        await night.start()

    assert await night.kinds() == ["water"]
    assert (await night.the_alert()).presses == 1


async def test_a_retained_copy_of_a_press_does_not_use_up_the_press_itself_f9(night: Night) -> None:
    press = night.pressed(id="7f3a")

    await night.hear(night.message(press.topic, press.payload, retain=True))
    assert night.road.replies == []
    assert len(night.road.acknowledged) == 1
    await night.hear(night.message(press.topic, press.payload))

    assert sorted(night.told) == _FIRST
    assert len(night.road.replies) == 1


async def test_a_retained_letter_is_kept_and_alerts_nobody_f9(night: Night) -> None:
    await night.hear(night.message("carehub/v1/knapp-anna/alarm", b"{", retain=True))

    assert await night.alerts() == []
    assert len(await night.letters()) == 1


# --- time ------------------------------------------------------------------------------------


async def test_a_fall_that_a_gateway_tells_six_hours_late_is_alerted_and_marked_f37(night: Night) -> None:
    fell_at = NIGHT - timedelta(hours=6)

    await night.press(kind="fall.detected", at=fell_at.isoformat())

    alert = await night.the_alert()
    assert (alert.kind, alert.raised_at, alert.happened_at) == ("fall", NIGHT, fell_at)
    assert sorted(night.told) == _FIRST
    (event,) = await night.events()
    assert (event.late, event.device_at) == (True, fell_at)


async def test_telemetry_of_hours_ago_is_history_on_which_no_rule_is_run_f37(night: Night) -> None:
    then = (NIGHT - timedelta(hours=2)).isoformat()
    door = {"id": "1", "kind": "door.opened", "at": then}

    await night.hear(night.message("carehub/v1/knapp-anna/event", door))
    await night.pass_time(30)

    assert await night.outcomes() == {Outcome.TOO_LATE: 1}
    assert await night.alerts() == []


@pytest.mark.parametrize(
    "claim",
    [None, "", "1970-01-01T00:00:00Z", "2036-01-15T01:14:00Z", "9999-12-31T23:59:59Z", 1e20, "i går", [], {"a": 1}, -1],
)
async def test_a_device_with_a_wild_clock_or_none_alerts_now_f36(quick_night: Night, claim: object) -> None:
    night = quick_night

    await night.press(at=claim)

    alert = await night.the_alert()
    assert (alert.kind, alert.raised_at, alert.happened_at) == ("social-alarm", NIGHT, None)
    assert sorted(night.told) == _FIRST


# --- unreadable and poisonous ----------------------------------------------------------------

_UNREADABLE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'{"id": "1"}',
    b'{"id": 1, "kind": ["x"]}',
    b'{"id":"1","kind":"NaN","value":NaN}',
    b'{"id":"1","kind":"button.pressed","value":1e999}',
    b"[" * 9000,
    b'{"id":"\\u0000","kind":"button.pressed"}',
    b'{"id":"\\ud800","kind":"button.pressed"}',
    b'{"id":"1","kind":"hub.fault"}',
    b'{"id":"1","kind":"no.such.thing"}',
    b'{"id":"1","kind":"button.pressed","device":"somebody-else"}',
    b"\x00" * 40,
    b"x" * 9000,
]


async def test_whatever_cannot_be_read_on_an_alarm_path_alerts_and_is_kept_raw_f66(night: Night) -> None:
    for payload in _UNREADABLE:
        await night.hear(night.message("carehub/v1/knapp-anna/alarm", payload))

    assert [letter.payload for letter in await night.letters()] == _UNREADABLE
    alert = await night.the_alert()
    assert (alert.kind, alert.resident_id, alert.presses) == ("unreadable-alarm", "anna", len(_UNREADABLE))
    assert len(night.road.acknowledged) == len(_UNREADABLE)
    assert {letter.event_seq for letter in await night.letters()} == {event.seq for event in await night.events()}


async def test_an_unreadable_alarm_of_an_unknown_device_alerts_everybody_on_duty_f66(night: Night) -> None:
    await night.hear(night.message("carehub/v1/aldri-sett/alarm", b"?"))

    alert = await night.the_alert()
    assert (alert.kind, alert.resident_id) == ("unreadable-alarm", None)
    assert sorted(line[6:12] for line in night.told) == ["ingrid", "kari H", "maria "]


async def test_unreadable_telemetry_is_kept_and_alerts_nobody_f66(night: Night) -> None:
    await night.hear(night.message("carehub/v1/knapp-anna/event", b"?"))

    assert len(await night.letters()) == 1
    assert await night.alerts() == []


async def test_what_no_source_speaks_is_acknowledged_and_forgotten(night: Night) -> None:
    await night.hear(night.message("somebody/elses/topic", b"?"))

    assert len(night.road.acknowledged) == 1
    assert await night.events() == []


@pytest.mark.parametrize(
    "poison",
    [
        {"kind": "x" * 64, "unit": "y" * 32},
        {"kind": "pulse", "value": "æ" * 200},
        {"kind": "pulse", "value": '"' * 200},
    ],
    ids=["long words", "long text", "long text in JSON"],
)
async def test_words_longer_than_a_column_are_stored_shortened(night: Night, poison: dict[str, str]) -> None:
    await night.hear(night.message("carehub/v1/knapp-anna/event", {"id": "1", **poison}))

    (event,) = await night.events()
    assert event.kind == poison["kind"][:60]
    if event.value:
        assert poison["value"].startswith(json.loads(event.value))
    assert await night.letters() == []


async def test_devices_with_endless_names_are_listed_apart_and_again_after_a_restart_f66(night: Night) -> None:
    names = ["x" * 300 + end for end in "ab"]
    for name in names:
        await night.hear(night.message(f"carehub/v1/{name}/alarm", {"id": "1", "kind": "button.pressed"}))
    await night.start()

    for name in names:
        await night.hear(night.message(f"carehub/v1/{name}/alarm", {"id": "2", "kind": "button.pressed"}))

    assert [alert.presses for alert in await night.alerts()] == [2, 2]
    assert len([one for one in await night.rows(tables.Device) if one.address.startswith("xxx")]) == 2


# --- whose device it is ----------------------------------------------------------------------


async def _move(night: Night, device: str, home: str) -> None:
    async with night.database.write() as session:
        touched = await registry.assign_device(session, device, f"home:{home}", None, "entrance", night.clock())
    await night.reload()
    for scope in sorted(touched):
        await night.command(scope, CommandKind.REASSIGNED)


async def test_a_device_that_moved_serves_its_new_resident_and_what_was_pending_ends_f68(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(2)
    await _move(night, "dør", "bjarne")
    await night.pass_time(10)
    assert await night.alerts() == []

    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(6)

    alert = await night.the_alert()
    assert (alert.kind, alert.resident_id, alert.scope_id) == ("night-exit", "bjarne", "home:bjarne")
    residents = [event.resident_id for event in await night.events() if event.kind == "door.opened"]
    assert residents == ["anna", "bjarne"]


async def test_a_late_event_belongs_to_whoever_had_the_device_then_f68(night: Night) -> None:
    await _move(night, "knapp-anna", "bjarne")
    night.clock.advance(hours=1)

    await night.press(kind="fall.detected", at=(NIGHT - timedelta(minutes=30)).isoformat())
    await night.press(kind="fall.detected")

    assert [alert.resident_id for alert in await night.alerts()] == ["anna", "bjarne"]


async def test_a_device_heard_while_the_registry_was_being_read_is_not_listed_twice(night: Night) -> None:
    read_before = await night.registry()
    await night.press("aldri-sett")

    night.ingest.intake.reload(read_before)
    await night.press("aldri-sett")

    assert (await night.the_alert()).presses == 2
    assert len([device for device in await night.rows(tables.Device) if device.address == "aldri-sett"]) == 1


# --- rules -----------------------------------------------------------------------------------


async def test_a_door_at_night_alerts_when_nobody_comes_back(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(6)

    assert await night.kinds() == ["night-exit"]
    assert sorted(night.told) == ["02:19 ingrid HASTER 1", "02:19 maria HASTER 1"]


async def test_a_motion_that_came_in_time_and_waits_in_the_queue_is_heard_before_the_deadline(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    night.clock.advance(minutes=4, seconds=59)
    night.ingest.deliver(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    night.clock.advance(seconds=2)

    await night.worker._tick()
    await night.work()

    assert await night.alerts() == []


async def test_while_she_is_away_the_door_is_only_held_back_and_says_why(night: Night) -> None:
    await night.command("home:anna", CommandKind.AWAY, until=NIGHT + timedelta(hours=8), by="ingrid")

    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(30)
    await night.press()

    assert await night.kinds() == ["social-alarm"]


async def test_a_switch_that_is_no_alarm_wakes_nobody(night: Night) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Device, "ringeknapp")).can_alarm = False
    await night.reload()

    await night.hear(night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}))

    assert [event.kind for event in await night.events()] == ["switch.pressed"]
    assert await night.alerts() == []


async def test_in_safe_mode_a_button_and_smoke_still_alert_f23(night: Night) -> None:
    night.rulebook = Rulebook.safe_mode()
    await night.start()

    await night.hear(night.pressed(), night.message("zigbee2mqtt/røyk", {"smoke": True}))

    assert sorted(await night.kinds()) == ["fire", "social-alarm"]
    assert {alert.rule_id for alert in await night.alerts()} == {"floor"}
    everybody_on_duty = [*_FIRST, "02:14 kari HASTER 1"]
    assert sorted(night.told) == sorted(everybody_on_duty * 2)


# --- the ledger ------------------------------------------------------------------------------


async def test_every_event_has_an_outcome_invariant_12(night: Night) -> None:
    await night.hear(
        night.pressed(),
        night.message("zigbee2mqtt/gang", {"occupancy": True, "illuminance": 3}),
        night.message("zigbee2mqtt/dør", {"contact": True}),
        night.message("zigbee2mqtt/dør", {"contact": False}),
        night.message("zigbee2mqtt/dør", {"contact": False}),
        night.message("carehub/v1/knapp-anna/event", {"id": "1", "kind": "helt.ukjent"}),
        night.message("zigbee2mqtt/røyk", {"smoke": True}, retain=True),
    )

    outcomes = {(event.kind, event.outcome.value) for event in await night.events()}
    assert {
        ("button.pressed", "alert"), ("door.opened", "pending"), ("door.opened", "unchanged"),
        ("helt.ukjent", "no_rule"), ("smoke.detected", "state_only"),
    } <= outcomes  # fmt: skip
    seqs = [event.seq for event in await night.events()]
    assert all(later > before for before, later in pairwise(seqs))


async def test_a_tick_that_never_comes_is_itself_an_alarm_invariant_12(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    night.clock.advance(minutes=7)

    for _ in range(3):
        await night.worker._watch()
        await night.work()

    (fault,) = [alert for alert in await night.alerts() if alert.kind == "hub-fault"]
    assert (fault.presses, fault.status) == (1, Status.OPEN)
    await night.pass_time(1)
    await night.worker._watch()
    assert night.hub.health.unaccounted == 0
    assert "night-exit" in await night.kinds()
