"""A tablet that a ward shares: masked while nobody is there, a PIN for whoever acts, and never more than that (C40)."""

import asyncio
import re
from collections import defaultdict
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from carehub.core.people.shared_tablet import MOST_WRONG, is_open
from carehub.flow.hub import Hub
from carehub.store import tables, tablets
from tests.passwords import QUICK
from tests.unit.web.conftest import BOTH, PUBLIC, Browse, Clock, logged_in
from tests.unit.web.test_routes import _FILLED, EXPECTED

PIN = "8152"
_HASH = QUICK.hash(PIN)
A4F2 = "a4f2".ljust(32, "0")


async def enrolled(hub: Hub, browser: Browse, **form: str) -> tuple[AsyncClient, str]:
    """A tablet on the wall of Solsiden, and its id."""
    admin = await logged_in(browser(), hub, "admin")
    shown = await admin.post("/admin/tablets", data={"name": "Vaktrommet", "unit_id": "sol", **form})
    link = re.search(rf"{PUBLIC}(/kiosk/enrol/[\w-]+)", shown.text)
    assert link
    tablet = browser()
    assert "Vaktrommet" in (await tablet.get(link[1])).text
    assert (await tablet.post(link[1])).headers["location"] == "/kiosk"
    assert (await browser().post(link[1])).status_code == 410  # once
    made = re.findall(r"/admin/tablets/([0-9a-f]{32})/revoke", shown.text)
    return tablet, made[0] if len(made) == 1 else await _newest(hub)


async def _newest(hub: Hub) -> str:
    async with hub.database.read() as session:
        return (await tablets.every(session))[-1][0].id


async def has_pin(hub: Hub, *people: str) -> None:
    async with hub.database.write() as session:
        for person in people:
            await tablets.set_pin(session, person, _HASH, hub.clock())


async def by_pin(tablet: AsyncClient, person: str, pin: str = PIN, onwards: str = "") -> int:
    return (await tablet.post(f"/kiosk/in/{person}", data={"pin": pin, "next": onwards})).status_code


@BOTH
async def test_the_board_has_no_names_until_somebody_says_who_they_are(hub: Hub, browser: Browse) -> None:
    """C40, C48: what waits stays on the wall when the login ends; who it is about does not."""
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria")

    locked = (await tablet.get("/kiosk")).text

    assert "Rom 104" in locked
    assert 'ring vaktrommet på <a class="ds-link tel" href="tel:+4799900701">999 00 701</a>' in locked
    assert not [name for name in ("Astrid", "Nordby", "Kåre", "Bakke", "Storgata") if name in locked]
    assert (await tablet.get("/tablet")).headers["location"].startswith("/login")
    assert (await tablet.get("/login")).headers["location"] == "/kiosk"
    assert "Maria Hauge" in (await tablet.get("/kiosk/in")).text
    assert await by_pin(tablet, "maria") == 303
    assert "Astrid" in (await tablet.get("/tablet?unit=sol")).text
    async with hub.database.read() as session:
        rows = await (await session.connection()).exec_driver_sql("SELECT person_id FROM access_log")
        assert "maria" in {row[0] for row in rows}


@BOTH
@pytest.mark.parametrize("path", ["/kiosk/in", "/kiosk/in/maria", "/login?full=true"])
async def test_what_waits_stays_on_it_whoever_is_about_to_log_in_c48(hub: Hub, browser: Browse, path: str) -> None:
    """It was silent from "Bytt bruker" until somebody had written their PIN."""
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria")
    assert await by_pin(tablet, "maria") == 303
    await tablet.post("/kiosk/switch")

    shown = (await tablet.get(path)).text

    assert "Kritisk" in shown
    assert not [name for name in ("Astrid", "Nordby", "Kåre", "Bakke", "Storgata") if name in shown]
    assert "Kritisk" in (await tablet.post("/kiosk/in/maria", data={"pin": "9999"})).text
    assert "Kritisk" not in (await browser().get("/login?full=true")).text


async def test_a_unit_may_hide_its_rooms_too(hub: Hub, browser: Browse) -> None:
    tablet, _ = await enrolled(hub, browser, shows="count")

    locked = (await tablet.get("/kiosk")).text

    assert "Kritisk" in locked
    assert "Rom 1" not in locked


async def test_whether_it_can_call_is_known_while_nobody_is_logged_in_too_f80(hub: Hub, browser: Browse) -> None:
    tablet, _ = await enrolled(hub, browser)

    assert (await tablet.post("/tablet/sound/locked", data={"on": "false"})).status_code == 204
    assert (await tablet.post("/tablet/sound/locked", data={"on": "true"})).status_code == 204
    assert (await browser().post("/tablet/sound/locked", data={"on": "true"})).status_code != 204

    async with hub.database.read() as session:
        screens = (await session.exec(select(tables.Screen))).all()
    assert [(one.unit_id, one.on) for one in screens] == [("sol", True)]


