"""What a file of lists must not do: give rights, touch what is another unit's, or clear what it does not name."""

from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.people.access import Role
from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import tables
from tests.unit.web.conftest import Browse, logged_in
from tests.unit.web.test_transfer import brought_in, tried


async def _of_one_unit(hub: Hub) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"


@pytest.mark.parametrize("columns", ["brukernavn;navn;rolle\nkari;Kari;coordinator\n",
                                     "brukernavn;navn;rolle;enhet\nkari;Kari;coordinator;\n"])  # fmt: skip
async def test_nobody_gives_themself_every_unit_by_a_file_c31(hub: Hub, browser: Browse, columns: str) -> None:
    await _of_one_unit(hub)
    kari = await logged_in(browser(), hub, "kari")

    shown = await tried(kari, "people", columns)
    if "har feil" not in shown.text:
        await brought_in(kari, "people", columns)

    async with hub.database.read() as session:
        assert (await session.get_one(tables.Person, "kari")).unit_id == "sol"


async def test_nobody_gives_themself_every_unit_by_the_form_c31(hub: Hub, browser: Browse) -> None:
    await _of_one_unit(hub)
    kari = await logged_in(browser(), hub, "kari")

    answer = await kari.post("/admin/people", data={"name": "Ny Leder", "username": "ny.leder", "role": "nurse"})

    assert answer.status_code == 422
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.Person).where(tables.Person.username == "ny.leder"))).first() is None


async def test_a_residents_own_login_is_no_colleague_c31(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(tables.Person(id="arne-selv", name="Arne Fossum", username="arne.selv", role=Role.RESIDENT))
    kari = await logged_in(browser(), hub, "kari")

    assert "arne.selv" not in (await kari.get("/admin/transfer/people.csv")).text
    made = await tried(kari, "people", "brukernavn;navn;rolle\narne.selv;Arne;nurse\n")
    shift = await tried(
        kari, "shifts", "enhet;brukernavn;første dag;fra;til\nSolsiden;arne.selv;2026-02-01;22:00;07:30\n"
    )

    assert "har feil" in made.text
    assert "har feil" in shift.text


async def test_what_a_file_does_not_name_stays_as_it_is(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        astrid = await session.get_one(tables.Resident, "astrid")
        astrid.risk, astrid.phone = Risk.HIGH, "+4791234567"
        device = await session.get_one(tables.Device, "astrid-bathroom")
        device.kind, device.gateway, source, address = DeviceKind.FALL, "Sentral 1", device.source, device.address
    admin = await logged_in(browser(), hub, "admin")

    await brought_in(admin, "residents", "id;fornavn;etternavn;hjem\nastrid;Astrid;Nordli;\n")
    await brought_in(admin, "devices", f"kilde;adresse;navn\n{source};{address};Ny\n")

    async with hub.database.read() as session:
        astrid = await session.get_one(tables.Resident, "astrid")
        device = await session.get_one(tables.Device, "astrid-bathroom")
        assert (astrid.risk, astrid.phone) == (Risk.HIGH, "+4791234567")
        assert (device.kind, device.gateway, device.label) == (DeviceKind.FALL, "Sentral 1", "Ny")


async def test_what_a_technician_took_out_and_brings_in_again_takes_no_alarm_from_its_owner(
    hub: Hub, browser: Browse
) -> None:
    async with hub.database.write() as session:
        device = await session.get_one(tables.Device, "astrid-bathroom")
        stands = (await session.exec(select(tables.Assignment).where(tables.Assignment.device_id == device.id))).one()
        stands.resident_id, before = "astrid", device.status
    tor = await logged_in(browser(), hub, "tor")
    out = (await tor.get("/admin/transfer/assignments.csv")).content.decode("utf-8-sig")

    assert "Alt står der allerede" in (await tried(tor, "assignments", out)).text
    await tor.post("/admin/transfer/assignments/do", data={"text": out})

    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.Assignment).where(tables.Assignment.device_id == device.id))).all()
        assert [(one.resident_id, one.until) for one in rows] == [("astrid", None)]
        assert (await session.get_one(tables.Device, device.id)).status is before


async def test_a_line_without_its_empty_cells_at_the_end_is_tried_and_brought_in_alike(
    hub: Hub, browser: Browse
) -> None:
    admin = await logged_in(browser(), hub, "admin")
    text = "fornavn;etternavn;hjem;telefon;merknad\nBjørg;Ås;Rom 112\nKnut;Li;Rom 112;91234567;Snill\n"

    assert "er hentet inn" in (await brought_in(admin, "residents", text)).text


async def test_when_care_ends_a_guardians_right_ends_too_and_a_dated_consent_does_not_come_back(
    hub: Hub, browser: Browse
) -> None:
    now = hub.clock()
    async with hub.database.write() as session:
        relation = (await session.exec(select(tables.Relation).where(tables.Relation.resident_id == "astrid"))).first()
        assert relation
        relation.until = now + timedelta(days=5)
        key = relation.id
    kari = await logged_in(browser(), hub, "kari")

    await kari.post("/admin/residents/astrid/care/end")
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Relation, key)).until == now
    await kari.post("/admin/residents/astrid/care/resume")

    async with hub.database.read() as session:
        assert (await session.get_one(tables.Relation, key)).until == now


async def test_another_units_device_is_not_retired_c31(hub: Hub, browser: Browse) -> None:
    await _of_one_unit(hub)
    kari = await logged_in(browser(), hub, "kari")

    for act in ("retire", "take-down"):
        assert (await kari.post(f"/admin/devices/arne-entrance/{act}")).status_code == 403
    assert (await kari.post("/admin/devices/arne-entrance/about", data={"kind": "sensor"})).status_code == 403
    assert (await kari.post("/admin/join/arne-entrance/test")).status_code == 403


async def test_the_thread_of_somebody_who_moved_out_stays_with_their_last_unit_c31(hub: Hub, browser: Browse) -> None:
    now = hub.clock()
    async with hub.database.write() as session:
        session.add(
            tables.CareMessage(
                id=new_id(), resident_id="arne", person_id="lise", by_staff=False, text="Hei", author_id="lise",
                sent_at=now,
            )
        )  # fmt: skip
        for row in (await session.exec(select(tables.Residency).where(tables.Residency.resident_id == "arne"))).all():
            row.until = now - timedelta(days=1)
    maria = await logged_in(browser(), hub, "maria")

    assert "Arne" not in (await maria.get("/messages")).text
