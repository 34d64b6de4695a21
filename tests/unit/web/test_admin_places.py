"""Residents, homes and rooms: entered, moved, ended and undone, and what moves with them."""

from datetime import timedelta

from sqlmodel import select

from carehub.core.events import CommandKind
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import registry, residents, tables
from carehub.store.tables.places import DeviceStatus
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

NEW = {"given_name": "Bjørg", "family_name": "Ås", "scope_id": "rom-112", "phone": "91 23 45 67", "born_year": "1938"}


async def id_of(hub: Hub, family_name: str) -> str:
    async with hub.database.read() as session:
        statement = select(tables.Resident.id).where(tables.Resident.family_name == family_name)
        return (await session.exec(statement)).one()


@BOTH
async def test_a_resident_is_entered_moved_and_ended_and_a_pendant_must_be_tried_again(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """Assignments over time: what is somebody's own moves with them and waits for a new test alarm (F68)."""
    told: list[str] = []

    async def command(scope: str, kind: CommandKind, **_: object) -> None:
        assert kind is CommandKind.REFITTED, "others live in both"
        told.append(scope)

    hub.command = command
    kari = await logged_in(browser(), hub, "kari")
    assert (await kari.post("/admin/residents", data=NEW)).status_code == 303
    who = await id_of(hub, "Ås")
    async with hub.database.write() as session:
        pendant = tables.Device(
            id="smykke", source="carehub_v1", address="smykke", status=DeviceStatus.IN_SERVICE, tested_at=clock.now
        )
        session.add(pendant)
        await session.flush()
        await registry.assign_device(session, "smykke", "rom-112", who, None, clock.now)
        pendant.status, pendant.tested_at = DeviceStatus.IN_SERVICE, clock.now
        session.add(
            tables.Alert(
                id="ropte", dedup_key=f"{who}/social-alarm", kind="social-alarm", severity=Severity.CRITICAL,
                scope_id="rom-112", resident_id=who, rule_id="social-alarm", rule_version="1", raised_at=clock.now,
                last_event_at=clock.now, due_at=clock.now,
            )
        )  # fmt: skip
    about = f"/admin/residents/{who}/about"
    assert "+4791234567" in (await kari.get(about)).text
    assert "Rom 112" in (await kari.get("/admin/residents?q=bjørg+ås")).text

    clock.passes(timedelta(hours=1))
    told.clear()
    await kari.post(f"/admin/residents/{who}/move", data={"scope_id": "storgata-5b"})
    assert told == ["rom-112", "storgata-5b"]
    async with hub.database.read() as session:
        device = await session.get_one(tables.Device, "smykke")
        known = (await registry.load(session)).devices["carehub_v1", "smykke"]
        assert (await session.get_one(tables.Alert, "ropte")).scope_id == "storgata-5b"
    assert (device.status, device.tested_at) == (DeviceStatus.NOT_IN_SERVICE, None)
    assert [place.scope for place in known.places] == ["rom-112", "storgata-5b"]
    assert "Må prøves" in (await kari.get(about)).text

    await kari.post(f"/admin/residents/{who}/care/end")
    async with hub.database.read() as session:
        known = (await registry.load(session)).devices["carehub_v1", "smykke"]
    assert known.at(clock.now) is None
    assert "Bor ikke hos oss nå" in (await kari.get(about)).text
    assert "Ås, Bjørg" not in (await kari.get("/admin/residents")).text
    assert "Ås, Bjørg" in (await kari.get("/admin/residents?former=true")).text
    await kari.post(f"/admin/residents/{who}/care/resume")
    assert "Storgata 5 B" in (await kari.get(about)).text


async def test_one_of_two_who_comes_or_goes_leaves_what_is_known_of_the_other(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """Her follow-up after hospital ended, unsaid, when he moved to a nursing home."""
    told: list[tuple[str, CommandKind]] = []

    async def command(scope: str, kind: CommandKind, **_: object) -> None:
        told.append((scope, kind))

    async with hub.database.write() as session:
        for one in await residents.living_in(session, "rom-112"):
            await residents.end(session, one.id, "kari", clock.now)
    hub.command = command
    kari = await logged_in(browser(), hub, "kari")
    for family in ("Ås", "Øy"):
        await kari.post("/admin/residents", data=NEW | {"family_name": family})
    await kari.post(f"/admin/residents/{await id_of(hub, 'Ås')}/move", data={"scope_id": "storgata-5b"})
    await kari.post(f"/admin/residents/{await id_of(hub, 'Ås')}/move", data={"scope_id": "rom-112"})
    await kari.post(f"/admin/residents/{await id_of(hub, 'Ås')}/care/end")
    await kari.post(f"/admin/residents/{await id_of(hub, 'Øy')}/care/end")

    assert [kind for scope, kind in told if scope == "rom-112"] == [
        CommandKind.REASSIGNED, *[CommandKind.REFITTED] * 4, CommandKind.REASSIGNED,
    ]  # fmt: skip


async def test_what_relatives_see_ends_with_the_care_and_comes_back_with_an_undo(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        await residents.end(session, "astrid", "kari", clock.now)
    async with hub.database.read() as session:
        ended = (await session.exec(select(tables.Relation).where(tables.Relation.resident_id == "astrid"))).all()
    assert ended
    assert all(one.until == clock.now for one in ended)
    async with hub.database.write() as session:
        assert await residents.resume(session, "astrid") == "rom-104"
        assert await residents.resume(session, "astrid") is None
    async with hub.database.read() as session:
        back = (await session.exec(select(tables.Relation).where(tables.Relation.resident_id == "astrid"))).all()
    assert all(one.until is None for one in back)


async def test_a_form_that_cannot_be_says_why_and_a_national_id_is_never_shown(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    for wrong, says in (
        ({"phone": "12"}, "Telefonnummeret må ha åtte siffer"),
        ({"born_year": "38"}, "Fødselsåret må ha fire siffer"),
        ({"national_id": "123"}, "Fødselsnummeret må ha elleve siffer"),
        ({"national_id": "41814500123"}, "stemmer ikke med kontrollsifrene"),
        ({"scope_id": "hub"}, "Velg et hjem eller rom"),
    ):
        answer = await kari.post("/admin/residents", data={**NEW, **wrong})
        assert (answer.status_code, says in answer.text) == (422, True)
    await kari.post("/admin/residents", data={**NEW, "national_id": "418145 00126"})
    who = await id_of(hub, "Ås")
    shown = (await kari.get(f"/admin/residents/{who}/about")).text
    assert "er registrert" in shown
    assert "41814500126" not in shown
    said = {"given_name": "Bjørg", "family_name": "Ås", "born_year": "1937"}
    assert (await kari.post(f"/admin/residents/{who}/about", data=said)).status_code == 303
    async with hub.database.read() as session:
        row = await session.get_one(tables.Resident, who)
    assert (row.born_year, row.national_id, row.phone) == (1937, "41814500126", None)


async def test_a_national_id_that_stands_already_is_refused_with_the_way_to_whom_it_is(
    hub: Hub, browser: Browse
) -> None:
    """A file was refused, and the form made the same person twice. Of whom one may not see, one learns nothing."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Resident, "astrid")).national_id = "41814500126"
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
    kari = await logged_in(browser(), hub, "kari")
    said, id_ = {**NEW, "scope_id": "rom-104", "national_id": "418145 00126"}, {"national_id": "41814500126"}

    of_new = await kari.post("/admin/residents", data=said)
    of_old = await kari.post("/admin/residents/kaare/about", data={"given_name": "Kåre", "family_name": "B", **id_})
    own = await kari.post("/admin/residents/astrid/about", data={"given_name": "A", "family_name": "N", **id_})
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "fjord"
    far = await (await logged_in(browser(), hub, "kari")).post("/admin/residents", data={**said, "scope_id": "rom-203"})

    for answer in (of_new, of_old):
        assert answer.status_code == 422
        assert "En beboer med dette fødselsnummeret er allerede registrert." in answer.text
        assert 'href="/admin/residents/astrid/about">Åpne beboeren' in answer.text
    assert (own.status_code, far.status_code) == (303, 303)
    async with hub.database.read() as session:
        kaare = await session.get_one(tables.Resident, "kaare")
    assert kaare.national_id != "41814500126"


async def test_a_coordinator_of_one_unit_sees_and_moves_nobody_of_another(hub: Hub, browser: Browse) -> None:
    """C31, C33: another unit's residents are neither listed nor reached by their address."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
    kari = await logged_in(browser(), hub, "kari")
    listed = (await kari.get("/admin/residents")).text
    assert "Nordby, Astrid" in listed
    assert "Fossum" not in listed
    assert (await kari.get("/admin/residents/arne/about")).status_code == 403
    assert (await kari.post("/admin/residents/arne/move", data={"scope_id": "rom-112"})).status_code == 403
    assert (await kari.post("/admin/residents/astrid/move", data={"scope_id": "storgata-5b"})).status_code == 422
    assert (await kari.get("/admin/places/storgata-5b")).status_code == 403
    assert "/admin/places/storgata-5b" not in (await kari.get("/admin/places")).text
    assert (await kari.post("/admin/units", data={"name": "Ny", "kind": "ward"})).status_code == 403


async def test_places_and_units_are_entered_changed_and_removed_while_nothing_was_there(
    hub: Hub, browser: Browse
) -> None:
    kari = await logged_in(browser(), hub, "kari")
    unit = (
        (await kari.post("/admin/units", data={"name": "Åsen", "kind": "zone"})).headers["location"].partition("=")[2]
    )
    room = {"name": "Øvre vei 3", "kind": "home", "unit_id": unit, "access_note": "Kode 1234"}
    place = (await kari.post("/admin/places", data=room)).headers["location"]
    assert "Kode 1234" in (await kari.get(place)).text
    tor = await logged_in(browser(), hub, "tor")
    assert "Kode 1234" not in (await tor.get(place)).text
    await tor.post(place, data={"name": "Øvre vei 3 A", "unit_id": unit})
    assert "Kode 1234" in (await kari.get(place)).text
    assert "Øvre vei 3 A" in (await kari.get("/admin/places?q=ØVRE")).text
    assert (await kari.post(f"{place}/remove")).status_code == 303
    assert (await kari.get(place)).status_code == 404
    answer = await kari.post("/admin/places/rom-104/remove")
    assert (answer.status_code, "Noen har bodd her" in answer.text) == (409, True)


async def test_the_page_that_gives_a_home_to_another_unit_takes_its_open_alerts_along(
    hub: Hub, browser: Browse
) -> None:
    alert = "a4f2".ljust(32, "0")
    async with hub.database.read() as session:
        open_one = await session.get_one(tables.Alert, alert)
        home = await session.get_one(tables.Scope, open_one.scope_id)
    kari = await logged_in(browser(), hub, "kari")
    other = (await kari.post("/admin/units", data={"name": "Åsen", "kind": "zone"})).headers["location"]

    await kari.post(f"/admin/places/{home.id}", data={"name": home.name, "unit_id": other.partition("=")[2]})

    async with hub.database.read() as session:
        after = await session.get_one(tables.Alert, alert)
    assert open_one.unit_id == home.unit_id
    assert after.unit_id == other.partition("=")[2]


async def test_looks_at_residents_are_logged(hub: Hub, browser: Browse) -> None:
    """C80: each resident who stands on the list is in the log, once for each look."""
    kari = await logged_in(browser(), hub, "kari")
    await kari.get("/admin/residents?q=nordby")
    async with hub.database.read() as session:
        log = tables.AccessLog
        seen = (await session.exec(select(log.resident_id).where(log.action == "residents"))).all()
    assert seen == ["astrid"]
