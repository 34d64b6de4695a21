"""Floods and outages: one stuck button delays nobody, and 2,000 silent devices are a list and no crowd of alerts."""

from collections import Counter
from datetime import timedelta
from random import Random
from time import perf_counter

import pytest
from sqlmodel import col, select

from carehub.contracts import Message
from carehub.core.answers.alerts import Step
from carehub.core.severity import Severity
from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.receiving.fair import ENOUGH
from carehub.kit.ids import new_id
from carehub.store import incidents, tables
from carehub.store.tables.places import DeviceStatus, ScopeKind
from carehub.web.ward.visits import stops
from tests.journeys.building import KARI, NIGHT, Night

HOMES, SENSORS = 200, 10


async def build(night: Night, homes: int = HOMES, sensors: int = SENSORS) -> None:
    """A town: in each home somebody with a button, and sensors behind gateways of two operators."""
    since = NIGHT - timedelta(days=400)
    async with night.database.write() as session:
        names = [f"hus{n:03}" for n in range(homes)]
        session.add_all(
            tables.Scope(
                id=f"home:{name}", kind=ScopeKind.HOME, name=f"kanariveien {name}", access_note="kanari nøkkelboks",
                unit_id=("sol", "nord")[place % 2],
            )
            for place, name in enumerate(names)
        )  # fmt: skip
        session.add_all(
            tables.Resident(
                id=name, given_name="kanari", family_name=name, risk=list(Risk)[place % 3]
            )
            for place, name in enumerate(names)
        )  # fmt: skip
        session.add_all(
            tables.Device(
                id=device, source=source, address=device, label=device, status=DeviceStatus.IN_SERVICE, kind=kind,
                tested_at=NIGHT, first_seen_at=NIGHT, last_seen_at=NIGHT, bearer="2G", operator="Telenor",
            )
            for name in names
            for device, source, kind in _things(name, sensors)
        )  # fmt: skip
        await session.flush()
        session.add_all(
            tables.Residency(id=new_id(), resident_id=name, scope_id=f"home:{name}", since=since) for name in names
        )
        session.add_all(
            tables.Assignment(id=new_id(), device_id=device, scope_id=f"home:{name}", place="hall", since=since)
            for name in names
            for device, _, _ in _things(name, sensors)
        )
    await night.reload()


def _things(name: str, sensors: int) -> list[tuple[str, str, DeviceKind]]:
    button = (f"knapp-{name}", "carehub_v1", DeviceKind.BUTTON)
    return [button, *((f"føler-{name}-{n}", "zigbee2mqtt", DeviceKind.SENSOR) for n in range(sensors))]


def offline(night: Night, device: str) -> Message:
    return night.message(f"zigbee2mqtt/{device}/availability", {"state": "offline"})


async def test_in_an_outage_every_press_alerts_and_all_the_rest_is_one_alert_a_unit(night: Night) -> None:
    """F69, F83, G13: 2,000 devices offline and 200 presses together."""
    await build(night)
    names = [f"hus{n:03}" for n in range(HOMES)]
    messages = [offline(night, f"føler-{name}-{n}") for name in names for n in range(SENSORS)]
    messages += [night.pressed(f"knapp-{name}") for name in names]
    Random(1).shuffle(messages)

    began = perf_counter()
    for message in messages:
        night.ingest.deliver(message)
    await night.ingest.step()
    raised = Counter(await night.kinds())
    took = perf_counter() - began
    assert raised["social-alarm"] == HOMES
    await night.work()

    found = Counter(await night.kinds())
    assert found == {"social-alarm": HOMES, "common-silence": 2}
    assert took < 10
    alerts = {alert.id: alert for alert in await night.alerts()}
    notices = await night.notices()
    assert {one.alert_id for one in notices if alerts[one.alert_id or ""].kind == "social-alarm"} == {
        alert.id for alert in alerts.values() if alert.kind == "social-alarm"
    }
    per_nurse = Counter(
        one.person_id for one in notices if one.person_id and alerts[one.alert_id or ""].kind == "common-silence"
    )
    assert max(per_nurse.values()) <= 3
    common = [alert for alert in alerts.values() if alert.kind == "common-silence"]
    assert sorted(alert.presses for alert in common) == [1000, 1000]
    assert {alert.unit_id for alert in common} == {"sol", "nord"}
    assert all("De fleste går over 2G, Telenor" in (alert.detail or "") for alert in common)
    assert len(await night.rows(tables.AlertEvent)) == HOMES * (SENSORS + 1)


