"""A login that ends during a shift hides no open alarm: what waits stays, locked, until somebody is in again (C48)."""

import re
from datetime import timedelta

import pytest

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.store.tables.logins import Proof
from carehub.web.security import LIMITS
from tests.unit.web.conftest import Browse, Clock, logged_in

_WHOM = ("Arne", "Fossum", "Storgata", "Solveig", "Bakkeveien", "Astrid", "Rom 104", "Trygghetsalarm", "Fall", "stue")

_RINGS = {"ingrid": "+4799900703", "maria": "+4799900701"}


@pytest.mark.parametrize(("who", "role", "many"), [("ingrid", Role.NURSE, 2), ("maria", Role.CARE_CENTRE, 2)])
async def test_what_waits_stays_on_the_screen_when_the_login_ends_and_who_it_is_does_not_c48(
    hub: Hub, browser: Browse, clock: Clock, who: str, role: Role, many: int
) -> None:
    client = await logged_in(browser(), hub, who)
    home = (await client.get("/")).headers["location"]
    clock.passes(LIMITS[role].idle + timedelta(minutes=1))

    ended = await client.get(home)
    page = (await client.get(ended.headers["location"])).text

    assert ended.headers["location"].startswith("/login")
    assert f"{many} åpne varsler" in page
    assert "Kritisk" in page
    assert [word for word in _WHOM if word in page] == []
    assert f'ring vaktrommet på <a class="ds-link tel" href="tel:{_RINGS[who]}">' in page
    assert (await client.post(f"/alerts/{'b7c1'.ljust(32, '0')}/take")).headers["location"].startswith("/login")


async def test_an_alarm_that_comes_meanwhile_is_told_and_its_end_too(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    clock.passes(LIMITS[Role.NURSE].absolute + timedelta(hours=1))
    assert "2 åpne varsler" in (await client.get("/login/waiting")).text

    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, "c310".ljust(32, "0"))
        alert.unit_id = "sentrum"
        session.add(alert)

    said = (await client.get("/login/waiting")).text
    assert "3 åpne varsler" in said
    assert "Ingen har tatt det" in said
    assert re.search(r'data-calling="1"', said)


async def test_it_is_shown_for_a_shift_and_no_longer(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    clock.passes(LIMITS[Role.NURSE].absolute + logins.LAPSED_FOR)
    await logged_in(browser(), hub, "maria")  # sweeps

    assert (await client.get("/login/waiting")).status_code == 204
    assert "åpne varsler" not in (await client.get("/login")).text


async def test_a_lapsed_login_is_kept_while_others_log_in(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    clock.passes(LIMITS[Role.NURSE].absolute + timedelta(minutes=1))
    await logged_in(browser(), hub, "maria")

    assert (await client.get("/login/waiting")).status_code == 200
    assert (await client.get("/nurse")).status_code == 303


@pytest.mark.parametrize("who", ["anne", "tor", "rune", "ragnhild-selv"])
async def test_a_screen_of_nobody_who_answers_tells_nothing(hub: Hub, browser: Browse, clock: Clock, who: str) -> None:
    client = await logged_in(browser(), hub, who)
    clock.passes(timedelta(hours=2))

    assert (await client.get("/login/waiting")).status_code == 204
    assert (await browser().get("/login/waiting")).status_code == 204


async def test_whoever_logged_out_or_was_shut_out_leaves_nothing_behind(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    left, shut = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "ingrid")
    secret = left.cookies["__Host-carehub"]
    await left.post("/logout")
    left.cookies.set("__Host-carehub", secret, domain="hub.nordvik.example", path="/")
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).active = False
    clock.passes(timedelta(hours=14))

    assert (await left.get("/login/waiting")).status_code == 204
    assert (await shut.get("/login/waiting")).status_code == 204


async def test_half_a_login_is_told_what_waits_and_only_while_it_lasts(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = browser()
    async with hub.database.write() as session:
        maria = await session.get_one(tables.Person, "maria")
        limits = logins.Limits(idle=timedelta(minutes=10), absolute=timedelta(minutes=10))
        secret = await logins.begin(session, maria, limits, hub.clock(), proof=Proof.HALF)
    client.cookies.set("__Host-carehub", secret, domain="hub.nordvik.example", path="/")

    assert "2 åpne varsler" in (await client.get("/login/second")).text
    clock.passes(timedelta(minutes=11))
    assert (await client.get("/login/waiting")).status_code == 204
