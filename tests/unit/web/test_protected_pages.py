"""A protected address (C39) is in no page, file, print or calendar; whoever must go there taps, and is logged."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import AsyncClient, Response
from pypdf import PdfReader
from sqlmodel import select

from carehub.core.findings import Outcome
from carehub.core.folding.silence import Why
from carehub.core.people.access import Mark, Role
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import protected, tables
from carehub.store.tables.places import WallShows
from carehub.web.admin.letters import without_position
from tests.unit.web.conftest import BOTH, Browse, logged_in
from tests.unit.web.test_wall import hung

HOME, ALERT = "bakkeveien-12", "e0b4".ljust(32, "0")
STREET = "Kanarigata 77 B"
_SIGNS = ("kanari", "tulipan")
"""Of the street and of both codes, and of how one gets in."""
_FILLED = {
    "alert_id": ALERT, "number": "E0B4", "resident_id": "solveig", "scope_id": HOME, "device_id": "solveig-kitchen",
    "person_id": "ingrid", "unit": "sentrum", "rule_id": "night-exit", "silence_id": "stille", "severity": "40",
    "seq": "90001", "run_id": "none", "task_id": "oppgave", "sort": "places", "name": "places",
}  # fmt: skip
_ASKED = (
    "/tablet?unit=sentrum", "/tablet?unit=sentrum&view=plan", "/tablet/handover?unit=sentrum",
    "/tablet/rounds?unit=sentrum", "/tablet/wall?unit=sentrum", "/tablet/plan?unit=sentrum",
    "/admin/places?q=Kanari", "/admin/residents?q=Kanari", "/admin/devices?q=Kanari", "/admin/devices?unit=sentrum",
    f"/admin/join?scope={HOME}", "/admin/events?q=Kanari", "/admin/tasks?q=Kanari", "/silences?unit=sentrum",
    "/admin/why-not?resident=solveig&rule=night-exit&since=2026-01-14T22:00&until=2026-01-15T02:00",
    *(f"/admin/transfer/{sort}.csv" for sort in ("residents", "people", "devices", "assignments", "shifts", "visits")),
    "/admin/load.csv?days=28", "/relatives/solveig/visits", "/record/solveig/export.pdf",
)  # fmt: skip
_PEOPLE = ("ingrid", "maria", "kari", "tor", "admin", "gro", "rune")
_SEEING = ("ingrid", "kari", "gro")
"""Who, between them, read an ordinary address everywhere that it is told."""
_STREAMS = re.compile("/live$|^/openapi|^/healthz|^/metrics$|logout")


async def _fill(hub: Hub) -> None:
    """A home that is called as its street, and everything that could name it."""
    now = hub.clock()
    async with hub.database.write() as session:
        home = await session.get_one(tables.Scope, HOME)
        home.name, home.access_note = STREET, "Tulipanen til høyre"
        for place in ("kitchen", "entrance"):
            device = await session.get_one(tables.Device, f"solveig-{place}")
            device.label, device.silent_since, device.blind_since = f"kanarigata_77_b {place}", now, now
        alert = await session.get_one(tables.Alert, ALERT)
        alert.detail = f"Bevegelse i {STREET} er ikke hørt."
        session.add_all([home, alert])
        session.add_all([
            tables.WayIn(
                scope_id=HOME, address=f"{STREET}, 1870 Kanariby", key_box="Ved tulipanen", key_box_code="kanari98",
                door_code="kanari54", oxygen=True, changed_at=now,
            ),
            tables.Task(
                id="oppgave", kind="battery", subject=HOME, words=f"Batteriet i {STREET} er snart tomt.",
                role=Role.COORDINATOR, unit_id="sentrum", resident_id="solveig", asked_at=now, due_at=now,
            ),
            tables.Silence(
                id="stille", why=Why.AWAY, scope_id=HOME, resident_id="solveig", since=now, until=now.replace(hour=9),
                wanted_until=now.replace(hour=9),
            ),
            tables.Incident(id="mange", unit_id="sentrum", began_at=now, last_at=now),
            tables.Event(
                seq=90_001, at=now, kind="motion.detected", source="zigbee2mqtt", device_id="solveig-kitchen",
                scope_id=HOME, resident_id="solveig", place="kitchen", body_hash="x", outcome=Outcome.NO_RULE,
            ),
        ])  # fmt: skip
        await session.flush()
        session.add(tables.IncidentDevice(incident_id="mange", device_id="solveig-kitchen", silent_at=now))
        unit = await session.get_one(tables.Unit, "sentrum")
        unit.wall_shows = WallShows.NAME
        session.add(unit)


@pytest.fixture
async def street(hub: Hub) -> Hub:
    hub.route_link = "https://kart.example/?til={address}"
    await _fill(hub)
    hub.live.close()  # so that the live streams end at once
    return hub


async def _graded(hub: Hub, mark: Mark, who: str = "solveig") -> None:
    async with hub.database.write() as session:
        assert await protected.grade(session, who, mark, "Melding fra skatteetaten", "kari", hub.clock())


def _said(answer: Response) -> str:
    """Everything that came: also of a PDF, and where a redirect leads."""
    if answer.headers.get("content-type") == "application/pdf":
        return _read(answer.content).casefold()
    return f"{answer.headers} {answer.text}".casefold()


@cache
def _read(paper: bytes) -> str:
    """The words of a PDF, also those that were broken at the end of a line; the same paper is read once."""
    said = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    return said + re.sub(r"-?\n|\u200b", "", said)


def _sings(answer: Response) -> bool:
    # A search says what was searched for: that is what the reader wrote.
    said = re.sub(r"q=kanari\b|value=\"kanari\"", "", _said(answer))
    return any(sign in said for sign in _SIGNS)


def _paths(web: FastAPI) -> Iterable[str]:
    for route in web.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and not _STREAMS.search(route.path):
            yield route.path.format_map(defaultdict(lambda: "none", _FILLED))
    yield from _ASKED


async def _singing(hub: Hub, browser: Browse, paths: Iterable[str], people: Iterable[str]) -> dict[str, set[str]]:
    """By whom: the addresses whose answer tells where she lives. Her own right to her record is asked elsewhere."""
    found = {}
    wall, nobody = browser(), browser()
    await wall.get(f"/tablet/wall/open/{await hung(hub, 'sentrum')}")
    clients = {who: await logged_in(browser(), hub, who) for who in people} | {"vegg": wall, "ingen": nobody}
    calendar = re.search(r"/calendar/[\w-]+\.ics", (await clients["ingrid"].post("/my/calendar")).text)
    assert calendar is not None
    paths = [*paths, calendar.group()]
    for who, client in clients.items():
        asked = ["/tablet/wall", "/kiosk", "/showcase"] if who in {"vegg", "ingen"} else paths
        found[who] = {path for path in asked if _sings(await client.get(path))}
    return found


_EVERYWHERE = {
    "/tablet", "/tablet?unit=sentrum", "/nurse", f"/nurse/{ALERT}", "/nurse/visits", "/visits", "/blind", "/silences",
    "/admin/places", f"/admin/places/{HOME}", "/admin/residents", "/admin/residents/solveig/about", "/admin/devices",
    "/admin/devices/solveig-kitchen", "/admin/transfer/places.csv", "/admin/transfer/residents.csv",
    "/admin/transfer/assignments.csv", f"/admin/homes/{HOME}/way-in", "/tablet/handover?unit=sentrum",
    "/admin/residents/solveig/export.json", "/admin/residents/solveig/export.pdf", "/admin/events/90001",
    "/admin/tasks", f"/alerts/{ALERT}/why", "/admin/residents?q=Kanari",
}  # fmt: skip
"""Where an ordinary address is told: else the walk below would see nothing."""
_RECORD = "/record/solveig/export.json"


@pytest.mark.timeout(240)
@BOTH
@pytest.mark.usefixtures("kind")
async def test_a_protected_address_is_told_on_no_page_and_in_no_file_c39(
    street: Hub, browser: Browse, web: FastAPI
) -> None:
    """On a server those three who read most: what a role may read is decided by the same code on both."""
    before = await _singing(street, browser, [*_EVERYWHERE, _RECORD], _SEEING)
    told = set().union(*before.values())
    assert _EVERYWHERE - told == set()
    assert _RECORD in before["gro"]

    await _graded(street, Mark.STRICT)

    after = await _singing(street, browser, _paths(web), _PEOPLE if street.database.is_sqlite else _SEEING)
    assert {who: paths for who, paths in after.items() if paths} == {}


@pytest.mark.parametrize("mark", [Mark.CONFIDENTIAL, Mark.STRICT])
async def test_a_guardian_is_told_a_confidential_address_and_not_a_strict_one(
    street: Hub, browser: Browse, mark: Mark
) -> None:
    gro, kari = await logged_in(browser(), street, "gro"), await logged_in(browser(), street, "kari")
    await _graded(street, mark)

    theirs = (await gro.get("/record/solveig/export.json")).json()
    ours = (await kari.get("/admin/residents/solveig/export.json")).json()

    assert (theirs["homes"][0]["name"] == STREET) == (mark is Mark.CONFIDENTIAL)
    assert bool(theirs["protected_addresses"]) == (mark is Mark.CONFIDENTIAL)
    assert ours["homes"][0]["name"] == f"{protected.COVER} 1"
    assert "address" not in ours["homes"][0]


async def test_a_resident_is_told_the_own_address(street: Hub, browser: Browse) -> None:
    async with street.database.write() as session:
        session.add(
            tables.Residency(id="flyttet", resident_id="ragnhild", scope_id=HOME, since=street.clock())
        )  # fmt: skip
    await _graded(street, Mark.STRICT, "ragnhild")
    own = await logged_in(browser(), street, "ragnhild-selv")

    homes = (await own.get("/record/ragnhild/export.json")).json()["homes"]

    assert STREET in [one["name"] for one in homes]


# --- whoever must go there --------------------------------------------------------------------


async def _tapped(hub: Hub, client: AsyncClient, path: str = f"/nurse/{ALERT}/access") -> str:
    return (await client.post(path)).text


async def _own(hub: Hub, who: str, *, duty: bool) -> None:
    async with hub.database.write() as session:
        alert, person = await session.get_one(tables.Alert, ALERT), await session.get_one(tables.Person, who)
        alert.owner_id, person.on_duty = who, duty
        session.add_all([alert, person])


@pytest.mark.parametrize(
    ("mark", "who", "has", "duty", "told"),
    [
        (Mark.NONE, "ingrid", False, True, True),
        (Mark.CONFIDENTIAL, "ingrid", True, True, True),
        (Mark.CONFIDENTIAL, "ingrid", True, False, True),
        (Mark.CONFIDENTIAL, "ingrid", False, True, False),
        (Mark.STRICT, "ingrid", True, True, True),
        (Mark.STRICT, "ingrid", True, False, False),
        (Mark.STRICT, "ingrid", False, True, False),
        (Mark.STRICT, "kari", False, True, False),
        (Mark.STRICT, "admin", False, True, False),
        (Mark.CONFIDENTIAL, "maria", True, True, False),
    ],
)
async def test_who_has_the_alert_and_was_sent_is_told_the_way_in_and_nobody_else(  # noqa: PLR0913 - one row of a table
    street: Hub, browser: Browse, mark: Mark, who: str, *, has: bool, duty: bool, told: bool
) -> None:
    if has:
        await _own(street, who, duty=duty)
    if mark is not Mark.NONE:
        await _graded(street, mark)
    client = await logged_in(browser(), street, who)

    page = await _tapped(street, client)

    assert [sign in page for sign in (f"{STREET}, 1870", "Tulipanen til høyre", "kanari98", "kanari54")] == [told] * 4
    assert ("https://kart.example" in page) == (mark is Mark.NONE)
    assert "+4791234567" in page, "the telephone is no address"
    assert "Oksygen i bruk" in page
    async with street.database.read() as session:
        log = tables.AccessLog
        seen = (await session.exec(select(log).where(log.person_id == who, log.action == "access_note"))).all()
    assert [one.resident_id for one in seen] == ["solveig"]


async def test_who_was_asked_by_the_ladder_is_told_when_they_have_it(street: Hub, browser: Browse) -> None:
    await _own(street, "maria", duty=True)
    await _graded(street, Mark.STRICT)
    maria = await logged_in(browser(), street, "maria")
    assert STREET not in await _tapped(street, maria)

    async with street.database.write() as session:
        session.add(
            tables.Notice(
                id="spurt", alert_id=ALERT, person_id="maria", channel="sms", address="+4790000000", text="Varsel",
                severity=Severity.SERIOUS, cycle="rung:1", created_at=street.clock(), not_before=street.clock(),
            )
        )  # fmt: skip

    assert STREET in await _tapped(street, maria)


async def test_who_has_taken_it_unasked_says_why_and_is_told_and_the_coordinator_reads_it(
    street: Hub, browser: Browse
) -> None:
    """A press ends with a person: nobody who is on the way there is stopped, and nobody gets there unseen."""
    await _own(street, "maria", duty=True)
    await _graded(street, Mark.STRICT)
    maria = await logged_in(browser(), street, "maria")
    assert f'action="/alerts/{ALERT}/open"' in await _tapped(street, maria)

    await maria.post(f"/alerts/{ALERT}/open", data={"reason": "Jeg er nærmest"})

    assert STREET in await _tapped(street, maria)
    async with street.database.read() as session:
        tasks = (await session.exec(select(tables.Task).where(tables.Task.kind == "file-opened"))).all()
    assert len(tasks) == 1


async def test_a_reason_alone_opens_no_protected_address(street: Hub, browser: Browse) -> None:
    await _graded(street, Mark.CONFIDENTIAL)
    maria = await logged_in(browser(), street, "maria")
    await maria.post(f"/alerts/{ALERT}/open", data={"reason": "Jeg er nysgjerrig"})

    page = await _tapped(street, maria)

    assert STREET not in page
    assert "Adressen er sperret" in page


@pytest.mark.parametrize(
    ("mark", "visit", "who", "told"),
    [
        (Mark.NONE, "visit-2", "ingrid", True),
        (Mark.STRICT, "visit-2", "ingrid", True),
        (Mark.STRICT, "visit-2", "emir", False),
        (Mark.CONFIDENTIAL, "visit-4", "emir", True),
        (Mark.STRICT, "visit-4", "ingrid", False),
        (Mark.CONFIDENTIAL, "visit-2", "kari", False),
    ],
)
async def test_who_has_the_visit_is_told_behind_a_logged_tap(
    street: Hub, browser: Browse, mark: Mark, visit: str, who: str, *, told: bool
) -> None:
    if mark is not Mark.NONE:
        await _graded(street, mark)
    client = await logged_in(browser(), street, who)
    assert mark is Mark.NONE or STREET not in (await client.get("/nurse/visits")).text

    page = await _tapped(street, client, f"/nurse/visits/{visit}/access")

    assert [sign in page for sign in (STREET, "Tulipanen", "kanari98", "kanari54")] == [told] * 4
    async with street.database.read() as session:
        seen = await session.exec(select(tables.AccessLog).where(tables.AccessLog.action == "visit.way_in"))
        assert [one.subject for one in seen] == [f"visit:{visit}"]


async def test_a_visit_that_is_done_or_another_days_tells_no_address(street: Hub, browser: Browse) -> None:
    await _graded(street, Mark.CONFIDENTIAL)
    ingrid = await logged_in(browser(), street, "ingrid")

    await ingrid.post("/nurse/visits/visit-2/done")

    assert STREET not in await _tapped(street, ingrid, "/nurse/visits/visit-2/access")
    assert (await (await logged_in(browser(), street, "maria")).post("/nurse/visits/visit-2/access")).status_code == 404


# --- walls, locators --------------------------------------------------------------------------


async def test_a_wall_names_nobody_whose_address_is_protected(street: Hub, browser: Browse) -> None:
    """Her name on the wall of a house says in which house she lives."""
    async with street.database.write() as session:
        unit = await session.get_one(tables.Unit, "sol")
        unit.wall_shows = WallShows.NAME
        session.add(unit)
    wall = browser()
    await wall.get(f"/tablet/wall/open/{await hung(street)}")
    assert "Astrid N." in (await wall.get("/tablet/wall")).text

    await _graded(street, Mark.CONFIDENTIAL, "astrid")

    page = (await wall.get("/tablet/wall")).text
    assert "Rom 104" in page, "a room of ours is no address"
    assert "Astrid" not in page


@pytest.mark.parametrize("body", [
    b'{"_type":"location","lat":59.4711,"lon":11.6622,"batt":', b'{"lat" : -59.4711e0 ,"desc":"Kanarigata \\"77\\" B"}',
])  # fmt: skip
def test_what_a_locator_sent_is_shown_without_where_it_was(body: bytes) -> None:
    shown = without_position(body)

    assert [one for one in (b"59.47", b"11.66", b"Kanari", b"77") if one in shown] == []
    assert b'"lat"' in shown


# --- set and lifted ---------------------------------------------------------------------------

_PAGE = "/admin/residents/solveig/address"
_SET = {"mark": "strict", "reason": "Brev fra skatteetaten", "checked": "true"}


async def test_it_is_set_by_one_with_a_reason_and_lifted_by_two_c39(street: Hub, browser: Browse) -> None:
    kari, admin = await logged_in(browser(), street, "kari"), await logged_in(browser(), street, "admin")

    assert (await kari.post(_PAGE, data=_SET | {"checked": ""})).status_code == 422
    assert (await kari.post(_PAGE, data=_SET | {"reason": ""})).status_code == 422
    assert (await kari.post(_PAGE, data=_SET)).status_code == 303
    assert (await kari.post(_PAGE, data=_SET | {"mark": "confidential"})).status_code == 409, "lower takes two"
    assert f"{protected.COVER} 1" in (await kari.get("/admin/residents/solveig/about")).text
    asked = await kari.post(f"{_PAGE}/lower", data={"mark": "none", "reason": "Opphevet i Folkeregisteret"})
    assert asked.status_code == 303
    assert (await kari.post(f"{_PAGE}/lower/agree")).status_code == 409, "nobody agrees with themselves"
    assert STREET not in (await kari.get("/admin/residents/solveig/about")).text
    assert (await admin.post(f"{_PAGE}/lower/agree")).status_code == 303

    assert STREET in (await kari.get("/admin/residents/solveig/about")).text
    assert "Tulipanen" in (await kari.get(f"/admin/places/{HOME}")).text
    assert "kanarigata_77_b kitchen" in (await kari.get("/admin/devices/solveig-kitchen")).text
    async with street.database.read() as session:
        log = tables.AccessLog
        did = (await session.exec(select(log.action).where(log.subject == "address").order_by(log.id))).all()  # type: ignore[arg-type]
        rows = await protected.history(session, "solveig")
    assert [one for one in did if one != "address"] == ["address.graded", "address.lowering", "address.lowered"]
    assert [(one.mark, one.reason, one.by_id, one.ended_by_id) for one in rows] == [
        (Mark.STRICT, "Brev fra skatteetaten", "kari", "admin")
    ]


async def test_what_was_asked_can_be_left_and_a_strict_one_lowered_to_a_confidential(
    street: Hub, browser: Browse
) -> None:
    kari, admin = await logged_in(browser(), street, "kari"), await logged_in(browser(), street, "admin")
    await kari.post(_PAGE, data=_SET)
    lower = {"mark": "confidential", "reason": "Vedtaket er endret"}

    assert (await kari.post(f"{_PAGE}/lower", data=lower)).status_code == 303
    assert (await kari.post(f"{_PAGE}/lower", data=lower)).status_code == 409
    assert (await kari.post(f"{_PAGE}/lower/keep")).status_code == 303
    assert (await admin.post(f"{_PAGE}/lower/agree")).status_code == 409
    await kari.post(f"{_PAGE}/lower", data=lower)
    assert (await admin.post(f"{_PAGE}/lower/agree")).status_code == 303

    page = (await kari.get(_PAGE)).text
    assert "Fortrolig adresse (kode 7)" in page
    assert "Vedtaket er endret" in page
    assert STREET not in (await kari.get(f"/admin/places/{HOME}")).text


@pytest.mark.parametrize("who", ["ingrid", "maria", "tor", "gro", "rune"])
async def test_nobody_else_may_set_or_lift_it(street: Hub, browser: Browse, who: str) -> None:
    client = await logged_in(browser(), street, who)

    for path in (_PAGE, f"{_PAGE}/lower", f"{_PAGE}/lower/agree"):
        assert (await client.post(path, data=_SET)).status_code == 403
    assert (await client.get(_PAGE)).status_code == 403


# --- the register -----------------------------------------------------------------------------


async def test_whoever_keeps_the_register_writes_blind_and_nothing_is_lost(street: Hub, browser: Browse) -> None:
    await _graded(street, Mark.STRICT)
    kari, ingrid = await logged_in(browser(), street, "kari"), await logged_in(browser(), street, "ingrid")
    await _own(street, "ingrid", duty=True)

    await kari.post(f"/admin/places/{HOME}", data={"name": "Tulipanveien 9", "unit_id": "sentrum", "access_note": ""})
    await kari.post(f"/admin/homes/{HOME}/way-in", data={"key_box": "Under trappen", "oxygen": "true"})

    assert "Tulipanveien" not in (await kari.get(f"/admin/places/{HOME}")).text
    page = await _tapped(street, ingrid)
    kept = (f"{STREET}, 1870 Kanariby", "Tulipanen til høyre", "Under trappen", "kanari98")
    assert [sign for sign in kept if sign not in page] == []

    await kari.post(f"/admin/homes/{HOME}/way-in", data={"note": "Ring først", "afresh": "true"})
    page = await _tapped(street, ingrid)
    assert "Ring først" in page
    assert "Under trappen" not in page
    assert f"{STREET}, Nordvik kommune" in page, "the home's own name is its address"


async def test_who_moves_takes_the_protection_along_and_the_old_home_stays_hidden(street: Hub, browser: Browse) -> None:
    await _graded(street, Mark.CONFIDENTIAL)
    kari = await logged_in(browser(), street, "kari")

    await kari.post("/admin/residents/solveig/move", data={"scope_id": "storgata-5b"})

    about = (await kari.get("/admin/residents/solveig/about")).text
    assert [name for name in (STREET, "Storgata 5 B") if name in about] == []
    shared = (await kari.get("/admin/residents/arne/about")).text
    assert "Storgata 5 B" not in shared, "whoever lives with her lives there too"
    assert (await kari.post("/admin/places/storgata-5b/name", data={"reason": "Ny leieboer"})).status_code == 409
    assert "Vis navnet" in (await kari.get(f"/admin/places/{HOME}")).text

    assert (await kari.post(f"/admin/places/{HOME}/name", data={"reason": "Ny leieboer"})).status_code == 303
    assert STREET in (await kari.get(f"/admin/places/{HOME}")).text


async def test_a_device_that_sends_under_the_address_is_pointed_out(street: Hub, browser: Browse) -> None:
    async with street.database.write() as session:
        device = await session.get_one(tables.Device, "solveig-bathroom")
        device.address = "zigbee2mqtt/kanarigata-77-b/bad"
        session.add(device)
    await _graded(street, Mark.STRICT)
    kari = await logged_in(browser(), street, "kari")

    page = (await kari.get(_PAGE)).text

    assert f'href="/admin/devices/{quote("solveig-bathroom")}"' in page
    assert "under et navn som ligner adressen" in page
