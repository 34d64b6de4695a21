"""Pages that fetch themselves share what they show alike, and nobody is shown what another may see (C31, C37)."""

import asyncio
import re
from datetime import timedelta

from httpx2 import AsyncClient
from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import logins, tables, ties
from carehub.web.security import LIMITS
from tests.unit.web.conftest import Browse, Clock, logged_in

ITSELF = {"x-carehub-live": "1"}
FJORD, SOL = "c310".ljust(32, "0"), "a4f2".ljust(32, "0")
STAFF = ("maria", "jonas", "ingrid", "kari", "admin")
PAGES = ("/tablet", "/tablet?unit=fjord", "/tablet?unit=sol", "/nurse")


def board_in(page: str) -> str:
    """What stands between the head of the board and the end of the page's main part, without what tells the time."""
    found = re.search(r'<div id="board" data-live.*?(?=<nav class="tabbar"|</main>)', page, re.DOTALL)
    assert found is not None
    return re.sub(r"(<time[^>]*>)[^<]*", r"\1", found[0]).strip()


async def _every(clients: dict[str, AsyncClient], headers: dict[str, str]) -> dict[tuple[str, str], str]:
    asked = [(name, page) for name in clients for page in PAGES]
    answers = await asyncio.gather(*(clients[name].get(page, headers=headers) for name, page in asked))
    assert {answer.status_code for answer in answers} == {200}
    return {one: board_in(answer.text) for one, answer in zip(asked, answers, strict=True)}


