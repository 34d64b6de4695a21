"""A unit's telephone: entered by whoever plans, shown to the families of those whom it looks after, and no others."""

import pytest
from sqlmodel import select

from carehub.core.answers.alerts import Aftermath
from carehub.core.people.access import Mark
from carehub.flow.hub import Hub
from carehub.store import factors, protected, tables
from carehub.store.tables.logins import FactorKind
from carehub.web.wording.telephones import written
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import BOTH, Browse, logged_in

SOL, SENTRUM = 'href="tel:+4799900701">999 00 701</a>', 'href="tel:+4799900703"'
_CALM, _CALM_ALONE = "Ring tjenesten: ", "Ring tjenesten. "
_PAGES = ("/relatives", "/relatives/astrid/messages", "/relatives/astrid/visits", "/relatives/astrid/about")


async def _phone(hub: Hub, unit: str) -> str | None:
    async with hub.database.read() as session:
        return (await session.get_one(tables.Unit, unit)).phone


async def _set(hub: Hub, unit: str, phone: str | None) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Unit, unit)).phone = phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+4799900117", "999 00 117"), ("+4740000117", "400 00 117"), ("+4780000117", "800 00 117"),
        ("+4769000017", "69 00 00 17"), ("+4722000017", "22 00 00 17"), ("+46701234567", "+46701234567"),
        ("+47999001170", "+47999001170"), ("+4700000017", "+4700000017"), ("ola@hub.example", "ola@hub.example"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_norwegians_write_it(number: str, shown: str) -> None:
    assert written(number) == shown


@BOTH
async def test_a_relative_is_told_the_number_of_the_unit_and_of_no_other(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    pages = {path: (await anne.get(path)).text for path in _PAGES}

    assert [path for path, text in pages.items() if SOL not in text or SENTRUM in text] == []
    assert [path for path, text in pages.items() if _CALM_ALONE in text] == []
    assert "ring vakttelefonen: <a" in pages["/relatives/astrid/messages"]
    gro = (await (await logged_in(browser(), hub, "gro")).get("/relatives")).text
    assert (SENTRUM in gro, "+4799900701" in gro) == (True, False)


async def test_a_unit_without_a_number_is_spoken_of_as_before(hub: Hub, browser: Browse) -> None:
    await _set(hub, "sol", None)
    anne = await logged_in(browser(), hub, "anne")

    pages = [(await anne.get(path)).text for path in _PAGES]

    assert not any("tel:" in text or _CALM in text for text in pages)
    assert all(_CALM_ALONE in text for text in pages)
    assert "ring vakttelefonen. " in pages[1]


async def test_two_units_on_one_page_say_whose_number_is_whose(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        one = await session.get_one(tables.Relation, "rel-gro")
        session.add(
            tables.Relation(
                id="til", person_id="gro", resident_id="astrid", kinship="niese", insight=one.insight, since=one.since,
                standing=one.standing, given_by=one.given_by, ground=one.ground,
            )
        )  # fmt: skip
    gro = await logged_in(browser(), hub, "gro")

    text = (await gro.get("/relatives")).text

    assert f'Astrid <a class="ds-link tel" {SOL}, Solveig <a class="ds-link tel" {SENTRUM}' in text


async def test_where_more_help_was_fetched_the_number_stands_behind_it(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        told = tables.Alert.resident_id == "astrid", tables.Alert.aftermath == Aftermath.HELPED_ON_SITE
        for alert in (await session.exec(select(tables.Alert).where(*told))).all():
            alert.aftermath = Aftermath.CALLED_DOCTOR
    anne = await logged_in(browser(), hub, "anne")

    assert f'hvis du vil vite mer. <a class="ds-link tel" {SOL}' in (await anne.get("/relatives")).text


async def test_the_resident_rings_from_the_own_page(hub: Hub, browser: Browse) -> None:
    own = await logged_in(browser(), hub, "ragnhild-selv")

    text = (await own.get("/resident")).text

    assert 'href="tel:+4799900701"' in text
    assert "Ring de ansatte" in text


@pytest.mark.parametrize("mark", [Mark.CONFIDENTIAL, Mark.STRICT])
async def test_a_graded_address_keeps_its_unit_from_relatives(hub: Hub, browser: Browse, mark: Mark) -> None:
    """C39: which ward or zone it is, is where it is; but whoever is told the address may ring."""
    async with hub.database.write() as session:
        for who in ("astrid", "solveig", "ragnhild"):
            assert await protected.grade(session, who, mark, "Politiet har bedt om det", "kari", hub.clock())
    anne = await logged_in(browser(), hub, "anne")
    gro = await logged_in(browser(), hub, "gro")
    own = await logged_in(browser(), hub, "ragnhild-selv")

    pages = [(await anne.get(path)).text for path in _PAGES]

    assert not any("+4799900701" in text or "999 00 701" in text for text in pages)
    assert all(_CALM_ALONE in text for text in pages)
    assert (SENTRUM in (await gro.get("/relatives")).text) == (mark is Mark.CONFIDENTIAL)
    assert "tel:+4799900701" in (await own.get("/resident")).text


async def test_a_colleague_at_an_alert_can_ring_the_unit(hub: Hub, browser: Browse) -> None:
    async with hub.database.read() as session:
        asked = select(tables.Alert.id).where(tables.Alert.unit_id == "sentrum")
        alert = (await session.exec(asked)).first()
    ingrid = await logged_in(browser(), hub, "ingrid")

    text = (await ingrid.get(f"/nurse/{alert}")).text

    assert SENTRUM in text
    assert "Hjemme sentrum" in text
    assert "Enhetens telefon" in text


@BOTH
async def test_staff_who_are_told_to_ring_the_duty_room_see_its_number(hub: Hub, browser: Browse) -> None:
    ingrid, jonas = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "jonas")
    kari = await logged_in(browser(), hub, "kari")

    pages = {path: (await ingrid.get(path)).text for path in ("/nurse", "/tablet", "/nurse/visits")}

    assert all(f'ring vaktrommet på <a class="ds-link tel" {SENTRUM}' in text for text in pages.values())
    assert 'data-ring="+4799900703" data-ring-written="999 00 703"' in pages["/nurse"]
    assert "ring vaktrommet, eller" in (await jonas.get("/tablet")).text  # his ward has none
    assert "Ring vaktrommet på 999 00 701." in (await kari.get("/tablet/wall?unit=sol")).text
    assert "Ring vaktrommet." in (await kari.get("/tablet/wall?unit=fjord")).text


async def test_a_colleague_at_work_is_called_by_a_number_that_can_be_read_too(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "maria")).phone = "+4799900117"
    ingrid = await logged_in(browser(), hub, "ingrid")

    text = (await ingrid.get(f"/nurse/{'b7c1'.ljust(32, '0')}")).text

    assert "Maria Hauge" in text
    assert 'Solsiden · <span class="tel">999 00 117</span>' in text


@BOTH
async def test_a_number_is_entered_corrected_and_taken_away(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    here = "/admin/units/fjord"

    wrong = await kari.post(here, data={"name": "Fjordgløtt 2", "phone": "ring meg"})

    assert wrong.status_code == 422
    assert "Telefonnummeret må ha åtte siffer" in wrong.text
    assert 'value="ring meg" aria-invalid="true"' in wrong.text
    assert 'value="Fjordgløtt 2"' in wrong.text
    assert await _phone(hub, "fjord") is None

    assert (await kari.post(here, data={"name": "Fjordgløtt", "phone": "69 00 00 17"})).status_code == 303
    assert await _phone(hub, "fjord") == "+4769000017"
    assert 'value="69 00 00 17"' in (await kari.get("/admin/places")).text
    await kari.post(here, data={"name": "Fjordgløtt", "phone": " "})
    assert await _phone(hub, "fjord") is None


async def test_a_new_unit_has_its_number_or_is_not_entered(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    new = {"name": "Åsen", "kind": "zone", "phone": "12345"}

    wrong = await kari.post("/admin/units", data=new)

    assert (wrong.status_code, 'value="12345"' in wrong.text, 'value="Åsen"' in wrong.text) == (422, True, True)
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.Unit).where(tables.Unit.name == "Åsen"))).first() is None
    unit = (await kari.post("/admin/units", data=new | {"phone": "0047 99900117"})).headers["location"].split("=")[1]
    assert await _phone(hub, unit) == "+4799900117"


@BOTH
async def test_half_a_login_is_told_the_number_of_the_own_unit_and_a_stranger_none(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        factors.add(session, "ingrid", FactorKind.TOTP, "App", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", hub.clock())
    client = browser()
    await client.post("/login", data={"username": "ingrid", "password": PASSWORD})

    half = (await client.get("/login/second")).text
    stranger = (await browser().get("/login")).text

    assert SENTRUM in half
    assert "tel:" not in stranger
