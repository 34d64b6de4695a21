from datetime import timedelta

import pytest

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.web.entering.throttle import EVERYWHERE, PER_ACCOUNT, PER_ACCOUNT_HERE, PER_ADDRESS, Throttle
from carehub.web.security import LIMITS
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import Browse, Clock, logged_in

_COOKIE = "__Host-carehub"


async def test_the_right_password_opens_a_session_and_leads_home(browser: Browse) -> None:
    answer = await browser().post("/login", data={"username": " Maria ", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/tablet?unit=sol")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{_COOKIE}=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_only_the_hash_of_the_secret_is_stored(hub: Hub, browser: Browse) -> None:
    client = browser()
    await client.post("/login", data={"username": "maria", "password": PASSWORD})
    secret = client.cookies[_COOKIE]

    async with hub.database.read() as session:
        assert await session.get(tables.LoginSession, secret) is None
        assert await session.get(tables.LoginSession, logins.hash_of(secret)) is not None


async def test_a_login_makes_a_new_session_and_ends_the_old(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    old = client.cookies[_COOKIE]

    answer = await client.post("/login", data={"username": "maria", "password": PASSWORD})

    assert old not in answer.headers["set-cookie"]
    async with hub.database.read() as session:
        assert await logins.find(session, logins.hash_of(old), hub.clock()) is None


@pytest.mark.parametrize(
    ("came_from", "onwards"), [("https://hub.example/tablet?unit=sol", "/tablet?unit=sol"), ("", "")]
)
async def test_what_is_sent_after_the_login_ended_is_not_done_and_the_page_says_so(
    hub: Hub, browser: Browse, clock: Clock, came_from: str, onwards: str
) -> None:
    """Whoever closed an alert, or ended a consent, would else believe that it is done."""
    client = await logged_in(browser(), hub, "ingrid")
    clock.passes(LIMITS[Role.NURSE].idle + timedelta(minutes=1))

    sent = await client.post(f"/alerts/{'b7c1'.ljust(32, '0')}/take", headers={"referer": came_from})
    page = (await client.get(sent.headers["location"])).text

    assert sent.status_code == 303
    assert "Det du sendte, ble ikke gjort." in page
    assert f'name="next" value="{onwards}"' in page
    assert "Det du sendte" not in (await client.get("/login")).text


async def test_wrong_name_wrong_password_and_shut_out_look_the_same(hub: Hub, browser: Browse) -> None:
    """C45: no page tells who has an account."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "tor")).active = False
    client = browser()
    answers = [
        await client.post("/login", data={"username": name, "password": word})
        for name, word in (("maria", "feil"), ("finnes-ikke", "feil"), ("tor", PASSWORD))
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    pages = {
        answer.text.replace(f'value="{name}"', "")
        for answer, name in zip(answers, ("maria", "finnes-ikke", "tor"), strict=True)
    }
    assert len(pages) == 1


async def test_guessing_is_slowed_down_and_those_inside_are_not_touched(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """C45: whoever is logged in answers alarms all the while."""
    inside = await logged_in(browser(), hub, "maria")
    guesser = browser()
    for _ in range(PER_ACCOUNT_HERE):
        await guesser.post("/login", data={"username": "maria", "password": "feil"})

    refused = await guesser.post("/login", data={"username": "maria", "password": PASSWORD})
    elsewhere = await browser(address="10.1.1.1").post("/login", data={"username": "maria", "password": PASSWORD})
    taken = await inside.post(f"/alerts/{'a4f2'.ljust(32, '0')}/take", data={"back": "/tablet"})

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert elsewhere.status_code == 303
    assert taken.status_code == 303
    clock.passes(timedelta(minutes=16))
    assert (await guesser.post("/login", data={"username": "maria", "password": PASSWORD})).status_code == 303


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_is_set_neither_frees_a_guesser_nor_locks_anybody_out_c45(
    hub: Hub, browser: Browse, clock: Clock, hours: int
) -> None:
    """C45, F33, F34: a quarter of an hour is one by the seconds that pass."""
    ran = [1000.0]
    hub.steady, guesser = lambda: ran[0], browser()
    for _ in range(PER_ACCOUNT_HERE):
        await guesser.post("/login", data={"username": "maria", "password": "feil"})
    clock.passes(timedelta(hours=hours))
    ran[0] += 14 * 60

    refused = await guesser.post("/login", data={"username": "maria", "password": PASSWORD})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    ran[0] += 61
    assert (await guesser.post("/login", data={"username": "maria", "password": PASSWORD})).status_code == 303


def test_an_address_that_tries_many_names_is_slowed_down(clock: Clock) -> None:
    throttle = Throttle()
    for number in range(60):
        throttle.failed(f"user{number}", "10.0.0.1", clock.passed())

    assert throttle.wait_s("another", "10.0.0.1", clock.passed()) > 0
    assert throttle.wait_s("another", "10.0.0.2", clock.passed()) == 0


async def test_a_hundred_guesses_at_one_account_from_everywhere_keep_nobody_inside_from_an_alarm_c45(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    inside = await logged_in(browser(), hub, "maria")
    told = []
    for number in range(100):
        guesser = browser(address=f"10.2.{number // 20}.1")
        told.append((await guesser.post("/login", data={"username": "maria", "password": f"{number}"})).status_code)

    assert told.count(401) == 5 * PER_ACCOUNT_HERE, "eight from each address"
    assert told.count(429) == 100 - 5 * PER_ACCOUNT_HERE
    alert = "a4f2".ljust(32, "0")
    assert (await inside.get("/tablet?unit=sol")).status_code == 200
    for act in ("take", "arrive"):
        assert (await inside.post(f"/alerts/{alert}/{act}", data={"back": "/tablet"})).status_code == 303
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Alert, alert)).owner_id == "maria"


def test_one_account_is_guessed_at_sixty_times_and_no_more_c45(clock: Clock) -> None:
    throttle, heard = Throttle(), 0
    for number in range(100):
        if not throttle.wait_s("maria", f"10.3.0.{number}", clock.passed()):
            heard += 1
            throttle.failed("maria", f"10.3.0.{number}", clock.passed())

    assert heard == PER_ACCOUNT
    assert throttle.wait_s("jonas", "10.3.0.1", clock.passed()) == 0


def _guessed_everywhere(throttle: Throttle, clock: Clock) -> int:
    """Another name from another address each time: how many are heard."""
    heard = 0
    for number in range(2 * EVERYWHERE):
        if not throttle.wait_s(f"navn{number}", f"10.{number // 250}.4.{number % 250}", clock.passed()):
            heard += 1
            throttle.failed(f"navn{number}", f"10.{number // 250}.4.{number % 250}", clock.passed())
    return heard


def test_guesses_spread_over_accounts_and_addresses_are_counted_together_c45(clock: Clock) -> None:
    throttle = Throttle()
    throttle.succeeded("maria", "192.0.2.7", clock.passed())

    assert _guessed_everywhere(throttle, clock) == EVERYWHERE

    assert throttle.wait_s("jonas", "198.51.100.1", clock.passed()) > 0
    assert throttle.wait_s("jonas", "192.0.2.7", clock.passed()) == 0, "a ward from which somebody got in lately"
    assert throttle.wait_s("second:jonas", "second:jonas", clock.passed()) == 0, "who knows the password is no guesser"
    clock.passes(timedelta(minutes=16))
    assert throttle.wait_s("jonas", "198.51.100.1", clock.passed()) == 0


def test_a_place_is_known_for_a_while_and_still_counted_by_itself_c45(clock: Clock) -> None:
    throttle = Throttle()
    throttle.succeeded("maria", "192.0.2.7", clock.passed())
    clock.passes(timedelta(days=31))
    _guessed_everywhere(throttle, clock)
    assert throttle.wait_s("jonas", "192.0.2.7", clock.passed()) > 0

    throttle.succeeded("maria", "192.0.2.7", clock.passed())
    for number in range(PER_ADDRESS):
        throttle.failed(f"navn{number}", "192.0.2.7", clock.passed())
    assert throttle.wait_s("jonas", "192.0.2.7", clock.passed()) > 0


def test_nobody_pushes_the_tries_at_an_account_out_of_the_count_c45(clock: Clock) -> None:
    """Twenty thousand names, as a flood would bring them: none that is not heard is remembered."""
    throttle = Throttle()
    for number in range(PER_ACCOUNT):
        throttle.failed("maria", f"10.9.0.{number}", clock.passed())

    for number in range(20_001):
        address = f"10.{number // 65_000}.{number // 250 % 250}.{number % 250}"
        if not throttle.wait_s(f"navn{number}", address, clock.passed()):
            throttle.failed(f"navn{number}", address, clock.passed())

    assert throttle.wait_s("maria", "192.0.2.9", clock.passed()) > 0
    throttle.succeeded("jonas", "192.0.2.9", clock.passed())
    assert throttle.wait_s("maria", "192.0.2.9", clock.passed()) > 0, "counted at the account itself"


@pytest.mark.parametrize(
    ("username", "role"), [("ingrid", Role.NURSE), ("anne", Role.RELATIVE), ("admin", Role.ADMINISTRATOR)]
)
async def test_an_unused_login_ends(hub: Hub, browser: Browse, clock: Clock, username: str, role: Role) -> None:
    """C48: after the time of its role."""
    client = await logged_in(browser(), hub, username)
    home = (await client.get("/")).headers["location"]

    clock.passes(LIMITS[role].idle - timedelta(minutes=1))
    assert (await client.get(home)).status_code == 200
    clock.passes(LIMITS[role].idle - timedelta(minutes=1))
    assert (await client.get(home)).status_code == 200
    clock.passes(LIMITS[role].idle + timedelta(minutes=1))
    assert (await client.get(home)).status_code == 303


async def test_a_page_that_refreshes_itself_keeps_nobody_logged_in(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "admin")
    seen = []
    for _ in range(4):
        clock.passes(timedelta(minutes=20))
        seen.append((await client.get("/tablet", headers={"x-carehub-live": "1"})).status_code)

    assert seen == [200, 200, 200, 303]


async def test_a_login_ends_at_its_last_hour_however_much_it_is_used(hub: Hub, browser: Browse, clock: Clock) -> None:
    """C48: the whole length of it, too."""
    client = await logged_in(browser(), hub, "ingrid")
    for _ in range(13):
        clock.passes(timedelta(minutes=59))
        assert (await client.get("/nurse")).status_code == 200

    clock.passes(timedelta(minutes=15))
    assert (await client.get("/nurse")).status_code == 303


async def test_logging_out_ends_it_on_the_server(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    secret = client.cookies[_COOKIE]

    answer = await client.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    again = await browser().get("/tablet", headers={"cookie": f"{_COOKIE}={secret}"})
    assert again.status_code == 303


async def test_the_login_leads_on_to_what_was_asked_for_and_never_away(browser: Browse) -> None:
    asked = await browser().get("/a/A4F2")
    client = browser()

    assert asked.headers["location"] == "/login?next=/a/A4F2"
    home = await client.post("/login", data={"username": "ingrid", "password": PASSWORD, "next": "/a/A4F2"})
    assert home.headers["location"] == "/a/A4F2"
    away = await client.post("/login", data={"username": "ingrid", "password": PASSWORD, "next": "//evil.example"})
    assert away.headers["location"] == "/nurse"


async def test_everybody_finds_their_own_login_where_the_name_has_no_room(hub: Hub, browser: Browse) -> None:
    for who, home in (("anne", "/relatives"), ("ragnhild-selv", "/resident"), ("tor", "/admin"), ("ingrid", "/nurse")):
        text = (await (await logged_in(browser(), hub, who)).get(home)).text

        assert '<a class="ds-link" href="/account">Min innlogging</a>' in text.partition('<footer class="foot">')[2], (
            who
        )
    assert "/account" not in (await browser().get("/login")).text