async def test_single_silences_become_one_incident_with_a_list_that_is_ticked_off(night: Night) -> None:
    """F69: the alerts that single devices had are part of it; who answers again is crossed off; the list is by risk."""
    await build(night, homes=12, sensors=1)
    mine = [f"føler-hus{n:03}-0" for n in range(0, 12, 2)]  # all in unit sol
    for device in mine[:4]:
        await night.hear(offline(night, device))
    assert await night.kinds() == ["device-silent"] * 4

    await night.hear(*(offline(night, device) for device in mine[4:]))
    assert Counter(alert.kind for alert in await night.alerts() if alert.due_at) == {"common-silence": 1}
    (common,) = [alert for alert in await night.alerts() if alert.kind == "common-silence"]
    assert common.severity is Severity.SERIOUS
    assert "Samlet i felles varsel" in " ".join(await night.journal())

    night.clock.advance(minutes=1)
    await night.hear(night.message(f"zigbee2mqtt/{mine[0]}", {"occupancy": True}))
    await night.worker._watch()
    async with night.database.read() as session:
        (incident,) = await incidents.newest(session)
        homes = stops(await incidents.visits(session, incident.id))
    assert (len(homes), homes[-1].back, incident.ended_at) == (6, True, None)
    still = [home.risk for home in homes if not home.back]
    assert still == sorted(still, key=[Risk.HIGH, Risk.NORMAL, Risk.LOW].index)

    await night.press("knapp-hus000")
    assert (await night.alerts())[-1].kind == "social-alarm"
    for device in mine[1:]:
        await night.hear(night.message(f"zigbee2mqtt/{device}", {"occupancy": True}))
    await night.worker._watch()
    (over,) = await night.rows(tables.Incident)
    assert over.ended_at is not None


@pytest.mark.parametrize(
    ("closed", "found"), [(True, {"common-silence": 1, "device-silent": 1}), (False, {"common-silence": 1})]
)
async def test_one_device_that_is_lost_when_an_outage_was_seen_to_is_one_device(
    night: Night, found: dict[str, int], *, closed: bool
) -> None:
    """One that never came back kept the outage open: for half a day each single loss rang as all of them had."""
    await build(night, homes=14, sensors=1)
    mine = [f"føler-hus{n:03}-0" for n in range(0, 14, 2)]  # all in unit sol
    await night.hear(*(offline(night, device) for device in mine[:6]))
    if closed:
        await night.close("ingrid")
    await night.pass_time(minutes=20)

    await night.hear(offline(night, mine[6]))

    assert Counter(await night.kinds()) == found
    assert Counter(one.severity for one in await night.alerts() if one.due_at)[Severity.SERIOUS] == (not closed)


async def test_buttons_that_fall_silent_in_an_outage_are_in_it_and_an_empty_battery_is_not(night: Night) -> None:
    """F69: what the watch finds silent is gathered too; what is off for another reason alerts by itself."""
    await build(night, homes=12, sensors=1)
    async with night.database.write() as session:
        statement = select(tables.Device).where(col(tables.Device.id).startswith("knapp-hus"))
        for device in (await session.exec(statement)).all():
            device.expected_interval_s = 60
        (await session.get_one(tables.Device, "knapp-anna")).kind = DeviceKind.BUTTON
        (await session.get_one(tables.Device, "knapp-anna")).battery = 2.0
    night.clock.advance(minutes=3)
    await night.worker._watch()
    await night.work()
    assert Counter(await night.kinds()) == {"common-silence": 2, "protection-blind": 1}


async def test_a_stuck_button_stands_before_nobody_and_is_counted(night: Night) -> None:
    """F65: a thousand messages of one button; the other resident's press is in the very next batch."""
    for _ in range(1000):
        night.ingest.deliver(night.pressed("knapp-anna"))
    night.ingest.deliver(night.pressed("knapp-bjarne"))
    night.ingest.deliver(night.pressed("knapp-liv"))

    await night.ingest.step()
    assert {alert.resident_id for alert in await night.alerts()} == {"anna", "bjarne", "liv"}
    began = perf_counter()
    await night.work()
    assert perf_counter() - began < 20

    stuck = next(alert for alert in await night.alerts() if alert.resident_id == "anna")
    assert (stuck.presses, stuck.severity) == (1000, Severity.CRITICAL)
    events = await night.rows(tables.AlertEvent)
    assert sum(1 for one in events if one.alert_id == stuck.id) == 1000
    told = [one for one in await night.notices() if one.alert_id == stuck.id]
    assert len(told) < 40
    assert len([one for _, one in night.phones.sent if one.address == KARI]) <= 2
    assert len(night.road.acknowledged) == 1002


