"""Calendar addresses: random, revocable, and closed to everybody else (C67)."""

import re

import icalendar
from sqlmodel import select

from carehub.core.languages import Language
from carehub.flow.hub import Hub
from carehub.store import shifts, tables
from tests.unit.shifts.planning import TONIGHT, shift
from tests.unit.web.conftest import BOTH, PUBLIC, Browse, logged_in


async def on_duty(hub: Hub, *who: str) -> None:
    async with hub.database.write() as session:
        session.add_all([shift(one, "22:00", "07:30", TONIGHT) for one in who])
        await session.flush()
        await shifts.rebuild(session, hub.zone, hub.clock())


def address_in(page: str) -> str:
    found = re.search(rf"{PUBLIC}(/calendar/[\w-]+\.ics)", page)
    assert found
    return found[1]


@BOTH
async def test_my_calendar_is_read_without_a_login_until_i_take_the_address_back(hub: Hub, browser: Browse) -> None:
    """C67: a random token, shown once, revocable."""
    await on_duty(hub, "ingrid", "maria")
    client = await logged_in(browser(), hub, "ingrid")
    first = address_in((await client.post("/my/calendar")).text)
    second = address_in((await client.post("/my/calendar")).text)
    assert f"{PUBLIC}/calendar/" not in (await client.get("/my")).text

    program = browser(raw=True)
    answer = await program.get(second)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")

    assert answer.headers["content-type"].startswith("text/calendar")
    assert {str(one["SUMMARY"]) for one in events} == {"Vakt Solsiden"}
    assert (await program.get(first)).status_code == 404
    await client.post("/my/calendar/revoke")
    assert (await program.get(second)).status_code == 404


async def test_a_calendar_is_in_the_language_of_whose_it_is(hub: Hub, browser: Browse) -> None:
    """A calendar program says nothing of its reader's language: the person has chosen."""
    await on_duty(hub, "ingrid")
    client = await logged_in(browser(), hub, "ingrid")
    address = address_in((await client.post("/my/calendar")).text)
    async with hub.database.write() as session:
        (
            await session.exec(select(tables.Person).where(tables.Person.username == "ingrid"))
        ).one().language = Language.EN

    raw = (await browser(raw=True).get(address)).text

    assert "SUMMARY:Shift Solsiden" in raw


async def test_a_units_calendar_says_who_works_and_nothing_of_residents(hub: Hub, browser: Browse) -> None:
    """C67: no names of residents, no health words."""
    await on_duty(hub, "ingrid", "maria")
    client = await logged_in(browser(), hub, "kari")
    address = address_in((await client.post("/admin/shifts/calendar", data={"unit": "sol", "on": "true"})).text)

    raw = (await browser(raw=True).get(address)).text

    assert "Vakt Ingrid" in raw
    async with hub.database.read() as session:
        for one in (await session.exec(select(tables.Resident))).all():
            assert one.family_name not in raw
    await client.post("/admin/shifts/calendar", data={"unit": "sol", "on": "false"})
    assert (await browser(raw=True).get(address)).status_code == 404


async def test_whoever_has_left_has_no_calendar(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    address = address_in((await client.post("/my/calendar")).text)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).active = False

    assert (await browser(raw=True).get(address)).status_code == 404