async def test_pages_that_share_show_each_visitor_what_they_see_alone_c31_c37(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(_nurse("nora", "sol"))
        session.add(_nurse("nils", "sol"))
        session.add(_nurse("nina", "sol"))
        session.add(_nurse("nell", "sol", Language.EN))
        session.add(_nurse("finn", "fjord"))
        await session.flush()
        ties.open_file(session, "nils", "odd", "Jeg hjelper en kollega", hub.clock())
        alert = await session.get_one(tables.Alert, SOL)
        alert.owner_id, alert.status, alert.taken_at = "nora", Status.TAKEN, hub.clock()
    clients = {name: await logged_in(browser(), hub, name) for name in (*STAFF, "nora", "nils", "nina", "nell", "finn")}

    alone: dict[tuple[str, str], str] = {}
    for name, client in clients.items():
        alone |= await _every({name: client}, {})
    together = await _every(clients, ITSELF)

    assert [one for one, text in together.items() if text != alone[one]] == []
    assert together["maria", "/tablet"] != together["finn", "/tablet"]
    assert ["Odd S" in together[name, "/tablet?unit=fjord"] for name in ("maria", "nils", "finn")] == [
        False,
        True,
        True,
    ]


async def test_whoever_sees_the_same_is_given_the_same_text_made_once(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add_all([_nurse("nora", "fjord"), _nurse("nils", "fjord")])
    clients = [await logged_in(browser(), hub, name) for name in ("nora", "nils")]

    first = (await clients[0].get("/nurse", headers=ITSELF)).text
    async with hub.database.write() as session:  # without a word to the pages: what was made is still what is shown
        (await session.get_one(tables.Alert, FJORD)).detail = "Skrevet etterpå"
    second = (await clients[1].get("/nurse", headers=ITSELF)).text
    hub.live.change()
    third = (await clients[1].get("/nurse", headers=ITSELF)).text

    assert board_in(first) == board_in(second)
    assert "Skrevet etterpå" not in second
    assert "Skrevet etterpå" in third


async def test_a_nurse_and_the_care_centre_of_a_unit_are_given_one_board_for_their_roles_read_alike(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        mona = tables.Person(id="mona", name="Mona Bø", username="mona", role=Role.CARE_CENTRE, unit_id="sol")
        session.add_all([mona, _nurse("nora", "sol"), _nurse("finn", "fjord")])
    clients = {name: await logged_in(browser(), hub, name) for name in ("mona", "nora", "finn")}
    shown = {}
    for name, client in clients.items():
        found = (await client.get("/tablet?unit=sol", headers=ITSELF)).text
        shown[name] = found[found.index('<div id="board"') : found.index("</main>")]
        clock.passes(timedelta(minutes=2))  # what is made anew tells another time

    assert shown["nora"] == shown["mona"]
    assert ["Astrid N" in shown[name] for name in ("mona", "nora", "finn")] == [True, True, False]


async def test_a_right_that_ends_ends_with_the_next_fetch_though_nothing_was_told_c48(
    hub: Hub, browser: Browse
) -> None:
    async with hub.database.write() as session:
        session.add(_nurse("nora", "fjord"))
    client = await logged_in(browser(), hub, "nora")
    before = (await client.get("/tablet?unit=fjord", headers=ITSELF)).text

    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "nora")).unit_id = "sol"
    moved = (await client.get("/tablet?unit=fjord", headers=ITSELF)).text
    async with hub.database.write() as session:
        await logins.end_all_of(session, "nora")
    ended = await client.get("/tablet?unit=fjord", headers=ITSELF)

    assert ("Odd S" in before, "Odd S" in moved) == (True, False)
    assert ended.status_code == 303


async def test_a_page_that_fetches_itself_is_given_its_regions_and_nothing_around_them(
    hub: Hub, browser: Browse
) -> None:
    client = await logged_in(browser(), hub, "maria")

    itself, whole = (await client.get("/tablet", headers=ITSELF)).text, (await client.get("/tablet")).text

    regions = re.compile(r'id="([\w-]+)" data-live')
    assert set(regions.findall(itself)) == set(regions.findall(whole)) >= {"notices", "board"}
    assert re.findall("<title>.*</title>", itself) == re.findall("<title>.*</title>", whole)
    assert "</header>" in whole
    assert "</header>" not in itself


async def test_logins_that_are_asked_for_together_are_no_others(hub: Hub) -> None:
    """C48: a person's own telephone keeps its role while they are care-centre staff on a shared tablet."""
    now = hub.clock()
    async with hub.database.write() as session:
        session.add(tables.Tablet(id="t1", unit_id="fjord", name="Gang", created_at=now))
        await session.flush()
        maria = await session.get_one(tables.Person, "maria")
        own = await logins.begin(session, maria, LIMITS[maria.role], now)
        shared = await logins.begin(session, maria, LIMITS[maria.role], now, origin=logins.Origin(tablet="t1"))
    hashes = [logins.hash_of(one) for one in (own, shared, "nobody's")]

    found = await asyncio.gather(*(hub.logins.get(one) for one in hashes))

    assert found[2] is None
    assert [(one.person.role, one.person.unit_id) for one in found[:2] if one] == [
        (maria.role, maria.unit_id), (Role.CARE_CENTRE, "fjord"),
    ]  # fmt: skip


async def test_sights_that_are_asked_for_together_are_those_of_each_alone(hub: Hub) -> None:
    async with hub.database.write() as session:
        ties.open_file(session, "maria", "odd", "Jeg hjelper en kollega", hub.clock())
        (await session.get_one(tables.Alert, FJORD)).handed_to_id = "jonas"
    async with hub.database.read() as session:
        people = [await session.get_one(tables.Person, name) for name in STAFF]
        alone = [await ties.sight_of(session, one, hub.clock()) for one in people]
    standing = [ties.Standing(one.id, one.role, one.unit_id) for one in people]

    together = await asyncio.gather(*(hub.sights.get(one) for one in standing))

    assert list(together) == alone
    assert "odd" in alone[0].opened
    assert {FJORD, "odd"} <= alone[1].asked


def _nurse(name: str, unit: str, language: Language | None = None) -> tables.Person:
    return tables.Person(
        id=name, name=f"{name.capitalize()} Ny", username=name, role=Role.NURSE, unit_id=unit, language=language
    )


async def test_what_stands_around_a_shared_board_is_each_visitors_own(hub: Hub, browser: Browse) -> None:
    """When the login ends, and whether the screen was heard: the board beside it is the same."""
    async with hub.database.write() as session:
        known = (await session.get_one(tables.Person, "maria")).model_dump()
        session.add(tables.Person(**known | {"id": "mona", "username": "mona", "name": "Mona Berg", "phone": None}))
    maria, mona = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "mona")
    async with hub.database.write() as session:
        whose = tables.LoginSession.person_id == "mona"
        (login,) = (await session.exec(select(tables.LoginSession).where(whose))).all()
        login.expires_at = hub.clock() + timedelta(minutes=10)
    await maria.get("/tablet")
    assert (await maria.post("/tablet/sound", data={"on": "true", "heard": "true"})).status_code == 204

    answers = await asyncio.gather(*(one.get("/tablet", headers=ITSELF) for one in (maria, mona)))
    first, second = (answer.text for answer in answers)

    assert board_in(first) == board_in(second)
    assert ["Innloggingen varer til" in one for one in (first, second)] == [False, True]
    assert ['data-heard="true"' in one for one in (first, second)] == [True, False]