async def test_what_is_done_is_done_in_ones_own_name(hub: Hub, browser: Browse) -> None:
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria", "jonas")
    await by_pin(tablet, "maria")

    await tablet.post(f"/alerts/{A4F2}/take", data={"back": "/tablet"})
    switched = await tablet.post("/kiosk/switch")

    assert switched.headers["location"] == "/kiosk/in"
    assert (await tablet.post(f"/alerts/{A4F2}/arrive")).headers["location"].startswith("/login")
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Alert, A4F2)).owner_id == "maria"
    assert await by_pin(tablet, "jonas") == 303
    assert "Jonas Lie" in (await tablet.get("/tablet")).text


async def test_an_administrator_is_care_centre_staff_there_and_no_more_c40(hub: Hub, browser: Browse) -> None:
    """Every route that is not on the tablet's list refuses: a new page is closed until somebody opens it."""
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "admin")
    assert await by_pin(tablet, "admin") == 303
    hub.live.close()

    opened = []
    for (method, path), roles in EXPECTED.items():
        address = path.format_map(defaultdict(lambda: "none", _FILLED))
        if roles is None or is_open(address):
            continue
        if (await tablet.request(method, address)).status_code != 403:
            opened.append(f"{method} {path}")

    assert not opened
    assert not is_open("/admin") and not is_open("/account/pin") and not is_open("/my/ways")  # noqa: PT018
    assert (await tablet.get("/tablet?unit=sol")).status_code == 200
    assert "/admin" not in re.findall(r'href="([^"]*)"', (await tablet.get("/tablet?unit=sol")).text)
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Person, "admin")).role == "administrator"  # only seen as less


async def test_five_wrong_pins_lock_it_there_and_a_new_one_opens_it_c45(hub: Hub, browser: Browse) -> None:
    first, _ = await enrolled(hub, browser)
    second, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria")

    tries = [await by_pin(first, "maria", "9999") for _ in range(MOST_WRONG)]

    assert tries == [401] * MOST_WRONG
    assert await by_pin(first, "maria") == 429  # the right one too
    assert await by_pin(second, "maria") == 303
    me = await logged_in(browser(), hub, "maria")  # her own login is not touched
    assert (await me.get("/tablet?unit=sol")).status_code == 200
    done = await me.post("/account/pin", data={"pin": "40917", "again": "40917"})
    assert "PIN-koden er lagret" in done.text
    assert (await second.get("/tablet")).headers["location"].startswith("/login")  # entered by the old one
    assert await by_pin(first, "maria", "40917") == 303


async def test_where_no_pin_opens_it_any_more_none_is_asked_for(hub: Hub, browser: Browse) -> None:
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria")
    wrong = [await tablet.post("/kiosk/in/maria", data={"pin": "9999"}) for _ in range(MOST_WRONG)]

    shut = await tablet.post("/kiosk/in/maria", data={"pin": "9999"})

    assert "Du har 1 forsøk igjen." in wrong[-2].text
    assert 'id="pin"' in wrong[-2].text
    for page in (wrong[-1].text, shut.text):
        assert "PIN-koden er sperret" in page
        assert 'id="pin"' not in page
        assert 'href="/login?full=true">Logg inn med passord eller nøkkel' in page


async def test_tries_on_many_tablets_are_counted_together_c45(hub: Hub, browser: Browse) -> None:
    await has_pin(hub, "maria")
    one, other, third = [(await enrolled(hub, browser))[0] for _ in range(3)]
    for tablet in (one, other):
        for _ in range(MOST_WRONG):
            await by_pin(tablet, "maria", "9999")

    assert await by_pin(third, "maria") == 429


async def test_tries_at_the_same_moment_are_counted_one_by_one_c45(hub: Hub, browser: Browse) -> None:
    tablet, _ = await enrolled(hub, browser)
    await has_pin(hub, "maria")

    answers = await asyncio.gather(*(by_pin(tablet, "maria", f"90{n}7") for n in range(12)))

    assert sorted(answers) == [401] * MOST_WRONG + [429] * (12 - MOST_WRONG)


@pytest.mark.parametrize("pin", ["1234", "9876", "0000", "1212", "2580", "1987", "123", "1234567", "12a4", "٨١٥٢"])
async def test_a_pin_that_anybody_would_try_is_refused(hub: Hub, browser: Browse, pin: str) -> None:
    me = await logged_in(browser(), hub, "maria")

    assert (await me.post("/account/pin", data={"pin": pin, "again": pin})).status_code == 422


