"""Telephones on the pages: a new one is used when its code has come back, or somebody says how they know."""

import re

from sqlmodel import col, select

from carehub.flow.hub import Hub
from carehub.flow.staff import roll_call
from carehub.store import people, shifts, tables
from tests.unit.shifts.planning import TONIGHT, shift
from tests.unit.web.conftest import BOTH, Browse, logged_in

NEW = {"phone": "900 55 444"}


async def code_sent(hub: Hub) -> str:
    async with hub.database.read() as session:
        texts = (await session.exec(select(tables.Notice.text).where(tables.Notice.address == "+4790055444"))).all()
    found = re.search(r"er (\w{6})\.", texts[-1])
    assert found
    return found[1]


async def usable(hub: Hub, who: str) -> list[str]:
    async with hub.database.read() as session:
        return [method.address for method in await people.methods_of(session, who)]


async def method_id(hub: Hub) -> str:
    async with hub.database.read() as session:
        rows = await session.exec(select(tables.ContactMethod).where(tables.ContactMethod.address == "+4790055444"))
        return rows.one().id


@BOTH
async def test_i_add_my_new_number_and_type_the_code_that_comes_to_it(hub: Hub, browser: Browse) -> None:
    """F54: only what is verified is used."""
    client = await logged_in(browser(), hub, "ingrid")
    await client.post("/my/ways", data=NEW)
    assert "Ikke bekreftet" in (await client.get("/my")).text
    assert await usable(hub, "ingrid") == []

    way = f"/my/ways/{await method_id(hub)}"
    wrong = await client.post(f"{way}/code", data={"code": "AAAAAA"})
    right = await client.post(f"{way}/code", data={"code": (await code_sent(hub)).lower()})

    assert (wrong.status_code, "stemmer ikke" in wrong.text) == (422, True)
    assert right.status_code == 303
    assert await usable(hub, "ingrid") == ["+4790055444"]


async def test_what_is_no_number_or_is_there_already_is_said(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    await client.post("/my/ways", data=NEW)

    assert (await client.post("/my/ways", data={"phone": "12"})).status_code == 422
    assert (await client.post("/my/ways", data=NEW)).status_code == 409
    assert (await client.post(f"/my/ways/{await method_id(hub)}/send")).status_code == 409


async def test_nobody_confirms_a_number_of_somebody_else(hub: Hub, browser: Browse) -> None:
    await (await logged_in(browser(), hub, "ingrid")).post("/my/ways", data=NEW)
    other = await logged_in(browser(), hub, "maria")

    answer = await other.post(f"/my/ways/{await method_id(hub)}/code", data={"code": await code_sent(hub)})

    assert answer.status_code == 404


async def test_an_administrator_verifies_in_person_and_says_how(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/people/ingrid/ways", data=NEW)
    way = f"/admin/people/ingrid/ways/{await method_id(hub)}"
    assert "Ikke bekreftet" in (await client.get("/admin/people/ingrid")).text

    assert (await client.post(f"{way}/verify", data={"reason": ""})).status_code == 422
    await client.post(f"{way}/verify", data={"reason": "Ringte, hun svarte"})

    assert await usable(hub, "ingrid") == ["+4790055444"]
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog).order_by(col(tables.AccessLog.id).desc()))).first()
    assert log is not None
    assert (log.person_id, log.action, log.subject) == (
        "kari", "contact.verified_in_person", "person:ingrid: Ringte, hun svarte",
    )  # fmt: skip
    await client.post(f"{way}/remove")
    assert await usable(hub, "ingrid") == []


async def test_a_technician_manages_no_nurse(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "tor")

    assert (await client.get("/admin/people/ingrid")).status_code == 403
    assert (await client.post("/admin/people/ingrid/ways", data=NEW)).status_code == 403


async def test_competences_are_given_and_taken(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    for _ in range(2):
        await client.post("/admin/people/ingrid/competences", data={"name": " Medisin ", "on": "true"})
    assert "Medisin" in (await client.get("/admin/people/ingrid")).text
    await client.post("/admin/people/ingrid/competences", data={"name": "medisin", "on": "false"})

    assert "Ingen er lagt inn" in (await client.get("/admin/people/ingrid")).text


async def on_duty_now(hub: Hub, *who: str) -> None:
    async with hub.database.write() as session:
        for one in who:
            session.add(line := shift(one, "02:14", "07:30"))
            line.first_day, line.nights = TONIGHT.replace(day=15), 0
        await session.flush()
        await shifts.rebuild(session, hub.zone, hub.clock())


@BOTH
async def test_my_shifts_stand_on_my_page_and_i_answer_the_roll_call_with_a_tap(hub: Hub, browser: Browse) -> None:
    """F54: a tap on the telephone is an answer too, and the tablet shows who has not given one."""
    await on_duty_now(hub, "ingrid", "maria")
    await roll_call.call(hub)
    client = await logged_in(browser(), hub, "ingrid")
    for path in ("/my", "/nurse"):
        assert "Jeg er her, telefonen virker" in (await client.get(path)).text

    stayed = await client.post("/my/roll-call", data={"back": "/nurse"})

    assert stayed.headers["location"] == "/nurse?answered=true"
    assert "Takk. Kollegene ser at du er her" in (await client.get("/nurse?answered=true")).text
    assert (await client.post("/my/roll-call", data={"back": "//evil.example"})).headers["location"].startswith("/my?")
    assert "Jeg er her" not in (await client.get("/nurse")).text
    assert "02:14–07:30" in (await client.get("/my")).text
    board = (await client.get("/tablet")).text
    assert "1 av 2 har svart" in board
    assert "Kan ikke nås: Maria" in board


async def test_i_say_that_i_am_on_duty_outside_the_plan(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    for said, words in (("true", "Jeg er ikke på vakt lenger"), ("false", "Jeg er på vakt nå")):
        await client.post("/my/duty", data={"on": said})
        assert words in (await client.get("/my")).text
