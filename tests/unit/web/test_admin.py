import re

import pytest
from sqlmodel import col, select

from carehub.core.events import CommandKind
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.admin.letters import hexadecimal, readable
from carehub.web.admin.people import e164
from carehub.web.families.family_words import LEVELS
from tests.unit.web.conftest import BOTH, PUBLIC, Browse, logged_in

NEW = {"name": "Nina Berg", "username": "Nina", "role": "nurse", "unit_id": "sentrum", "phone": "900 11 222"}


async def person(hub: Hub, username: str) -> tables.Person | None:
    async with hub.database.read() as session:
        return (await session.exec(select(tables.Person).where(tables.Person.username == username))).first()


async def test_a_new_colleague_gets_a_link_and_chooses_a_password(hub: Hub, browser: Browse) -> None:
    answer = await (await logged_in(browser(), hub, "kari")).post("/admin/people", data=NEW)
    shown = re.search(rf"<code>{PUBLIC}(/setup/[^<]+)</code>", answer.text)
    assert shown is not None

    chosen = await browser().post(shown[1], data={"new": "kaffe-vaffel-snø", "again": "kaffe-vaffel-snø"})

    assert chosen.headers["location"] == "/nurse"
    added = await person(hub, "nina")
    assert added is not None
    assert (added.phone, added.role, added.on_duty) == ("+4790011222", Role.NURSE, False)
    assert added.password_hash is not None
    assert added.password_hash.startswith("$argon2id$")


async def test_people_are_found_by_name_user_name_telephone_and_role(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    async def found(asked: str) -> set[str]:
        text = (await kari.get(f"/admin/people?{asked}")).text
        return set(re.findall(r'<span class="soft">([\w-]+)</span></th>', text))

    assert {"maria", "ingrid", "anne"} <= await found("")
    assert await found("q=MARIA") == {"maria"}
    assert await found("q=90000101") == {"anne"}
    assert await found("role=coordinator") == {"kari"}
    assert await found("role=coordinator&q=maria") == set()
    assert "Ingen passer med søket" in (await kari.get("/admin/people?q=xyz")).text


async def test_an_act_on_somebody_comes_back_to_the_people_that_were_looked_for(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    shown = (await kari.get("/admin/people?q=hauge&role=care_centre")).text
    kept = "?q=hauge&role=care_centre"

    assert f'action="/admin/people/maria/duty{kept.replace("&", "&amp;")}"' in shown
    for step in ("duty", "active"):
        answer = await kari.post(f"/admin/people/maria/{step}{kept}", data={"on": "true"})
        assert answer.headers["location"] == f"/admin/people{kept}"
    assert 'value="hauge"' in (await kari.post(f"/admin/people/maria/password{kept}")).text
    plain = await kari.post("/admin/people/maria/duty?page=2", data={"on": "true"})
    assert plain.headers["location"] == "/admin/people?page=2"


async def test_the_levels_of_consent_are_worded_as_the_resident_reads_them(hub: Hub, browser: Browse) -> None:
    shown = (await (await logged_in(browser(), hub, "kari")).get("/admin/people")).text

    levels = re.findall(
        r'<option value="(\w+)" ?(selected)?>([^<]+)', shown.partition('id="insight"')[2].partition("</select>")[0]
    )
    assert levels == [(one.value, "selected" * (one is Insight.ALL_IS_WELL), LEVELS[one]) for one in Insight]


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("tor", "administrator", 403), ("tor", "nurse", 403), ("tor", "relative", 403), ("tor", "technician", 200),
        ("kari", "administrator", 403), ("kari", "nurse", 200), ("kari", "coordinator", 200),
        ("admin", "administrator", 200),
    ],
)  # fmt: skip
async def test_nobody_gives_away_more_than_they_have(
    hub: Hub, browser: Browse, who: str, role: str, status: int
) -> None:
    answer = await (await logged_in(browser(), hub, who)).post("/admin/people", data={**NEW, "role": role})

    assert answer.status_code == status
    assert (await person(hub, "nina") is not None) == (status == 200)


async def test_a_technician_takes_over_nobody_and_sees_no_relatives(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "tor")

    for step in ("password", "active", "duty"):
        assert (await client.post(f"/admin/people/admin/{step}", data={"on": "true"})).status_code == 403
    assert "Anne Nordby" not in (await client.get("/admin/people")).text


async def test_whoever_is_shut_out_is_out_at_once(hub: Hub, browser: Browse) -> None:
    maria = await logged_in(browser(), hub, "maria")

    await (await logged_in(browser(), hub, "kari")).post("/admin/people/maria/active", data={"on": "false"})

    assert (await maria.get("/tablet")).status_code == 303


