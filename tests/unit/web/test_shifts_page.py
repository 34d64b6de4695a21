"""The week of a unit on the page: who has what, where nobody has it, and every change with its undo."""

import re
from datetime import timedelta

from carehub.flow.hub import Hub
from carehub.store import people, shifts, tables
from tests.unit.web.conftest import BOTH, Browse, logged_in

WEEK = "/admin/shifts?unit=sol&day=2026-01-12"
NIGHT = {"unit": "sol", "person": "maria", "day": "2026-01-14", "starts": "22:00", "ends": "07:30", "every_weeks": "1"}


async def telephone(hub: Hub, *who: str) -> None:
    async with hub.database.write() as session:
        for one in who:
            person = await session.get_one(tables.Person, one)
            person.phone = person.phone or "+4790000000"
            session.add(people.telephone(person, hub.clock()))


async def duties(hub: Hub) -> list[str]:
    async with hub.database.read() as session:
        found = await shifts.on_duty(session, "sol", hub.clock() + timedelta(minutes=1))
    return list(found)


async def line_id(hub: Hub) -> str:
    async with hub.database.read() as session:
        return next(iter(await shifts.lines_of_unit(session, "sol")))


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@BOTH
async def test_a_week_shows_who_has_what_and_says_in_words_where_nobody_can_be_reached(
    hub: Hub, browser: Browse
) -> None:
    """F53: gaps stand on the page."""
    await telephone(hub, "maria")
    client = await logged_in(browser(), hub, "kari")
    assert "Ingen vaktplan er lagt inn" in (await client.get(WEEK)).text

    answer = await client.post("/admin/shifts", data=NIGHT)

    assert answer.headers["location"] == "/admin/shifts?unit=sol&day=2026-01-14"
    shown = text_of((await client.get(WEEK)).text)
    assert "22:00–07:30 Maria" in shown
    assert "Ingen å nå 07:30 til mandag 19. januar 00:00" in shown
    assert await duties(hub) == ["maria"]


async def test_on_duty_without_a_verified_telephone_is_shown_as_nobody(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/shifts", data=NIGHT)

    shown = text_of((await client.get(WEEK)).text)

    assert "ingen bekreftet telefon" in shown
    assert "Ingen å nå 02:14" in shown


async def test_a_week_without_a_plan_says_of_each_day_that_no_shift_begins(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    page = (await kari.get(f"/admin/shifts?unit=sol&day={hub.clock():%F}")).text

    assert "Ingen vaktplan er lagt inn" in page
    assert page.count("Ingen vakter begynner denne dagen.") == 7


async def test_a_shift_is_given_to_a_colleague_and_back(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/shifts", data=NIGHT)
    give = f"/admin/shifts/{await line_id(hub)}/give"

    await client.post(give, data={"day": "2026-01-14", "person": "ingrid"})
    assert await duties(hub) == ["ingrid"]
    assert "byttet, egentlig Maria" in text_of((await client.get(WEEK)).text)
    assert "Angre byttet" in (await client.get(WEEK)).text

    await client.post(give, data={"day": "2026-01-14", "person": "maria"})
    assert await duties(hub) == ["maria"]
    await client.post(give, data={"day": "2026-01-14", "person": ""})
    assert await duties(hub) == []


async def test_a_line_is_ended_and_goes_on_again(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/shifts", data=NIGHT)
    end = f"/admin/shifts/{await line_id(hub)}/end"

    await client.post(end, data={"day": "2026-01-14"})
    assert await duties(hub) == []
    assert "Avsluttede vakter (1)" in (await client.get(WEEK)).text

    await client.post(end, data={"day": "2026-01-14", "again": "true"})
    assert await duties(hub) == ["maria"]


async def test_an_absence_leaves_the_shift_empty_until_it_is_undone(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/shifts", data=NIGHT)
    form = {"unit": "sol", "person": "maria", "since": "2026-01-15T02:14", "until": "2026-01-15T06:00"}
    assert (await client.post("/admin/shifts/absence", data={**form, "until": "2026-01-14T06:00"})).status_code == 422

    await client.post("/admin/shifts/absence", data=form)
    assert await duties(hub) == []
    found = re.search(r"/admin/shifts/absence/(\w+)/back", (await client.get(WEEK)).text)
    assert found
    await client.post(found[0], data={"unit": "sol", "day": "2026-01-12"})

    assert await duties(hub) == ["maria"]
    assert (await client.post(found[0], data={"unit": "sol", "day": "2026-01-12"})).status_code == 303


async def test_whoever_comes_back_early_is_on_duty_from_then_on(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/admin/shifts", data=NIGHT)
    form = {"unit": "sol", "person": "maria", "since": "2026-01-14T20:00"}
    await client.post("/admin/shifts/absence", data=form)
    found = re.search(r"/admin/shifts/absence/(\w+)/back", (await client.get(WEEK)).text)
    assert found

    await client.post(found[0], data={"unit": "sol", "day": "2026-01-12"})

    assert await duties(hub) == ["maria"]


async def test_the_roll_call_is_switched_for_a_unit(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    await client.post("/admin/shifts/roll-call", data={"unit": "sol", "on": "false"})

    assert "blir ikke spurt" in (await client.get(WEEK)).text


async def test_what_is_not_there_is_not_changed(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    for form in ({**NIGHT, "unit": "none"}, {**NIGHT, "person": "none"}):
        assert (await client.post("/admin/shifts", data=form)).status_code == 404
    assert (await client.post("/admin/shifts/none/give", data={"day": "2026-01-14"})).status_code == 404


async def test_a_technician_does_not_see_the_link_to_a_page_that_is_not_theirs(hub: Hub, browser: Browse) -> None:
    assert "/admin/shifts" not in (await (await logged_in(browser(), hub, "tor")).get("/admin")).text
