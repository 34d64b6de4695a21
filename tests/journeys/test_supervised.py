"""Devices under watch: heard often enough, tried when they are put up, and missed when they look after nobody."""

from datetime import date, timedelta
from typing import Any

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.folding.silence import Why
from carehub.core.kinds import EventKind
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.core.watching.blindness import Cause, Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.watching import silences, worn
from carehub.flow.watching.blindness import unwatched
from carehub.flow.watching.silences import Wish
from carehub.store import blindness, devices, registers, registry, tables
from carehub.store.registers import Show
from carehub.store.tables.places import DeviceStatus
from carehub.web import tongue
from carehub.web.wording.retold import retold
from tests.journeys.building import NIGHT, Night
from tests.journeys.desk import desk


async def describe(night: Night, device: str, **fields: Any) -> None:
    async with night.database.write() as session:
        found = await session.get_one(tables.Device, device)
        for name, value in fields.items():
            setattr(found, name, value)


async def the_device(night: Night, device: str) -> tables.Device:
    async with night.database.read() as session:
        return await session.get_one(tables.Device, device)


async def watch(night: Night, **passes: float) -> None:
    night.clock.advance(**passes)
    await night.worker._watch()
    await night.work()


async def says(night: Night, **body: Any) -> None:
    """What Anna's button tells of itself."""
    fields = {"id": f"ord-{night.clock().isoformat()}-{body['kind']}", "at": night.clock().isoformat(), **body}
    await night.hear(night.message("carehub/v1/knapp-anna/event", fields))


async def press_on_test(night: Night, device: str) -> None:
    wish = Wish(why=Why.TEST, until=night.clock() + timedelta(minutes=10), device=device)
    await night.while_folding(silences.begin(night.hub, wish, "tor"))
    await night.press(device)


async def put_up(night: Night, device: str, home: str = "home:bjarne") -> None:
    async with night.database.write() as session:
        await registry.assign_device(session, device, home, None, "bedroom", night.clock())
    await night.reload()


async def test_a_device_is_not_in_service_until_somebody_has_answered_its_test_alarm(night: Night) -> None:
    """F8 and F67: the whole way, from the device to a person; before that it is on the red list."""
    await put_up(night, "knapp-anna")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.NOT_IN_SERVICE

    await press_on_test(night, "knapp-anna")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.NOT_IN_SERVICE
    assert (await night.the_alert()).kind == "test-alarm"

    pressed_at = (await night.the_alert()).raised_at
    await night.close("ingrid")
    await watch(night, seconds=5)
    known = await the_device(night, "knapp-anna")
    assert (known.status, known.tested_at, known.kind) == (DeviceStatus.IN_SERVICE, pressed_at, DeviceKind.BUTTON)


async def test_an_alarm_of_a_device_that_was_never_tested_is_an_alarm_and_no_test(night: Night) -> None:
    """F67: nothing is lost, and a real alarm on the wrong resident proves nothing."""
    await put_up(night, "knapp-anna")
    await night.press("knapp-anna")
    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.resident_id) == ("social-alarm", Severity.CRITICAL, "bjarne")
    await night.take("ingrid")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.NOT_IN_SERVICE


async def test_a_device_that_moves_must_be_tried_again_and_its_old_alerts_stay_where_they_were(night: Night) -> None:
    """F68: the assignment at the event's time counts, and the new place asks for a new test."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, tested_at=NIGHT)
    await night.press("knapp-anna")
    night.clock.advance(minutes=1)
    await put_up(night, "knapp-anna")
    known = await the_device(night, "knapp-anna")
    assert (known.status, known.tested_at) == (DeviceStatus.NOT_IN_SERVICE, None)
    assert (await night.the_alert()).resident_id == "anna"


async def test_an_answered_alarm_of_a_device_in_service_is_as_good_as_a_test(night: Night) -> None:
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, tested_at=NIGHT - timedelta(days=29))
    await night.press("knapp-anna")
    await watch(night, seconds=1)
    assert (await the_device(night, "knapp-anna")).tested_at == NIGHT - timedelta(days=29)
    await night.take("ingrid")
    await watch(night, seconds=1)
    assert (await the_device(night, "knapp-anna")).tested_at == NIGHT


async def test_the_red_list_names_what_was_not_tried_for_thirty_days(night: Night) -> None:
    """F67, G10: at most thirty days old, or listed red."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, tested_at=NIGHT - timedelta(days=31))
    await describe(night, "knapp-bjarne", kind=DeviceKind.BUTTON, tested_at=NIGHT - timedelta(days=29))
    await describe(night, "knapp-liv", kind=DeviceKind.BUTTON)
    await put_up(night, "gang")
    async with night.database.read() as session:
        red = await registers.devices(session, Show.UNTESTED, "", NIGHT - timedelta(days=30))
        counts = await registers.device_counts(session, NIGHT - timedelta(days=30))
    assert sorted(row.device.id for row in red) == ["gang", "knapp-anna", "knapp-liv"]
    assert counts[Show.UNTESTED] == 3