async def test_what_is_reported_again_and_again_is_counted_together_and_wakes_nobody_anew(night: Night) -> None:
    """A smoke alarm that reports fifty times: one alert, a reason for each, a line for each batch in its journal."""
    smoke = night.message("zigbee2mqtt/røyk", {"smoke": True})
    await night.hear(smoke)
    told = len(await night.notices())

    for _ in range(2):
        for _ in range(25):
            night.ingest.deliver(smoke)
        await night.ingest.step()

    (alert,) = await night.alerts()
    assert (alert.kind, alert.presses) == ("fire", 51)
    assert len(await night.rows(tables.AlertEvent)) == 51
    steps = await night.rows(tables.AlertStep, tables.AlertStep.id)
    assert [one.text for one in steps if one.step is Step.REPEATED] == ["Meldt 26 ganger.", "Meldt 51 ganger."]
    assert len(await night.notices()) == told


async def test_the_presses_of_one_button_keep_their_order_in_the_queue(quick_night: Night) -> None:
    night = quick_night
    sent = [night.pressed("knapp-anna") for _ in range(3 * ENOUGH)]
    for message in sent:
        night.ingest.deliver(message)
    taken: list[Message] = []
    while night.ingest.waiting:
        taken += night.ingest.take().messages
    assert taken == sent
    assert list(night.ingest.alarms_waiting) == []


async def test_a_device_that_comes_and_goes_is_one_notice_and_its_alarms_are_untouched(night: Night) -> None:
    """F64: sixty toggles in ten minutes."""
    for toggle in range(60):
        state = "offline" if toggle % 2 == 0 else "online"
        await night.hear(night.message("zigbee2mqtt/røyk/availability", {"state": state}))
        night.clock.advance(seconds=10)
    alert = await night.the_alert()
    assert (alert.kind, alert.detail) == ("device-unstable", "kanari etikett")
    assert len(await night.notices()) == 1

    await night.close("ingrid")
    for state in ("offline", "online", "offline", "online"):
        await night.hear(night.message("zigbee2mqtt/røyk/availability", {"state": state}))
    assert len(await night.alerts()) == 1
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))
    assert (await night.alerts())[-1].kind == "fire"


async def test_a_device_that_came_and_went_and_then_stays_away_is_missed(night: Night) -> None:
    """F64: folded, never muted."""
    for state in ("offline", "online") * 6:
        await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": state}))
    await night.close("ingrid")
    night.clock.advance(hours=2)
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    assert [alert.kind for alert in await night.alerts() if alert.due_at] == ["device-silent"]


async def test_each_room_that_smokes_stands_on_the_one_alert_and_whoever_has_it_is_told(night: Night) -> None:
    """The kitchen stood there alone; the bathroom was a number, and silent for ten minutes as if it were the same."""
    for device, label in (("røyk", "Røykvarsler"), ("ringeknapp", None), ("gang", "Varsler gang")):
        async with night.database.write() as session:
            (await session.get_one(tables.Device, device)).label = label
        await night.hear(night.message(f"zigbee2mqtt/{device}", {"smoke": True}))
        if device == "røyk":
            assert (await night.the_alert()).detail == "Røykvarsler (kjøkken)"
            await night.take("ingrid")
        night.clock.advance(minutes=1)
        await night.hear(night.message(f"zigbee2mqtt/{device}", {"smoke": False}))
        await night.hear(night.message(f"zigbee2mqtt/{device}", {"smoke": True}))

    alert = await night.the_alert()
    assert (alert.kind, alert.detail) == ("fire", "Røykvarsler (kjøkken); bad; Varsler gang")
    assert [line[6:] for line in await night.journal() if "også" in line] == [
        "repeated: Gjelder også: bad.", "repeated: Gjelder også: Varsler gang."
    ]  # fmt: skip
    again = [one for one in await night.notices() if one.cycle.startswith("repeat:") and one.channel == "sms"]
    assert len(again) == 3, "of the first room that tells once more, and of each other one"


async def test_water_in_two_rooms_is_named_too(night: Night) -> None:
    for device in ("gang", "ringeknapp"):
        async with night.database.write() as session:
            (await session.get_one(tables.Device, device)).label = None
        await night.hear(night.message(f"zigbee2mqtt/{device}", {"water_leak": True}))

    assert ((await night.the_alert()).kind, (await night.the_alert()).detail) == ("water", "gang; bad")
