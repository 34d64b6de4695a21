"""Something beside the password: asked for, never skipped, never usable twice (C42, C46, C49, C50)."""

import re
from datetime import timedelta

import pyotp
import pytest
from httpx2 import AsyncClient, Response

from carehub.flow.hub import Hub
from carehub.store import factors, logins, tables
from carehub.store.tables.logins import FactorKind
from carehub.web.entering.second import matching_step
from carehub.web.entering.throttle import PER_ACCOUNT_HERE
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_COOKIE = "__Host-carehub"


async def with_app(hub: Hub, person: str, secret: str = SECRET) -> None:
    async with hub.database.write() as session:
        factors.add(session, person, FactorKind.TOTP, "App", secret, hub.clock())


async def by_password(client: AsyncClient, person: str, onwards: str = "") -> Response:
    return await client.post("/login", data={"username": person, "password": PASSWORD, "next": onwards})


def code_at(clock: Clock, steps: int = 0, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(clock.now + timedelta(seconds=30 * steps))


@BOTH
async def test_the_password_alone_opens_no_page_c42(hub: Hub, browser: Browse, clock: Clock) -> None:
    await with_app(hub, "ingrid")
    client = browser()

    half = await by_password(client, "ingrid", "/a/A4F2")

    assert half.headers["location"] == "/login/second?next=/a/A4F2"
    for page in ("/nurse", "/tablet", "/my", "/account", "/silences"):
        assert (await client.get(page)).headers["location"].startswith("/login"), page
    assert (await client.get("/api/v1/alerts")).status_code == 401
    taken = await client.post(f"/alerts/{'a4f2'.ljust(32, '0')}/take")
    assert taken.headers["location"] == "/login?unsent=true&next="
    half_cookie = client.cookies[_COOKIE]

    whole = await client.post("/login/second", data={"code": code_at(clock), "next": "/a/A4F2"})

    assert whole.headers["location"] == "/a/A4F2"
    assert client.cookies[_COOKIE] != half_cookie
    assert (await client.get("/nurse")).status_code == 200


async def test_a_code_works_once_and_no_older_one_after_it(hub: Hub, browser: Browse, clock: Clock) -> None:
    await with_app(hub, "ingrid")
    code, older = code_at(clock), code_at(clock, -1)
    first, second = browser(), browser()
    await by_password(first, "ingrid")
    await by_password(second, "ingrid")

    assert (await first.post("/login/second", data={"code": code})).status_code == 303
    for used in (code, older):
        assert (await second.post("/login/second", data={"code": used})).status_code == 401
    clock.passes(timedelta(seconds=30))
    assert (await second.post("/login/second", data={"code": code_at(clock)})).status_code == 303


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_that_is_half_a_minute_off_is_forgiven(clock: Clock, steps: int, counts: bool) -> None:
    found = matching_step(SECRET, code_at(clock, steps), clock.now)

    assert (found is not None) == counts


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "000 000"])
def test_what_is_no_code_matches_nothing(clock: Clock, code: str) -> None:
    assert matching_step(SECRET, code, clock.now) is None