async def test_a_sensor_is_in_service_once_it_has_spoken_from_its_new_place(night: Night) -> None:
    await put_up(night, "gang")
    await watch(night, seconds=5)
    assert (await the_device(night, "gang")).status is DeviceStatus.NOT_IN_SERVICE
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    await watch(night, seconds=5)
    known = await the_device(night, "gang")
    assert (known.status, known.kind) == (DeviceStatus.IN_SERVICE, DeviceKind.SENSOR)


@pytest.mark.parametrize(
    ("kind", "well", "silent"),
    [
        (DeviceKind.GATEWAY, timedelta(minutes=3), timedelta(minutes=3, seconds=1)),
        (DeviceKind.SENSOR, timedelta(hours=2, minutes=30), timedelta(hours=2, minutes=31)),
        (DeviceKind.UNKNOWN, timedelta(hours=24), timedelta(hours=24, seconds=1)),
    ],
)
async def test_each_kind_of_device_has_its_longest_silence(
    quick_night: Night, kind: DeviceKind, well: timedelta, silent: timedelta
) -> None:
    """F62, G10: three minutes for a gateway, two and a half hours on battery, never more than a day."""
    night = quick_night
    async with night.database.write() as session:
        for row in await night.rows(tables.Device):
            (await session.get_one(tables.Device, row.id)).status = DeviceStatus.RETIRED
    await describe(night, "gang", kind=kind, status=DeviceStatus.IN_SERVICE)
    await watch(night, seconds=well.total_seconds())
    assert await night.alerts() == []
    await watch(night, seconds=(silent - well).total_seconds())
    assert await night.kinds() == ["device-silent"]


async def test_a_retained_message_is_no_sign_of_life(quick_night: Night) -> None:
    """F62: measured from the last genuine message."""
    night = quick_night
    await describe(night, "gang", expected_interval_s=60)
    night.clock.advance(minutes=1)
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}, retain=True))
    await watch(night, minutes=1, seconds=1)
    assert await night.kinds() == ["device-silent"]