async def test_choosing_a_pin_asks_for_a_fresh_login_and_for_staff_c50(hub: Hub, browser: Browse, clock: Clock) -> None:
    me, relative = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "anne")

    assert (await relative.post("/account/pin", data={"pin": PIN, "again": PIN})).status_code == 403
    assert (await me.post("/account/pin", data={"pin": PIN, "again": "4091"})).status_code == 422
    clock.passes(timedelta(minutes=11))
    assert (await me.post("/account/pin", data={"pin": PIN, "again": PIN})).status_code == 403


async def test_it_locks_itself_when_nobody_touches_it_c40(hub: Hub, browser: Browse, clock: Clock) -> None:
    tablet, _ = await enrolled(hub, browser, lock_after_s="60")
    await has_pin(hub, "maria")
    await by_pin(tablet, "maria")

    for _ in range(3):
        clock.passes(timedelta(seconds=50))
        assert (await tablet.get("/tablet?unit=sol")).status_code == 200
    clock.passes(timedelta(seconds=50))
    assert (await tablet.get("/tablet", headers={"x-carehub-live": "1"})).status_code == 200  # the page itself
    clock.passes(timedelta(seconds=20))
    assert (await tablet.get("/tablet")).headers["location"].startswith("/login")
    assert "Rom 104" in (await tablet.get("/kiosk")).text


async def test_it_does_not_lock_under_whoever_types_but_ends_with_the_shift_c48(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """C48: what is typed is told by the page (begun.js), and is a step of their own until the login ends for good."""
    tablet, _ = await enrolled(hub, browser, lock_after_s="900")
    await has_pin(hub, "maria")
    await by_pin(tablet, "maria")

    for _ in range(13 * 5 - 1):
        clock.passes(timedelta(minutes=12))
        assert (await tablet.get("/here")).status_code == 204
    assert (await tablet.get("/tablet?unit=sol")).status_code == 200
    clock.passes(timedelta(minutes=12))

    assert (await tablet.get("/here")).status_code == 303
    assert (await tablet.get("/tablet")).headers["location"].startswith("/login")


async def test_a_lost_tablet_is_dark_at_once_with_whoever_was_on_it_c40(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    tablet, which = await enrolled(hub, browser)
    await has_pin(hub, "maria")
    await by_pin(tablet, "maria")
    admin = await logged_in(browser(), hub, "admin")
    assert "Sist sett" in (await admin.get("/admin/tablets")).text

    await admin.post(f"/admin/tablets/{which}/revoke")

    assert (await tablet.get("/tablet")).headers["location"].startswith("/login")
    assert (await tablet.get("/kiosk")).headers["location"] == "/"
    assert await by_pin(tablet, "maria") == 303
    assert (await tablet.get("/tablet")).headers["location"].startswith("/login")
    assert "Sperret" in (await admin.get("/admin/tablets")).text


async def test_a_pin_is_worth_nothing_away_from_the_tablet_c40(hub: Hub, browser: Browse) -> None:
    await enrolled(hub, browser)
    await has_pin(hub, "maria")
    thief = browser()

    answer = await thief.post("/kiosk/in/maria", data={"pin": PIN})

    assert answer.headers["location"] == "/"
    assert (await thief.get("/tablet")).status_code == 303


async def test_the_tablets_cookie_is_kept_from_scripts_and_other_sites_c47(hub: Hub, browser: Browse) -> None:
    admin = await logged_in(browser(), hub, "admin")
    shown = await admin.post("/admin/tablets", data={"name": "Vaktrommet", "unit_id": "sol"})
    link = re.search(rf"{PUBLIC}(/kiosk/enrol/[\w-]+)", shown.text)
    assert link
    answer = await browser().post(link[1])

    made = next(one for one in answer.headers.get_list("set-cookie") if "-tablet=" in one and "Max-Age=0" not in one)
    assert made.startswith("__Host-carehub-tablet=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part.lower() in made.lower()


async def test_a_tablet_is_renamed_and_wrong_ones_and_wrong_times_are_refused(hub: Hub, browser: Browse) -> None:
    admin = await logged_in(browser(), hub, "admin")
    _, which = await enrolled(hub, browser)

    assert (await admin.post("/admin/tablets", data={"name": "X2", "unit_id": "finnes-ikke"})).status_code == 404
    wrong = {"name": "X2", "unit_id": "sol", "lock_after_s": "86400"}
    assert (await admin.post("/admin/tablets", data=wrong)).status_code == 422
    assert (await admin.post("/admin/tablets/none/revoke")).status_code == 404
    changed = {"name": " Medisinrommet ", "lock_after_s": "300", "shows": "count"}
    assert (await admin.post(f"/admin/tablets/{which}/change", data=changed)).status_code == 303
    assert (await admin.post(f"/admin/tablets/{which}/link")).status_code == 200
    async with hub.database.read() as session:
        tablet = await session.get_one(tables.Tablet, which)
    assert (tablet.name, tablet.lock_after_s) == ("Medisinrommet", 300)
