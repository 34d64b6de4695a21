"""Calls, mail and a second gateway on the pages: offered where they are set up, in the order that people want."""

import re
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select

from carehub.contracts import Channel
from carehub.core.answers.escalation import Method
from carehub.flow.hub import Hub
from carehub.flow.staff import contacts as flow
from carehub.store import contacts, people, tables
from integrations.channels.console import ConsoleChannel
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

NUMBER, NEWER, MAIL = "+4790055444", "+4790055445", "ingrid@nordvik.example"


@pytest.fixture
def channels(hub: Hub) -> dict[str, Channel]:
    found: dict[str, Channel] = dict.fromkeys(("sms", "voice", "email", "sms_gateway"), ConsoleChannel())
    hub.channels = found
    return found


@pytest.fixture
async def ingrid(hub: Hub, browser: Browse) -> AsyncClient:
    """Her number is proven."""
    async with hub.database.write() as session:
        session.add(_way("one", "sms", NUMBER, 1, hub))
    return await logged_in(browser(), hub, "ingrid")


def _way(name: str, channel: str, address: str, position: int, hub: Hub) -> tables.ContactMethod:
    return tables.ContactMethod(
        id=name, person_id="ingrid", channel=channel, address=address, position=position, created_at=hub.clock(),
        verified_at=hub.clock(),
    )  # fmt: skip


async def ways(hub: Hub) -> list[str]:
    async with hub.database.read() as session:
        return [f"{one.channel} {one.address}" for one in await people.methods_of(session, "ingrid")]


async def way_id(hub: Hub, channel: str) -> str:
    async with hub.database.read() as session:
        rows = await session.exec(select(tables.ContactMethod.id).where(tables.ContactMethod.channel == channel))
        return rows.one()


async def code_to(hub: Hub, address: str) -> str:
    notice = tables.Notice
    async with hub.database.read() as session:
        statement = select(notice.text).where(notice.address == address).order_by(col(notice.created_at).desc())
        text = (await session.exec(statement)).first()
    found = re.search(r"er (\w{6})\.", text or "")
    assert found
    return found[1]


@BOTH
@pytest.mark.usefixtures("channels")
async def test_one_press_adds_calls_to_a_number_that_is_proven(hub: Hub, ingrid: AsyncClient) -> None:
    assert "Ring meg også" in (await ingrid.get("/my")).text

    await ingrid.post("/my/ways/one/also", data={"channel": "voice"})
    await ingrid.post("/my/ways/one/also", data={"channel": "sms_gateway"})

    assert await ways(hub) == [f"sms {NUMBER}", f"sms_gateway {NUMBER}", f"voice {NUMBER}"]
    page = (await ingrid.get("/my")).text
    assert "Ringer 900 55 444" in page
    assert "Ring meg også" not in page
    assert (await ingrid.post("/my/ways/one/also", data={"channel": "voice"})).status_code == 409
    assert (await ingrid.post("/my/ways/one/also", data={"channel": "siren"})).status_code == 409


@pytest.mark.usefixtures("channels")
async def test_a_number_that_is_not_proven_is_not_called(hub: Hub, ingrid: AsyncClient) -> None:
    """F54: nobody is rung at a number that has shown nothing, nor at one that is closed."""
    async with hub.database.write() as session:
        (await session.get_one(tables.ContactMethod, "one")).disabled_reason = "stopped"
    assert (await ingrid.post("/my/ways/one/also", data={"channel": "voice"})).status_code == 409
    async with hub.database.write() as session:
        one = await session.get_one(tables.ContactMethod, "one")
        one.disabled_reason, one.verified_at = None, None

    assert (await ingrid.post("/my/ways/one/also", data={"channel": "voice"})).status_code == 409
    assert "Ring meg også" not in (await ingrid.get("/my")).text


async def test_what_is_not_set_up_here_is_not_offered(hub: Hub, ingrid: AsyncClient) -> None:
    hub.channels = {"sms": ConsoleChannel()}
    page = (await ingrid.get("/my")).text

    assert "Legg til eller bytt nummer" in page
    for words in ("Ring meg også", "Bruk reserven", "E-postadresse"):
        assert words not in page
    assert (await ingrid.post("/my/ways/one/also", data={"channel": "voice"})).status_code == 409
    assert (await ingrid.post("/my/ways/email", data={"email": MAIL})).status_code == 422


@BOTH
@pytest.mark.usefixtures("channels")
async def test_an_address_for_mail_is_used_when_its_code_has_come_back(hub: Hub, ingrid: AsyncClient) -> None:
    """F54: only what is verified is used, by mail as by SMS."""
    assert (await ingrid.post("/my/ways/email", data={"email": "ingrid@"})).status_code == 422
    await ingrid.post("/my/ways/email", data={"email": f" {MAIL.upper()} "})
    assert await ways(hub) == [f"sms {NUMBER}"]
    assert "Koden som kom i e-posten" in (await ingrid.get("/my")).text
    assert (await ingrid.post("/my/ways/email", data={"email": MAIL})).status_code == 409

    await ingrid.post(f"/my/ways/{await way_id(hub, 'email')}/code", data={"code": await code_to(hub, MAIL)})

    assert await ways(hub) == [f"sms {NUMBER}", f"email {MAIL}"]