async def test_who_speaks_again_is_told_of_though_the_store_failed_just_then(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found once: as it is written down, and never again."""
    await describe(night, "knapp-anna", silent_since=night.clock() - timedelta(hours=1))
    await says(night, kind="heartbeat")
    with monkeypatch.context() as failing:
        failing.setattr(devices, "note_seen_alarms", refuse)
        with pytest.raises(OSError, match="the disk"):
            await night.worker._watch()

    await watch(night, seconds=5)

    assert EventKind.DEVICE_ONLINE in [event.kind for event in await night.events() if event.device_id == "knapp-anna"]
    assert (await the_device(night, "knapp-anna")).silent_since is None


async def refuse(*_: Any) -> None:
    raise OSError("the disk")


async def test_a_device_that_never_spoke_is_missed_too(night: Night) -> None:
    """F67: installed, listed, and never heard."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, last_seen_at=None)
    await watch(night, hours=3)
    alert = next(one for one in await night.alerts() if one.device_id == "knapp-anna")
    assert (alert.kind, alert.resident_id) == ("protection-blind", "anna")
    assert (alert.detail or "").endswith("aldri hørt")


@pytest.mark.parametrize(
    ("risk", "severity"),
    [(Risk.LOW, Severity.MODERATE), (Risk.NORMAL, Severity.MODERATE), (Risk.HIGH, Severity.SERIOUS)],
)
async def test_a_blind_protection_is_an_alert_by_the_residents_risk_and_is_told_once(
    night: Night, risk: Risk, severity: Severity
) -> None:
    """F62: the resident's risk decides how it hurries; the alert has a next deadline as any other."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, expected_interval_s=600)
    async with night.database.write() as session:
        (await session.get_one(tables.Resident, "anna")).risk = risk
    await watch(night, minutes=21)
    for _ in range(2):
        await watch(night, seconds=5)
    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.presses) == ("protection-blind", severity, 1)
    assert alert.due_at is not None

    await night.press("knapp-anna")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).blind_since is None
    kinds = [event.kind for event in await night.events()]
    assert kinds.count("protection.blind") == kinds.count("protection.restored") == 1


async def test_a_second_protection_that_fails_stands_on_the_alert_about_the_first(night: Night) -> None:
    """Her smoke detector was mended and the alert closed, and nobody knew of the button that did not work either."""
    await describe(night, "røyk", kind=DeviceKind.SMOKE, label="Røykvarsler", expected_interval_s=600)
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, label="Knapp", expected_interval_s=900)
    await watch(night, minutes=21)
    assert (await night.the_alert()).detail == "Røykvarsler: svarer ikke"

    await watch(night, minutes=10)

    alert = await night.the_alert()
    assert (alert.kind, alert.presses) == ("protection-blind", 2)
    assert alert.detail == "Røykvarsler: svarer ikke; Knapp: svarer ikke"
    tongue.speak(Language.EN)
    assert retold(alert.detail or "") == "Røykvarsler: does not answer; Knapp: does not answer"

    await night.press("knapp-anna")
    await watch(night, seconds=5)
    heard = next(one.detail for one in await night.alerts() if one.id == alert.id)
    assert heard == "Røykvarsler: svarer ikke; Knapp: virker igjen siden 15.01. kl. 02:45"
    assert retold(heard) == "Røykvarsler: does not answer; Knapp: works again since 15.01. at 02:45"


async def test_what_was_found_blind_just_before_a_crash_is_told_after_it(night: Night) -> None:
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, expected_interval_s=600)
    night.clock.advance(minutes=21)
    await night.worker._watch()
    await night.start()
    await night.fold()
    assert await night.alerts() == []
    await watch(night, seconds=5)
    assert (await night.the_alert()).presses == 1


async def test_a_battery_is_a_task_then_a_reminder_and_empty_a_blindness(night: Night) -> None:
    """F63: a task within a day, raised when nobody has done it, and an empty one is no protection."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON)
    await says(night, kind="battery", value=12, unit="%")
    low = await night.the_alert()
    assert (low.kind, low.severity, night.told) == ("battery-low", Severity.NORMAL, [])
    await night.pass_time(minutes=24 * 60 + 1)
    assert (await night.the_alert()).severity is Severity.MODERATE

    await says(night, kind="battery", value=4, unit="%")
    await watch(night, seconds=5)
    blind = next(one for one in await night.alerts() if one.kind == "protection-blind")
    assert (blind.detail or "").endswith("batteriet er tomt")


async def test_the_day_on_which_a_battery_is_empty_is_forecast(night: Night) -> None:
    """F63: from the slope of its own readings."""
    for level in (80, 79, 78, 77):
        await says(night, kind="battery", value=level, unit="%")
        await watch(night, hours=24)
    known = await the_device(night, "knapp-anna")
    assert known.battery_empty_at is not None
    assert abs(known.battery_empty_at - (NIGHT + timedelta(days=81))) < timedelta(days=2)
    assert len(await night.rows(tables.BatteryReading)) == 4
    async with night.database.read() as session:
        (row,) = await registers.devices(session, Show.BATTERY, "")
    assert row.device.id == "knapp-anna"


@pytest.mark.parametrize(("hours", "told_after_h"), [(24, 18), (72, 66)])
async def test_without_mains_a_countdown_runs(quick_night: Night, hours: int, told_after_h: int) -> None:
    """F63: 24 or 72 hours after the mains failed the battery is empty, and somebody knows six hours before."""
    night = quick_night
    await says(night, kind="mains.lost", value=hours)
    await watch(night, seconds=5)
    known = await the_device(night, "knapp-anna")
    assert known.runs_until == NIGHT + timedelta(hours=hours)
    assert (await night.the_alert()).severity is Severity.MODERATE
    night.clock.advance(hours=told_after_h - 1)  # nobody answers for days, which other tests live through
    await night.pass_time(minutes=59)
    assert (await night.the_alert()).severity is Severity.MODERATE
    await night.pass_time(minutes=2)
    assert (await night.the_alert()).severity is Severity.SERIOUS

    await says(night, kind="mains.restored")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).runs_until is None


async def test_what_dies_with_its_bearer_is_listed_by_date(night: Night) -> None:
    """F70: the inventory knows bearer and end date."""
    await describe(night, "knapp-anna", bearer="2G", operator="Telenor", bearer_ends_on=date(2027, 12, 31))
    await describe(night, "knapp-bjarne", bearer="2G", operator="Telia", bearer_ends_on=date(2026, 6, 30))
    async with night.database.read() as session:
        rows = await registers.devices(session, Show.ENDING, "")
    assert [(row.device.id, str(row.device.bearer_ends_on)) for row in rows] == [
        ("knapp-bjarne", "2026-06-30"),
        ("knapp-anna", "2027-12-31"),
    ]