async def test_nobody_shuts_themselves_out(hub: Hub, browser: Browse) -> None:
    assert (
        await (await logged_in(browser(), hub, "kari")).post("/admin/people/kari/active", data={"on": "false"})
    ).status_code == 403


async def test_a_relative_is_added_with_what_the_resident_consents_to(hub: Hub, browser: Browse) -> None:
    form = {
        **NEW,
        "role": "relative",
        "unit_id": "",
        "resident_id": "gerd",
        "kinship": "niese",
        "insight": "handled_alerts",
    }
    await (await logged_in(browser(), hub, "kari")).post("/admin/people", data=form)

    added = await person(hub, "nina")
    assert added is not None
    async with hub.database.read() as session:
        relation = (await session.exec(select(tables.Relation).where(tables.Relation.person_id == added.id))).one()
    assert (relation.resident_id, relation.kinship, relation.insight.value) == ("gerd", "niese", "handled_alerts")


async def test_a_taken_user_name_or_an_unknown_resident_adds_nobody(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    taken = await client.post("/admin/people", data={**NEW, "username": "maria"})
    nobody = await client.post("/admin/people", data={**NEW, "role": "relative", "resident_id": "ingen"})

    assert (taken.status_code, nobody.status_code) == (409, 409)
    assert await person(hub, "nina") is None


async def test_placing_a_device_ends_the_old_place_and_tells_the_fold(hub: Hub, browser: Browse) -> None:
    told: list[object] = []

    async def reload() -> None:
        told.append("reload")

    async def command(scope: str, kind: CommandKind, **more: object) -> None:
        told.append((scope, kind, more))

    hub.reload, hub.command = reload, command
    client = await logged_in(browser(), hub, "tor")

    answer = await client.post("/admin/devices/odd-bathroom/assign", data={"scope_id": "rom-104", "place": "bathroom"})

    assert answer.status_code == 303
    assert told == [
        "reload",
        ("rom-104", CommandKind.REFITTED, {"by": "tor", "device": None}),
        ("rom-203", CommandKind.REFITTED, {"by": "tor", "device": None}),
    ]
    async with hub.database.read() as session:
        rows = (
            await session.exec(select(tables.Assignment).where(col(tables.Assignment.device_id) == "odd-bathroom"))
        ).all()
    assert {(row.scope_id, row.until) for row in rows} == {("rom-203", hub.clock()), ("rom-104", None)}


@pytest.mark.parametrize("form", [{"scope_id": "nowhere"}, {"scope_id": "rom-104", "resident_id": "nobody"}])
async def test_a_place_that_is_not_there_changes_nothing(hub: Hub, browser: Browse, form: dict[str, str]) -> None:
    answer = await (await logged_in(browser(), hub, "admin")).post("/admin/devices/ukjent/assign", data=form)

    assert answer.status_code == 404


async def test_a_technician_places_no_device_on_a_person(hub: Hub, browser: Browse) -> None:
    form = {"scope_id": "rom-104", "resident_id": "astrid"}

    assert (
        await (await logged_in(browser(), hub, "tor")).post("/admin/devices/ukjent/assign", data=form)
    ).status_code == 403


@BOTH
async def test_devices_are_found_by_room_and_model_and_state(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "tor")

    unknown = (await client.get("/admin/devices?show=unknown")).text
    silent = (await client.get("/admin/devices?show=silent")).text
    room = (await client.get("/admin/devices?q=rom 10")).text
    odd = (await client.get("/admin/devices?q=%25")).text

    assert "0x00158d0001a2b3c4" in unknown
    assert "rom-203/bathroom" in silent
    assert "rom-203/bedroom" not in silent
    assert "rom-104/kitchen" in room
    assert "rom-203" not in room
    assert "Ingenting passer" in odd
    for path in ("/admin", "/admin/events", "/admin/people", "/admin/dead-letters", "/metrics", "/tablet"):
        assert (await client.get(path)).status_code in {200, 403}


def test_raw_bytes_are_shown_and_never_run() -> None:
    assert readable(b'{"a": \x00\xff\x1b[31m\n<b>') == '{"a": ··\u00b7[31m\n<b>'
    assert hexadecimal(bytes(range(18))) == "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n10 11"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("900 11 222", "+4790011222"), ("+47 900 11 222", "+4790011222"), ("0046701234567", "+46701234567"),
        ("12345", None), ("ring meg", None), ("٩٠٠١١٢٢٢", None),
    ],
)  # fmt: skip
def test_a_number_is_one_that_can_be_called(written: str, number: str | None) -> None:
    assert e164(written) == number