async def test_guessing_codes_is_slowed_down_and_half_a_login_soon_ends(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    await with_app(hub, "ingrid")
    client = browser()
    await by_password(client, "ingrid")
    tries = [(await client.post("/login/second", data={"code": "000000"})).status_code for _ in range(9)]

    assert tries == [401] * PER_ACCOUNT_HERE + [429]
    clock.passes(timedelta(minutes=11))
    assert (await client.post("/login/second", data={"code": code_at(clock)})).headers["location"] == "/login"


async def test_staff_without_one_must_choose_one_before_anything_else(hub: Hub, browser: Browse, clock: Clock) -> None:
    hub.second_factor = True
    client = browser()

    assert (await by_password(client, "ingrid")).headers["location"] == "/account"
    assert (await client.get("/nurse")).headers["location"].startswith("/login")
    shown = await client.post("/account/totp")
    secret = re.search(r"Nøkkel: <code>([A-Z2-7]{32})<", shown.text)
    assert secret
    wrong = await client.post("/account/totp/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    shown = await client.post("/account/totp")
    secret = re.search(r"Nøkkel: <code>([A-Z2-7]{32})<", shown.text)
    assert secret
    done = await client.post("/account/totp/confirm", data={"code": code_at(clock, 0, secret[1])})

    assert done.headers["location"] == "/account"
    assert (await client.get("/nurse")).status_code == 200
    last = await client.get("/account")
    factor = re.search(r"/account/factors/([0-9a-f]{32})/remove", last.text)
    assert factor
    assert (await client.post(factor[0])).status_code == 409  # the last one stays


async def test_relatives_are_not_made_to(hub: Hub, browser: Browse) -> None:
    hub.second_factor = True

    assert (await by_password(browser(), "anne")).headers["location"] == "/relatives"


async def test_half_a_login_adds_no_factor_where_one_is_owed(hub: Hub, browser: Browse) -> None:
    await with_app(hub, "ingrid")
    client = browser()
    await by_password(client, "ingrid")

    for path in ("/account/totp", "/account/passkeys/options", "/account/password", "/account/elsewhere"):
        answer = await client.post(path, data={"old": PASSWORD, "new": "kaffe-vaffel-snø"})
        assert answer.headers["location"] == "/login?unsent=true&next=", path


async def test_a_login_from_this_morning_changes_nothing_of_itself_c50(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    clock.passes(timedelta(minutes=11))

    assert "på nytt" in (await client.get("/account")).text
    for path in ("/account/totp", "/account/passkeys/options", "/account/password"):
        assert (await client.post(path, data={"old": PASSWORD, "new": "kaffe-vaffel-snø"})).status_code == 403


async def test_a_new_password_takes_the_old_one_and_ends_every_other_login(hub: Hub, browser: Browse) -> None:
    here, elsewhere = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "ingrid")

    wrong = await here.post("/account/password", data={"old": "feil", "new": "kaffe-vaffel-snø"})
    weak = await here.post("/account/password", data={"old": PASSWORD, "new": "ingrid12345"})
    done = await here.post("/account/password", data={"old": PASSWORD, "new": "kaffe-vaffel-snø"})

    assert [answer.status_code for answer in (wrong, weak, done)] == [422, 422, 200]
    assert (await elsewhere.get("/nurse")).status_code == 303
    assert (await here.get("/nurse")).status_code == 200
    assert (await by_password(browser(), "ingrid")).status_code == 401


async def test_everybody_sees_where_they_are_logged_in_and_ends_it_c49(hub: Hub, browser: Browse) -> None:
    here, elsewhere = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "ingrid")
    other = await logged_in(browser(), hub, "maria")
    assert "Logg ut alle andre steder" in (await here.get("/account")).text

    await here.post("/account/elsewhere")

    assert (await elsewhere.get("/nurse")).status_code == 303
    assert (await here.get("/account")).status_code == 200
    assert (await other.get("/tablet")).status_code == 200


async def test_nobody_takes_away_somebody_elses_factor(hub: Hub, browser: Browse) -> None:
    await with_app(hub, "maria")
    async with hub.database.read() as session:
        (theirs,) = await factors.of_person(session, "maria")
    client = await logged_in(browser(), hub, "ingrid")

    await client.post(f"/account/factors/{theirs.id}/remove")

    async with hub.database.read() as session:
        assert await session.get(tables.Factor, theirs.id) is not None


async def test_a_half_login_is_no_place_where_one_is_logged_in(hub: Hub, browser: Browse) -> None:
    await with_app(hub, "ingrid")
    await by_password(browser(), "ingrid")

    async with hub.database.read() as session:
        assert await logins.of_person(session, "ingrid", hub.clock()) == []
