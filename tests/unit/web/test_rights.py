"""Who looked at what, told to whom it is about; and a log that nobody changes unseen (C41, C80, C81)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from carehub.flow.hub import Hub
from carehub.store import logins, seals, tables
from carehub.web.rights import audit
from carehub.web.wording import reading_words
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

SOL = "a4f2".ljust(32, "0")


async def test_the_resident_reads_who_looked_what_at_and_why_c80(hub: Hub, browser: Browse, clock: Clock) -> None:
    await (await logged_in(browser(), hub, "maria")).post(f"/nurse/{SOL}/access")
    await (await logged_in(browser(), hub, "anne")).get("/relatives")
    clock.passes(timedelta(minutes=1))

    listed = await (await logged_in(browser(), hub, "kari")).get("/admin/residents/astrid/readings")

    assert listed.status_code == 200
    for words in ("Maria Hauge", "Solsiden", "Åpnet telefonnummer og nøkkelboks", "Arbeider i enheten",
                  "Anne Nordby", "Så siden for pårørende"):  # fmt: skip
        assert words in listed.text
    other = await (await logged_in(browser(), hub, "kari")).get("/admin/residents/odd/readings")
    assert "Maria Hauge" not in other.text


@pytest.mark.parametrize("who", ["maria", "ingrid", "tor", "anne"])
async def test_the_log_is_for_those_who_hand_it_over(hub: Hub, browser: Browse, who: str) -> None:
    client = await logged_in(browser(), hub, who)

    assert (await client.get("/admin/residents/astrid/readings")).status_code == 403


async def test_nobody_is_found_where_nobody_lives(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    assert (await client.get("/admin/residents/ingen/readings")).status_code == 404


def test_a_reason_and_an_unknown_action_are_told_as_they_are() -> None:
    assert reading_words.why("Jeg hjelper en kollega") == "grunn: Jeg hjelper en kollega"
    assert "noe.nytt" in reading_words.did("noe.nytt")
    assert reading_words.why(None) == ""


async def _written(hub: Hub, many: int) -> None:
    async with hub.database.write() as session:
        for number in range(many):
            logins.log_reading(session, "maria", "alert", [("astrid", f"alert:{number}")], hub.clock())


@BOTH
async def test_the_log_can_be_added_to_and_nothing_else_c41(hub: Hub) -> None:
    await _written(hub, 2)

    for change in (
        update(tables.AccessLog).values(person_id="tor"),
        delete(tables.AccessLog).where(col(tables.AccessLog.person_id) == "maria"),
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with hub.database.write() as session:
                await session.exec(change)


@BOTH
async def test_what_was_written_under_a_wrong_clock_keeps_nothing_after_it_unsealed_c81(hub: Hub, clock: Clock) -> None:
    """C81, F34: one reading that says 2036 would leave every later one open to be changed unseen, until 2036."""
    ten_years = timedelta(days=3650)
    await _written(hub, 1)
    clock.passes(ten_years)
    await _written(hub, 1)
    clock.passes(-ten_years)
    await _written(hub, 1)
    clock.passes(timedelta(minutes=11))
    await _written(hub, 1)

    async with hub.database.write() as session:
        sealed = await seals.seal(session, hub.clock())
        every = (await session.exec(select(tables.AccessLog.id))).all()
    async with hub.database.read() as session:
        assert await seals.check(session) == seals.Checked(sealed=sealed, broken_at=None)
    assert sealed == len(every) - 1, "all but the last, which has not settled"


@BOTH
async def test_a_row_changed_beneath_the_database_is_found_c81(hub: Hub, clock: Clock) -> None:
    await _written(hub, 3)
    async with hub.database.write() as session:
        assert await seals.seal(session, hub.clock()) == 0  # not settled yet
    clock.passes(timedelta(minutes=11))
    async with hub.database.write() as session:
        first = await seals.seal(session, hub.clock())
        assert await seals.seal(session, hub.clock()) == 0
    await _written(hub, 2)
    clock.passes(timedelta(minutes=11))
    async with hub.database.write() as session:
        assert await seals.seal(session, hub.clock()) == 2
    async with hub.database.read() as session:
        assert await seals.check(session) == seals.Checked(sealed=first + 2, broken_at=None)

    async with hub.database.write() as session:
        connection = await session.connection()
        sqlite = connection.dialect.name == "sqlite"
        await connection.execute(
            text("DROP TRIGGER access_log_no_update" if sqlite else "SET LOCAL session_replication_role = replica")
        )
        await connection.execute(text("UPDATE access_log SET person_id = 'tor' WHERE subject = 'alert:1' AND id < 4"))

    async with hub.database.read() as session:
        found = await seals.check(session)
    assert found.broken_at == 1


@BOTH
async def test_an_auditor_pages_through_every_look_and_none_is_told_twice(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """Two hundred a page, whatever is asked for; an auditor's own looks are among them."""
    async with hub.database.write() as session:
        looks = [logins.Look("ingrid", f"look-{n}", "astrid", "alert:x", "unit") for n in range(250)]
        await logins.log_looks(session, looks, hub.clock())
    clock.passes(timedelta(minutes=1))
    rune = await logged_in(browser(), hub, "rune")

    first = (await rune.get("/audit?who=ingrid")).text
    second = (await rune.get("/audit?who=ingrid&page=2")).text
    beyond = await rune.get("/audit?who=ingrid&days=7&page=9")

    told = [set(re.findall(r"look-\d+", page)) for page in (first, second)]
    assert [len(one) for one in told] == [200, 50]
    assert told[0].isdisjoint(told[1])
    assert "who=ingrid&amp;days=7&amp;page=2" in first
    assert (beyond.status_code, beyond.headers["location"]) == (303, "/audit?who=ingrid&days=7&page=2")
    assert ">1–200 av 250<" in first
    assert ">201–250 av 250<" in second


