"""Visits are planned on a page: they reach the telephone and the family, can be changed, and every step be undone."""

from datetime import timedelta

from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.tables.homecare import VisitState
from tests.unit.web.conftest import BOTH, Browse, logged_in

PAGE = "/residents/solveig/planned"
FORM = {"day": "2026-01-15", "at": "05:10", "minutes": "25", "title": "Ekstra tilsyn", "person": "ingrid"}


async def the_visit(hub: Hub) -> tables.PlannedVisit:
    async with hub.database.read() as session:
        asked = select(tables.PlannedVisit).where(tables.PlannedVisit.title == FORM["title"])
        return (await session.exec(asked)).one()


@BOTH
async def test_a_nurse_plans_a_visit_and_it_stands_on_her_telephone(hub: Hub, browser: Browse, kind: str) -> None:
    client = await logged_in(browser(), hub, "ingrid")

    answer = await client.post(PAGE, data=FORM)

    row = await the_visit(hub)
    assert answer.headers["location"] == f"{PAGE}#visit-{row.id}"
    assert (row.unit_id, row.person_id, row.until - row.at) == ("sentrum", "ingrid", timedelta(minutes=25))
    assert row.at.isoformat().startswith("2026-01-15T04:10")
    assert FORM["title"] in (await client.get("/nurse/visits")).text
    assert FORM["title"] in (await client.get(PAGE)).text


async def test_the_family_sees_when_and_nothing_of_a_cancelled_one(hub: Hub, browser: Browse) -> None:
    nurse, family = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "gro")
    await nurse.post(PAGE, data=FORM)
    row = await the_visit(hub)
    assert "05:10–05:35" in (await family.get("/relatives/solveig/visits")).text

    await nurse.post(f"{PAGE}/{row.id}/cancel")

    assert "05:10–05:35" not in (await family.get("/relatives/solveig/visits")).text
    assert FORM["title"] not in (await nurse.get("/nurse/visits")).text
    await nurse.post(f"{PAGE}/{row.id}/restore")
    assert FORM["title"] in (await nurse.get("/nurse/visits")).text


async def test_a_change_keeps_what_was_planned_at_first(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post(PAGE, data=FORM)
    row = await the_visit(hub)

    await client.post(PAGE, data=FORM | {"visit": row.id, "at": "06:00", "minutes": "60", "person": ""})

    after = await the_visit(hub)
    assert (after.id, after.moved_from, after.person_id) == (row.id, row.at, None)
    assert after.until - after.at == timedelta(hours=1)


async def test_what_cannot_be_read_is_refused_in_words_and_what_is_done_is_left(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    for wrong in ({"day": "i morgen"}, {"minutes": "4"}, {"title": "  "}, {"day": "2027-01-15"}, {"at": "25:00"}):
        answer = await client.post(PAGE, data=FORM | wrong)
        assert (answer.status_code, "klokkeslett" in answer.text) == (422, True), wrong
    await client.post(PAGE, data=FORM)
    row = await the_visit(hub)
    await client.post(f"/nurse/visits/{row.id}/done")

    assert (await client.post(PAGE, data=FORM | {"visit": row.id})).status_code == 409
    await client.post(f"{PAGE}/{row.id}/cancel")
    assert (await the_visit(hub)).state is VisitState.DONE


async def test_whoever_has_no_tie_plans_nothing_and_one_resident_s_visit_is_not_another_s(
    hub: Hub, browser: Browse
) -> None:
    nurse, stranger = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "jonas")
    await nurse.post(PAGE, data=FORM)
    row = await the_visit(hub)

    assert (await stranger.get(PAGE)).status_code == 403
    assert (await stranger.post(PAGE, data=FORM)).status_code == 403
    assert (await stranger.post(f"{PAGE}/{row.id}/cancel")).status_code == 403
    assert (await nurse.post(f"/residents/arne/planned/{row.id}/cancel")).status_code == 404
