"""Staff see their own residents; of others that something waits, unless they are asked or say why (C31, C36, C37)."""

from datetime import date, timedelta
from itertools import product

import pytest
from sqlmodel import col, select

from carehub.core.people.access import SEES, About, Permission, Role, Sight, Tie, may
from carehub.core.people.shifts import Why
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import readings, tables, tasks, ties
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

FJORD = "c310".ljust(32, "0")
"""Odd Sæther's, in Fjordgløtt. Maria works in Solsiden."""
SOL = "a4f2".ljust(32, "0")
_NAMES = ("Sæther", "Odd S", "Rom 203", "Døren ble åpnet")
_WHAT = ("Night exit", "DoorOpenFill", f"/alerts/{FJORD}/close")
"""What happened, in words and as a picture; and what only those who have it may do."""


@pytest.mark.parametrize(("role", "tie", "about"), list(product(Role, Tie, About)))
def test_a_sight_that_is_shared_reads_as_much_as_the_whole_one(role: Role, tie: Tie, about: About) -> None:
    whole = Sight(role=role, units=frozenset({"sol"}), asked=frozenset({"odd"}), opened=frozenset({"gerd"}))

    assert whole.among(frozenset()).sees(about, tie) is whole.sees(about, tie)


async def test_another_units_alert_shows_that_it_waits_and_nothing_of_whose_it_is_c37(
    hub: Hub, browser: Browse
) -> None:
    client = await logged_in(browser(), hub, "maria")

    for page in ("/tablet", "/tablet?unit=fjord", "/tablet?unit=sol", "/nurse", f"/nurse/{FJORD}", "/a/C310",
                 f"/alerts/{FJORD}/why", "/blind", "/visits"):  # fmt: skip
        answer = await client.get(page, follow_redirects=True)
        assert answer.status_code in {200, 403}, page
        assert [told for told in (*_NAMES, *_WHAT) if told in answer.text] == [], page
    (shut,) = [one for one in (await client.get("/api/v1/alerts")).json()["items"] if one["id"] == FJORD]
    assert [shut[name] for name in ("scope", "kind", "place", "alert_code")] == ["", "", None, None]
    board = (await client.get("/tablet")).text
    assert "Fjordgløtt" in board
    assert "Gjelder en annen enhet" in board


@BOTH
async def test_a_reason_opens_one_resident_for_an_hour_and_the_coordinator_reads_it_c37(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    client = await logged_in(browser(), hub, "maria")
    asked = await client.get(f"/nurse/{FJORD}")
    assert asked.status_code == 403
    assert "Si hvorfor" in asked.text

    empty = await client.post(f"/alerts/{FJORD}/open", data={"reason": "  a"})
    opened = await client.post(f"/alerts/{FJORD}/open", data={"reason": "Jeg hjelper en kollega"})

    assert (empty.status_code, opened.headers["location"]) == (422, f"/nurse/{FJORD}")
    assert "Odd Sæther" in (await client.get(f"/nurse/{FJORD}")).text
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog).order_by(col(tables.AccessLog.id)))).all()
        (line,) = await tasks.shown(session, {Role.COORDINATOR}, hub.clock())
        told = await readings.about(session, "odd", hub.clock() - timedelta(days=1), hub.clock() + timedelta(days=1))
    assert ("file.opened", "Jeg hjelper en kollega") in [(one.action, one.because) for one in told]
    assert "Jeg hjelper en kollega" not in [r.because for r in log], "the log has its hash (ADR 26)"
    assert ("alert", "odd", "opened") in [(r.action, r.resident_id, r.because) for r in log]
    assert "Jeg hjelper en kollega" in line.task.words
    assert "Odd" not in line.task.words
    clock.passes(ties.OPEN_FOR + timedelta(seconds=1))
    assert (await client.get(f"/nurse/{FJORD}")).status_code == 403


async def test_whoever_takes_it_sees_it_for_a_colleague_in_need_is_never_stopped(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    taken = await client.post(f"/alerts/{FJORD}/take", data={"back": f"/nurse/{FJORD}"})

    assert taken.status_code == 303
    assert "Odd Sæther" in (await client.get(f"/nurse/{FJORD}")).text


async def test_whoever_is_asked_sees_it(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(_notice("n1", person_id="maria", channel="sms", address="+4790000001"))

    assert (await (await logged_in(browser(), hub, "maria")).get(f"/nurse/{FJORD}")).status_code == 200


async def test_the_neighbours_tablet_that_was_told_shows_it(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(_notice("n1", person_id=None, channel="tablet", address="sol"))

    assert "Rom 203" in (await (await logged_in(browser(), hub, "maria")).get("/tablet")).text


def _notice(id_: str, *, person_id: str | None, channel: str, address: str) -> tables.Notice:
    from carehub.kit.clock import utc_now  # noqa: PLC0415

    return tables.Notice(
        id=id_, alert_id=FJORD, person_id=person_id, channel=channel, address=address, text="", cycle="rung:1",
        severity=Severity.SERIOUS, created_at=utc_now(), not_before=utc_now(),
    )  # fmt: skip


async def test_what_nobody_answered_concerns_everybody(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, FJORD)
        alert.severity, alert.rung, alert.rungs = Severity.CRITICAL, 3, 3

    assert "Rom 203" in (await (await logged_in(browser(), hub, "maria")).get("/tablet?unit=fjord")).text


async def test_a_shift_in_another_unit_opens_it_while_it_lasts(hub: Hub, browser: Browse, clock: Clock) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.Duty(
                person_id="maria", unit_id="fjord", since=clock.now - timedelta(hours=1),
                until=clock.now + timedelta(hours=1), why=Why.ROTATION, line_id="l", day=date(2026, 1, 14),
            )
        )  # fmt: skip
    client = await logged_in(browser(), hub, "maria")

    assert (await client.get(f"/nurse/{FJORD}")).status_code == 200
    clock.passes(timedelta(hours=2))
    assert (await client.get(f"/nurse/{FJORD}")).status_code == 403


@pytest.mark.parametrize("who", ["kari", "admin"])
async def test_who_coordinates_sees_every_unit(hub: Hub, browser: Browse, who: str) -> None:
    client = await logged_in(browser(), hub, who)

    assert (await client.get(f"/nurse/{FJORD}")).status_code == 200
    assert (await client.get(f"/nurse/{SOL}")).status_code == 200


@pytest.mark.parametrize(("role", "tie", "about"), list(product(Role, Tie, About)))
def test_the_whole_table_of_role_tie_and_field(role: Role, tie: Tie, about: About) -> None:
    """Deny by default: only staff who see residents read anything, and without a tie only that something waits."""
    staff = role in {Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR, Role.ADMINISTRATOR}
    expected = staff and (about is About.WAITING or (tie is not Tie.NONE and about is not About.RECORD))

    assert Sight(role=role).sees(about, tie) == expected
    assert may(role, Permission.SEE_RESIDENTS) == staff
    assert set(SEES) == set(Tie)
