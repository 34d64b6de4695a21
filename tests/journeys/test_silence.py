"""Devices that fall silent and come back, and a hub that tells of itself."""

import asyncio
from datetime import timedelta

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.flow.live import Live
from carehub.kit.clock import utc_now
from carehub.store import fitting, incidents, tables
from carehub.store.ownership import OwnershipLost
from carehub.store.tables.places import DeviceStatus, ScopeKind
from tests.journeys.building import NIGHT, Night

# --- silence ---------------------------------------------------------------------------------


async def _supervise(night: Night, device: str, every_s: int) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Device, device)).expected_interval_s = every_s


async def _label(night: Night, device: str, label: str) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Device, device)).label = label


async def _watch(night: Night) -> None:
    await night.worker._watch()
    await night.work()


async def test_a_silent_device_is_told_once_and_its_return_too(night: Night) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=19)
    await _watch(night)
    assert await night.alerts() == []

    night.clock.advance(minutes=2)
    for _ in range(3):
        await _watch(night)
    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.device_id, alert.presses) == (
        "device-silent",
        Severity.MODERATE,
        "dør",
        1,
    )
    assert night.told == []
    assert night.shown == ["02:35 sol"]

    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await _watch(night)
    assert [event.kind for event in await night.events()] == ["device.offline", "door.closed", "device.online"]
    night.clock.advance(minutes=21)
    await _watch(night)
    assert (await night.the_alert()).presses == 2


async def test_each_silent_device_of_a_resident_stands_on_their_alert_and_in_its_journal(night: Night) -> None:
    """The card named none, and the second was a number on it: mended was the one that somebody thought of."""
    for device, label, every_s in (("dør", "Inngangsdør", 600), ("gang", "Bevegelse i gangen", 900)):
        await _supervise(night, device, every_s)
        await _label(night, device, label)
    night.clock.advance(minutes=21)
    await _watch(night)
    assert (await night.the_alert()).detail == "Inngangsdør"

    night.clock.advance(minutes=10)
    await _watch(night)

    alert = await night.the_alert()
    assert (alert.detail, alert.presses) == ("Inngangsdør; Bevegelse i gangen", 2)
    assert "02:45 repeated: Gjelder også: Bevegelse i gangen." in await night.journal()


async def test_what_is_heard_again_says_so_on_its_alert_until_it_is_silent_once_more(night: Night) -> None:
    """Somebody drove for a sensor that had answered for an hour."""
    for device, label, every_s in (("dør", "Inngangsdør", 600), ("gang", "Bevegelse i gangen", 600)):
        await _supervise(night, device, every_s)
        await _label(night, device, label)
    night.clock.advance(minutes=21)
    await _watch(night)
    said = []
    for _ in range(2):
        await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
        await _watch(night)
        said.append({*((await night.the_alert()).detail or "").split("; ")})
        night.clock.advance(minutes=21)
        await _watch(night)
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "online"}))

    assert said[0] == {"Inngangsdør", "Bevegelse i gangen: høres igjen siden 15.01. kl. 02:35"}
    assert said[1] == {"Inngangsdør", "Bevegelse i gangen: høres igjen siden 15.01. kl. 02:56"}
    alert = await night.the_alert()
    assert alert.detail == "Inngangsdør: høres igjen siden 15.01. kl. 03:17; Bevegelse i gangen"
    assert alert.status is Status.OPEN
    assert "02:35 resolved: Bevegelse i gangen: høres igjen siden 15.01. kl. 02:35" in await night.journal()


async def test_what_makes_an_open_alert_about_equipment_more_serious_is_named_on_it(night: Night) -> None:
    """A battery that nobody changes raises the alert about another one, which said what it had said before."""
    for device in ("dør", "gang"):
        await _label(night, device, f"Sensor {device}")
    await night.hear(night.message("zigbee2mqtt/dør", {"battery": 12}))
    first = await night.the_alert()
    assert (first.kind, first.severity, first.detail) == ("battery-low", Severity.NORMAL, "Sensor dør")
    async with night.database.write() as session:
        (await session.get_one(tables.Alert, first.id)).detail = None  # as an older release wrote it

    await night.pass_time(minutes=24 * 60 + 1)

    assert ((await night.the_alert()).severity, (await night.the_alert()).detail) == (Severity.MODERATE, "Sensor dør")


async def test_the_second_device_on_an_alert_is_part_of_the_outage_too(night: Night) -> None:
    """Her alert was closed into the outage's, and of its devices only the first stood on the list of whom to visit."""
    for device, every_s in (("dør", 600), ("gang", 600), ("røyk", 660), ("ringeknapp", 660), ("knapp-bjarne", 660)):
        await _supervise(night, device, every_s)
    night.clock.advance(minutes=21)
    await _watch(night)
    night.clock.advance(minutes=2)
    await _watch(night)

    (hers, common) = sorted(await night.alerts(), key=lambda one: one.kind, reverse=True)
    assert (hers.kind, hers.status, common.kind) == ("device-silent", Status.CLOSED, "common-silence")
    (incident,) = await night.rows(tables.Incident)
    async with night.database.write() as session:
        await fitting.retire(session, "ringeknapp", night.clock())
        offered = {one.device.id for one in await incidents.visits(session, incident.id)}
    assert offered == {"dør", "gang", "røyk", "knapp-bjarne"}, "whom nobody needs to see for it is not offered"

    await night.hear(
        *(night.message(f"zigbee2mqtt/{one}", {"battery": 90}) for one in ("dør", "gang", "røyk")),
        night.pressed("knapp-bjarne"),
    )  # fmt: skip
    await night.worker._watch()
    (incident,) = await night.rows(tables.Incident)
    assert incident.ended_at is not None, "what is out of use does not keep it open"


