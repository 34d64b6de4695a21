from datetime import timedelta

from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

ABOUT = {
    "kind": "button", "gateway": "Sentral 5", "bearer": "2G", "operator": "Telenor", "bearer_ends_on": "2027-12-31",
}  # fmt: skip


async def set_up(hub: Hub, clock: Clock) -> tables.Device:
    """A button at somebody's who has an open alert: put up, silent, and never tried."""
    async with hub.database.write() as session:
        device = tables.Device(
            id="gerds-knapp", source="carehub_v1", address="gerds-knapp", label="Knapp hos G", kind=DeviceKind.BUTTON,
            status=DeviceStatus.NOT_IN_SERVICE, silent_since=clock.now, blind_since=clock.now,
        )  # fmt: skip
        alert = await _open_alert(session)
        session.add(device)
        await session.flush()
        session.add(
            tables.Assignment(
                id="a1", device_id=device.id, scope_id=alert.scope_id, resident_id=alert.resident_id,
                since=clock.now - timedelta(days=2),
            )
        )  # fmt: skip
        alert.device_id = device.id
    return device


async def _open_alert(session: Session) -> tables.Alert:
    somebodys = col(tables.Alert.resident_id).is_not(None)
    statement = select(tables.Alert).where(tables.Alert.status != Status.CLOSED, somebodys)
    return (await session.exec(statement.order_by(tables.Alert.id))).all()[0]


@BOTH
async def test_a_device_is_described_and_listed_where_it_needs_somebody(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """F67 and F70: the red list, and what dies on which day."""
    await set_up(hub, clock)
    tor = await logged_in(browser(), hub, "tor")
    assert (await tor.post("/admin/devices/gerds-knapp/about", data=ABOUT)).status_code == 303
    assert (await tor.post("/admin/devices/none/about", data=ABOUT)).status_code == 404

    ending = (await tor.get("/admin/devices?show=ending")).text
    assert "dør på dato 31.12.2027" in ending
    red = (await tor.get("/admin/devices?show=untested")).text
    assert "Knapp hos G" in red
    assert "Ikke i drift" in red
    assert "Knapp hos G" not in (await tor.get("/admin/devices?show=battery")).text
    one = (await tor.get("/admin/devices/gerds-knapp")).text
    assert "sett det på prøve" in one
    assert "Trygghetsalarm" in one


@BOTH
async def test_the_tablet_marks_who_is_not_looked_after_and_the_list_says_why(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """Blindness per resident, and an alert from a device that is not in service is marked as such (F67)."""
    await set_up(hub, clock)
    maria = await logged_in(browser(), hub, "maria")
    tablet = (await maria.get("/tablet")).text
    assert "1 alarm virker ikke nå" in tablet
    assert "Trygghetsalarm: aldri hørt" in tablet
    assert "Utstyret er ikke i drift" in tablet
    assert "alarm virker ikke nå" in (await maria.get("/nurse")).text
    listed = (await maria.get("/blind")).text
    assert "Knapp hos G: aldri hørt" in listed
    assert "Vanlig risiko" in listed
    async with hub.database.read() as session:
        unit = (await _open_alert(session)).unit_id
    other = "sentrum" if unit != "sentrum" else "sol"
    assert "Knapp hos G" not in (await maria.get(f"/blind?unit={other}")).text


async def test_the_page_of_a_silent_device_says_since_when_and_what_to_look_for(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Device, "astrid-bathroom")).silent_since = clock.now
    tor = await logged_in(browser(), hub, "tor")
    shown = (await tor.get("/admin/devices/astrid-bathroom")).text
    assert "stille siden" in shown
    assert "Se etter batteri" in shown
