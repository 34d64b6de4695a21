"""The rounds on the tablet: listed, done by a button, agreed by whoever coordinates."""

from datetime import time, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from carehub.core.watching.rounds import How, Seen
from carehub.flow.hub import Hub
from carehub.store import rounds, tables
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in


async def opened(hub: Hub, who: str = "astrid", closes: time = time(3)) -> str:
    """The one turn that is open."""
    async with hub.database.write() as session:
        row = tables.PlannedRound(
            id=f"runde-{who}", resident_id=who, opens=time(2), closes=closes, how=How.CAMERA,
            made_at=hub.clock() - timedelta(hours=1),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        await rounds.open_windows(session, hub.clock(), hub.zone)
        (line,) = [one for one in await rounds.due(session, hub.clock()) if one.resident.id == who]
        return line.turn.id


@BOTH
async def test_a_round_is_listed_where_it_is_due_and_done_by_a_button(hub: Hub, browser: Browse) -> None:
    turn = await opened(hub)
    client = await logged_in(browser(), hub, "maria")
    page = (await client.get("/tablet?unit=sol")).text
    assert "1 tilsyn kan gjøres nå" in page
    assert "innen kl. 03:00" in page

    done = {"seen": "asleep", "note": "Sov på siden", "back": "/tablet?unit=sol"}
    answer = await client.post(f"/tablet/rounds/{turn}/done", data=done)

    assert answer.headers["location"] == "/tablet?unit=sol"
    assert "tilsyn kan gjøres nå" not in (await client.get("/tablet?unit=sol")).text
    listed = (await client.get("/tablet/rounds?unit=sol")).text
    assert "Sover" in listed
    assert "Sov på siden" in listed
    async with hub.database.read() as session:
        log = (
            await session.exec(select(tables.AccessLog.action).where(tables.AccessLog.resident_id == "astrid"))
        ).all()
    assert "round.done" in log


@BOTH
async def test_what_was_seen_goes_with_the_resident_who_is_erased_c82(hub: Hub) -> None:
    """C82: the erasure empties every table that names a resident; this one names them through its round."""
    await opened(hub)
    async with hub.database.write() as session:
        await session.exec(delete(tables.PlannedRound).where(col(tables.PlannedRound.resident_id) == "astrid"))
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.RoundTurn))).all() == []


async def test_a_round_that_is_late_says_so(hub: Hub, browser: Browse, clock: Clock) -> None:
    await opened(hub)
    clock.passes(timedelta(hours=1))
    client = await logged_in(browser(), hub, "maria")

    page = (await client.get("/tablet?unit=sol")).text
    handed = (await client.get("/tablet/handover?unit=sol")).text

    assert "1 skulle vært gjort" in page
    assert "skulle vært gjort kl. 03:00" in page
    assert "skulle vært gjort kl. 03:00" in handed
    assert "gjenstår" not in handed


async def test_a_board_lists_the_next_few_and_all_that_press_and_counts_every_one(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        for number in range(25):
            row = tables.PlannedRound(
                id=f"runde-{number}", resident_id="astrid", opens=time(2), closes=time(3), how=How.CAMERA,
                made_at=hub.clock() - timedelta(hours=1),
            )  # fmt: skip
            session.add(row)
        await session.flush()
        await rounds.open_windows(session, hub.clock(), hub.zone)
    client = await logged_in(browser(), hub, "maria")

    page = (await client.get("/tablet?unit=sol")).text
    async with hub.database.read() as session:
        looked_at = (
            await session.exec(
                select(tables.AccessLog.subject).where(col(tables.AccessLog.subject).startswith("round:"))
            )
        ).all()

    assert "25 tilsyn kan gjøres nå" in page
    assert page.count('id="round-done-') == len(set(looked_at)) == 20
    assert '<a class="ds-link" href="/tablet/rounds?unit=sol">Vis alle 25 tilsyn</a>' in page
    assert (await client.get("/tablet/rounds?unit=sol")).text.count('id="round-done-') == 25

    clock.passes(timedelta(minutes=30))  # half an hour before they are due none may be out of sight
    page = (await client.get("/tablet?unit=sol")).text

    assert page.count('id="round-done-') == 25
    assert "Vis alle 25 tilsyn" not in page


async def test_seen_that_help_is_needed_is_an_alert_on_the_board(hub: Hub, browser: Browse) -> None:
    turn = await opened(hub)
    client = await logged_in(browser(), hub, "maria")

    await client.post(f"/tablet/rounds/{turn}/done", data={"seen": Seen.HELP})

    assert "Trenger hjelp, sett ved tilsyn" in (await client.get("/tablet?unit=sol")).text


async def test_another_units_rounds_are_neither_seen_nor_done_c37(hub: Hub, browser: Browse) -> None:
    turn = await opened(hub, "odd")
    client = await logged_in(browser(), hub, "maria")

    assert "tilsyn kan gjøres nå" not in (await client.get("/tablet")).text
    assert "Odd S." not in (await client.get("/tablet/rounds")).text
    assert (await client.post(f"/tablet/rounds/{turn}/done", data={"seen": "calm"})).status_code == 403
    assert (await client.post("/tablet/rounds/nei/done", data={"seen": "calm"})).status_code == 404


async def test_who_coordinates_agrees_a_round_and_ends_it(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    form = {"resident": "astrid", "opens": "23:00", "closes": "02:00", "how": "camera", "note": "Dør på gløtt"}

    planned = await client.post("/tablet/rounds", data=form)

    assert planned.headers["location"] == "/tablet/rounds?unit=sol"
    page = (await client.get("/tablet/rounds?unit=sol")).text
    assert "23:00–02:00" in page
    assert "Dør på gløtt" in page
    async with hub.database.read() as session:
        (row,) = (await session.exec(select(tables.PlannedRound))).all()
    await client.post(f"/tablet/rounds/plans/{row.id}/end")
    assert "Ingen runder er avtalt." in (await client.get("/tablet/rounds?unit=sol")).text
    assert (await client.post("/tablet/rounds/plans/nei/end")).status_code == 404
    assert (await client.post("/tablet/rounds", data=form | {"resident": "nei"})).status_code == 404