async def test_the_list_of_the_day_says_who_lacks_what_and_why(night: Night) -> None:
    """Blindness per resident: critical first, then by risk; a silence and an empty ward are on it."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, battery=3.0)
    await describe(night, "knapp-kåre", kind=DeviceKind.BUTTON, silent_since=NIGHT, last_seen_at=NIGHT)
    async with night.database.write() as session:
        (await session.get_one(tables.Resident, "kåre")).risk = Risk.HIGH
        (await session.get_one(tables.Person, "kari")).on_duty = False
        session.add(tables.RuleOff(rule_id="water", version="1", at=NIGHT, error="x"))
    wish = Wish(why=Why.QUIET, until=NIGHT + timedelta(hours=1), scope="home:bjarne")
    await night.while_folding(silences.begin(night.hub, wish, "ingrid"))
    async with night.database.read() as session:
        rows = await unwatched(night.hub, session, night.clock())
        told = await blindness.told(session)
    missing = {row.resident.id: [one.cause for one in row.missing] for row in rows}
    assert [row.resident.id for row in rows] == ["kåre", "anna", "liv", "bjarne"]
    assert missing["kåre"] == [Cause.SILENT, Cause.NOBODY, Cause.RULE_OFF]
    assert missing["anna"] == [Cause.BATTERY_EMPTY, Cause.RULE_OFF]
    assert missing["bjarne"] == [Cause.SILENCED, Cause.RULE_OFF]
    assert told == []
    await watch(night, seconds=5)
    async with night.database.read() as session:
        assert {(device.id, who and who.id) for device, _, who in await blindness.told(session)} == {
            ("knapp-anna", "anna"), ("knapp-kåre", "kåre"),
        }  # fmt: skip


async def test_a_silence_of_which_the_fold_was_not_told_is_told_by_the_watch(night: Night) -> None:
    """A power cut between the row and the command, or `carehub device test`: both ways it is made good."""
    async with night.database.write() as session:
        wish = Wish(why=Why.TEST, until=night.clock() + timedelta(minutes=10), device="knapp-anna")
        written = await silences.write(session, wish, None, night.clock())
    assert written is not None
    await watch(night, seconds=5)
    await night.press()
    assert await night.kinds() == ["test-alarm"]

    quiet = Wish(why=Why.QUIET, until=night.clock() + timedelta(hours=2), scope="home:anna")
    begun = await night.while_folding(silences.begin(night.hub, quiet, "ingrid"))
    assert begun is not None
    async with night.database.write() as session:
        row = await session.get_one(tables.Silence, begun.id)
        row.ended_at, row.told_at = night.clock(), None
    await watch(night, seconds=5)
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    assert "device-silent" in await night.kinds()


async def test_a_low_battery_is_a_technicians_task_once_and_over_when_it_was_changed(night: Night) -> None:
    """It stood among the ward's alerts alone, where no technician looks, and stayed when the battery was new."""

    async def says(level: float, **passes: float) -> list[tuple[str, bool]]:
        await night.hear(night.message("zigbee2mqtt/gang", {"battery": level}))
        await watch(night, **passes)
        await worn.review(night.hub)
        rows = await night.rows(tables.Task, tables.Task.asked_at)
        assert {(one.role, one.unit_id, one.link) for one in rows} <= {(Role.TECHNICIAN, "sol", "/admin/devices/gang")}
        return [(one.subject, one.done_at is None) for one in rows]

    assert await says(80, seconds=5) == []
    assert await says(14, hours=1) == [("gang", True)]
    assert await says(12, hours=1) == [("gang", True)]
    assert (await night.the_alert()).status is Status.OPEN
    async with await desk(night) as boss:
        shown = (await boss.get("/admin/tasks")).text
        assert '<h2 class="ds-heading" data-size="2xs">Bytt batteriet: kanari etikett</h2>' in shown
        assert "<p>kanarigata 5 · gang · 12 % · modell kanari-modell</p>" in shown
    assert await says(25, hours=1) == [("gang", True)]  # warmer in the hall, and no new battery

    assert await says(100, hours=1) == [("gang", False)]
    assert (await night.the_alert()).status is Status.CLOSED
    assert "Batteriet er byttet." in " ".join(await night.journal())
    assert await says(99, hours=1) == [("gang", False)]


async def test_a_device_that_only_says_that_its_battery_is_low_is_a_task_until_somebody_has_ended_that(
    quick_night: Night,
) -> None:
    night = quick_night
    await describe(night, "gang", battery=100.0)
    await night.hear(night.message("zigbee2mqtt/gang", {"battery_low": True}))
    for is_open in (True, True, False):
        await watch(night, seconds=5)
        await worn.review(night.hub)
        (task,) = await night.rows(tables.Task)
        assert ((await night.the_alert()).status is Status.OPEN, task.done_at is None) == (is_open, is_open)
        if is_open and night.clock() > NIGHT + timedelta(seconds=6):
            await night.close("ingrid")