async def test_what_comes_and_goes_leaves_the_alert_that_names_another_device_too(night: Night) -> None:
    """It took that alert along under its own name, and the window that was silent for good stood on no list."""
    await _supervise(night, "dør", 600)
    await _label(night, "gang", "Bevegelse i gangen")
    await night.hear(night.message("zigbee2mqtt/gang/availability", {"state": "offline"}))
    night.clock.advance(minutes=21)
    await _watch(night)
    for state in ("online", "offline") * 5:
        await night.hear(night.message("zigbee2mqtt/gang/availability", {"state": state}))
        night.clock.advance(seconds=5)

    told = {one.kind: one.detail for one in await night.alerts()}
    assert told == {"device-silent": "kanari etikett; Bevegelse i gangen", "device-unstable": "Bevegelse i gangen"}
    await night.hear(night.message("zigbee2mqtt/gang/availability", {"state": "online"}))
    assert "høres igjen" not in str([one.detail for one in await night.alerts()]), "it may be gone when it is read"


async def test_a_silence_that_was_noted_just_before_a_crash_is_told_after_it(night: Night) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=21)
    await night.worker._watch()  # noted; the power goes before the event is stored
    await night.start()
    await night.fold()

    await _watch(night)
    await _watch(night)

    assert (await night.the_alert()).presses == 1


async def test_who_was_heard_is_not_forgotten_when_the_store_fails(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=15)
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))

    async def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("carehub.store.devices.write_heard", fails)
        with pytest.raises(OSError, match="full"):
            await night.worker._watch()
    night.clock.advance(minutes=10)
    await _watch(night)

    assert await night.alerts() == []


async def test_a_device_of_nobody_that_falls_silent_is_told_too(night: Night) -> None:
    async with night.database.write() as session:
        session.add(tables.Scope(id="device:løs", kind=ScopeKind.DEVICE, name="løs"))
        session.add(
            tables.Device(
                id="løs",
                source="zigbee2mqtt",
                address="løs",
                status=DeviceStatus.IN_SERVICE,
                expected_interval_s=60,
                first_seen_at=NIGHT,
            )
        )
    night.clock.advance(minutes=3)

    await _watch(night)

    alert = await night.the_alert()
    assert (alert.kind, alert.scope_id, alert.resident_id) == ("device-silent", "device:løs", None)


# --- the worker ------------------------------------------------------------------------------


async def test_a_station_that_keeps_failing_is_an_operators_alert_once_for_each_spell(night: Night) -> None:
    post = night.worker.posts[0]
    for _ in range(5):
        night.worker._report(post, OSError("x"))
    await night.work()

    alert = await night.the_alert()
    assert (alert.kind, alert.scope_id, alert.presses) == ("hub-fault", "hub:station-escalate", 1)
    assert "kanari" not in (alert.detail or "")


async def test_the_worker_rings_every_station_and_tries_a_failing_one_again(night: Night) -> None:
    calls: list[str] = []
    enough = asyncio.Event()

    async def wobbles() -> None:
        calls.append("x")
        if len(calls) == 1:
            raise OSError("the first time")
        enough.set()

    night.clock.now = utc_now()  # the scheduler's own clock is real
    night.worker.add("trial", wobbles, 0.05)
    running = asyncio.create_task(night.worker.run())
    await asyncio.wait_for(enough.wait(), 20)
    for name in ("escalate", "deliver", "tick", "watch", "worker"):
        while name not in night.hub.health.beats:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    await asyncio.sleep(0.1)  # what SQLite's thread had in hand comes back to a loop that still lives

    assert night.hub.health.failures == {}
    assert "worker" in {beat.name for beat in await night.rows(tables.Beat)}


async def test_a_worker_whose_scopes_are_run_by_another_hub_stops(night: Night) -> None:
    async def lost() -> None:
        raise OwnershipLost("somebody else")

    night.clock.now = utc_now()
    night.worker.posts = night.worker.posts[:2]
    night.worker.add("trial", lost, 0.05)

    with pytest.raises(ExceptionGroup) as stopped:
        await asyncio.wait_for(night.worker.run(), 20)
    await asyncio.sleep(0.1)  # as above
    assert stopped.group_contains(OwnershipLost)


async def test_a_quiet_hub_keeps_its_lease(night: Night) -> None:
    night.clock.advance(seconds=4)
    await night.worker._beat()

    (row,) = await night.rows(tables.Ownership)
    assert row.lease_until == night.clock() + timedelta(seconds=5)
    await night.press()
    assert len(await night.events()) == 1


async def test_a_page_is_told_of_changes_and_shows_signs_of_life() -> None:
    live = Live()
    changes = live.changes(beat_s=0.01)

    first, beat = await anext(changes), await anext(changes)
    live.change()
    changed = await anext(changes)
    live.close()

    assert (first, beat, changed) == (0, 0, 1)
    assert [version async for version in changes] == []