@BOTH
@pytest.mark.usefixtures("channels")
async def test_the_order_is_changed_and_nothing_new_goes_behind_a_browser(hub: Hub, ingrid: AsyncClient) -> None:
    async with hub.database.write() as session:
        session.add(_way("browser", "push", "b", 9, hub))
    await ingrid.post("/my/ways/one/also", data={"channel": "voice"})
    voice = await way_id(hub, "voice")
    assert await ways(hub) == [f"sms {NUMBER}", f"voice {NUMBER}", "push b"]

    moved = await ingrid.post(f"/my/ways/{voice}/move", data={"to": "up"})
    await ingrid.post(f"/my/ways/{voice}/move", data={"to": "up"})
    await ingrid.post("/my/ways/one/move", data={"to": "down"})

    assert moved.headers["location"] == f"/my#way-{voice}"
    assert await ways(hub) == [f"voice {NUMBER}", "push b", f"sms {NUMBER}"]
    assert (await ingrid.post(f"/my/ways/{voice}/move", data={"to": "away"})).status_code == 422


@BOTH
@pytest.mark.usefixtures("channels")
async def test_what_is_taken_away_is_used_no_more_and_can_be_put_back_for_five_minutes(
    hub: Hub, ingrid: AsyncClient, clock: Clock
) -> None:
    await ingrid.post("/my/ways/one/remove")
    assert await ways(hub) == []
    assert "Fjernet: SMS" in (await ingrid.get("/my")).text

    await ingrid.post("/my/ways/one/undo")
    assert await ways(hub) == [f"sms {NUMBER}"]
    assert (await ingrid.post("/my/ways/one/undo")).status_code == 404

    await ingrid.post("/my/ways/one/remove")
    clock.passes(timedelta(minutes=5))
    assert "Fjernet" not in (await ingrid.get("/my")).text
    assert (await ingrid.post("/my/ways/one/undo")).status_code == 404
    async with hub.database.write() as session:
        await contacts.sweep(session, hub.clock())
        assert (await session.exec(select(tables.RemovedWay))).all() == []


@pytest.mark.usefixtures("channels")
async def test_a_number_that_said_stop_comes_back_as_stopped(hub: Hub, ingrid: AsyncClient) -> None:
    """F51: taking away and putting back opens nothing."""
    async with hub.database.write() as session:
        (await session.get_one(tables.ContactMethod, "one")).disabled_reason = "stopped"
    await ingrid.post("/my/ways/one/remove")
    await ingrid.post("/my/ways/one/undo")

    assert await ways(hub) == []


@pytest.mark.usefixtures("channels")
async def test_what_was_added_anew_is_not_put_back_beside_itself(hub: Hub, ingrid: AsyncClient) -> None:
    await ingrid.post("/my/ways/one/remove")
    await ingrid.post("/my/ways", data={"phone": NUMBER})

    assert (await ingrid.post("/my/ways/one/undo")).status_code == 303
    assert await ways(hub) == []


@BOTH
@pytest.mark.usefixtures("channels")
async def test_a_new_number_is_called_where_the_old_one_was(hub: Hub, ingrid: AsyncClient) -> None:
    """The old one may soon be a stranger's."""
    await ingrid.post("/my/ways/one/also", data={"channel": "voice"})
    async with hub.database.write() as session:
        session.add(_way("reserve", "sms_gateway", NUMBER, 3, hub))
        session.add(_way("newer reserve", "sms_gateway", NEWER, 4, hub))
        new = await flow.add(hub, session, "ingrid", Method(channel="sms", address=NEWER), hub.clock(), "one")
    assert new is not None

    await ingrid.post(f"/my/ways/{new.id}/code", data={"code": await code_to(hub, NEWER)})

    assert sorted(await ways(hub)) == [f"sms {NEWER}", f"sms_gateway {NEWER}", f"voice {NEWER}"]


@pytest.mark.usefixtures("channels", "ingrid")
async def test_an_administrator_does_the_same_for_others_but_not_for_whom_they_may_not(
    hub: Hub, browser: Browse
) -> None:
    kari, tor = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "tor")
    page = "/admin/people/ingrid"

    assert (await tor.post(f"{page}/ways/one/also", data={"channel": "voice"})).status_code == 403
    await kari.post(f"{page}/ways/one/also", data={"channel": "voice"})
    await kari.post(f"{page}/ways/email", data={"email": MAIL})
    assert (await kari.post(f"{page}/ways/email", data={"email": "x"})).status_code == 422
    assert "Hvordan vet du at adressen virker?" in (await kari.get(page)).text
    removed = await kari.post(f"{page}/ways/one/remove")

    assert removed.headers["location"] == f"{page}#removed"
    assert await ways(hub) == [f"voice {NUMBER}"]


@pytest.mark.usefixtures("channels")
async def test_push_alone_is_said_not_to_be_enough(hub: Hub, ingrid: AsyncClient) -> None:
    """F48: the page says so as long as a browser is all there is."""
    words = "Push alene er ikke nok for kritiske varsler"
    async with hub.database.write() as session:
        session.add(_way("browser", "push", "b", 9, hub))
    assert words not in (await ingrid.get("/my")).text

    await ingrid.post("/my/ways/one/remove")

    assert words in (await ingrid.get("/my")).text