@BOTH
async def test_an_auditor_takes_all_that_the_filters_find_out_as_a_file_and_that_is_logged(
    hub: Hub, browser: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what stood on a page alone nothing could be handed on; no cell of it is a formula (C66)."""
    monkeypatch.setattr(audit, "_AT_ONCE", 100)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).name = "=Ingrid"
        looks = [logins.Look("ingrid", f"look-{n}", "astrid", "alert:x", "unit") for n in range(250)]
        await logins.log_looks(session, [*looks, logins.Look("maria", "alert", "kaare", "alert:y", "unit")], clock.now)
    clock.passes(timedelta(minutes=1))
    rune = await logged_in(browser(), hub, "rune")

    (link,) = re.findall(r'href="(/audit/log.csv[^"]*)"', (await rune.get("/audit?who=ingrid")).text)
    file = await rune.get(unescape(link), headers={"accept-language": "en"})
    lines = file.content.decode("utf-8-sig").splitlines()
    monkeypatch.setattr(audit, "_LONGEST", 249)
    too_many = await rune.get(unescape(link))

    assert lines[0] == "Når;Hvem;Rolle;Enhet;Hva;Om hvem;Hvorfor"
    assert lines[1].startswith("2026-01-15 02:14:00;'=Ingrid;Hjemmetjenesten (telefon);Hjemme sentrum;")
    assert lines[1].endswith(";Astrid Nordby;arbeider i enheten")
    assert len({line for line in lines[1:] if "look-" in line}) == len(lines[1:]) == 250
    assert (too_many.status_code, "Utvalget har 250 oppslag, og en fil rommer 249." in too_many.text) == (422, True)
    async with hub.database.read() as session:
        asked = select(tables.AccessLog).where(tables.AccessLog.action == "audit.exported")
        logged = (await session.exec(asked)).all()
    assert [(one.person_id, one.resident_id) for one in logged] == [("rune", "astrid")]
