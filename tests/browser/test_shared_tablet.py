"""A ward's tablet in a real Chromium: the board without names, a tap on a name, a PIN, an act, and the next person."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.nights import Night, enter, log_in, night
from tests.browser.test_pages_look import _CONTRAST, _RULES, _TOUCH

pytestmark = pytest.mark.browser
_STORED = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    for one in night():
        one.url = one.url.replace("127.0.0.1", "localhost")  # as the hub calls itself in its links
        yield one


@pytest.fixture(scope="module")
def tablet(chromium: Browser, here: Night) -> Iterator[BrowserContext]:
    """Enrolled for Solsiden; Maria and Jonas have chosen a PIN."""
    for person in ("maria", "jonas"):
        own = chromium.new_context(locale="nb-NO")
        enter(own, here, person)
        page = own.new_page()
        page.goto(f"{here.url}/account/pin")
        page.fill("#pin", "8152")
        page.fill("#again", "8152")
        page.get_by_role("button", name="Lagre PIN-koden").click()
        expect(page.get_by_text("PIN-koden er lagret")).to_be_visible()
        own.close()
    office = chromium.new_context(locale="nb-NO")
    enter(office, here, "admin")
    page = office.new_page()
    page.goto(f"{here.url}/admin/tablets")
    page.fill("#name", "Vaktrommet")
    page.select_option("#unit_id", "sol")
    page.get_by_role("button", name="Legg til og lag lenke").click()
    link = page.locator("code").first.inner_text()
    office.close()
    wall = chromium.new_context(locale="nb-NO", viewport={"width": 1024, "height": 768})
    page = wall.new_page()
    page.goto(link)
    page.get_by_role("button", name="Ja, dette er nettbrettet").click()
    page.wait_for_url("**/kiosk")
    page.close()
    yield wall
    wall.close()


def faults_of(page: Page) -> list[Any]:
    found = axe.found(page, _RULES)
    page.emulate_media(color_scheme="dark")
    found += axe.found(page, _CONTRAST)
    page.emulate_media(color_scheme="light")
    return found


def unlock(page: Page) -> None:
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("8152")
    page.keyboard.press("Enter")


def test_each_of_its_pages_can_be_read_by_everybody_at_every_width(tablet: BrowserContext, here: Night) -> None:
    page = tablet.new_page()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    for path in ("/kiosk", "/kiosk/in", "/kiosk/in/maria"):
        page.goto(here.url + path)
        assert faults_of(page) == [], path
        for width in (320, 390, 800, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0, (path, width)
            assert page.evaluate(_TOUCH) == [], (path, width)
    page.close()
    assert broken == []  # a breach of the policy is an error on the console


def test_a_name_a_pin_an_act_and_the_next_person_in_one_tap(tablet: BrowserContext, here: Night) -> None:
    page = tablet.new_page()
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{here.url}/kiosk")
    expect(page.get_by_role("heading", name="Rom 104")).to_be_visible()
    assert "Astrid" not in page.content()

    page.locator("article", has_text="Rom 104").get_by_role("link").click()
    page.get_by_role("link", name="Maria Hauge").click()
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("8152")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/kiosk/" not in url)
    page.get_by_role("button", name="Ta varselet").first.click()
    expect(page.get_by_text("Du er på vei").first).to_be_visible()
    page.goto(f"{here.url}/tablet?unit=sol")
    assert page.evaluate(_STORED).count("Astrid") == 0  # C68: nothing of anybody in the browser's own stores
    page.locator("#switch").click()

    page.wait_for_url("**/kiosk/in")
    expect(page.get_by_role("link", name="Maria Hauge")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Astrid")).to_have_count(0)  # C49: the button back shows nothing
    page.close()


def test_a_button_after_the_tablet_has_locked_itself_says_that_nothing_was_done(
    tablet: BrowserContext, here: Night
) -> None:
    page = tablet.new_page()
    page.goto(f"{here.url}/kiosk/in/maria")
    unlock(page)
    page.wait_for_url("**/tablet?unit=sol")
    page.evaluate("() => source.close()")  # the page has not heard of it
    tablet.request.post(f"{here.url}/kiosk/switch", headers={"Sec-Fetch-Site": "same-origin"})

    button = page.locator("form[data-act] > button:visible").first  # whatever other tests have made of the night by now
    identity = button.get_attribute("id") or ""
    button.click()

    page.wait_for_url("**/kiosk?next=**")
    expect(page.get_by_role("alert")).to_contain_text("Det du trykket på, ble ikke gjort")
    assert page.title().startswith("Ikke gjort")
    assert faults_of(page) == []
    page.locator("#again").click()
    page.get_by_role("link", name="Maria Hauge").click()
    unlock(page)
    page.wait_for_url("**/tablet?unit=sol")
    expect(button).to_have_id(identity)
    page.locator("#switch").click()
    page.wait_for_url("**/kiosk/in")
    page.close()


def test_what_was_said_to_one_person_is_not_said_to_the_next(tablet: BrowserContext, here: Night) -> None:
    """It goes when somebody says who they are, and does not come back with the button back; or by itself."""
    page = tablet.new_page()
    told = page.get_by_role("alert").filter(has_text="Det du trykket på, ble ikke gjort")
    page.goto(f"{here.url}/login?unsent=true")
    expect(told).to_be_visible()
    page.reload()
    expect(told).to_be_visible()  # whoever pressed may have looked away
    page.locator("#log-in").click()
    page.wait_for_url("**/kiosk/in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(told).to_have_count(0)

    page.goto(f"{here.url}/login?unsent=true")
    expect(told).to_be_visible()
    (kept,) = [one for one in tablet.cookies() if one["name"].endswith("-unsent")]
    assert 0 < kept["expires"] - page.evaluate("() => Date.now() / 1000") <= 180
    tablet.clear_cookies(name=kept["name"])  # it is past
    page.wait_for_function("() => !fetching && (drawn -= 31000, settle(), true)")  # what is under way was asked before
    expect(told).to_have_count(0)
    assert not page.title().startswith("Ikke gjort")
    page.close()


def test_an_alarm_comes_amid_a_pin_and_takes_nothing_of_it_away_c48(tablet: BrowserContext, here: Night) -> None:
    """Nobody saw it there, nor heard it, until the PIN was written."""
    page = tablet.new_page()
    page.goto(f"{here.url}/kiosk/in/maria")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    before = page.locator("#wall article").count()
    page.keyboard.type("81")

    _raise_another(here.path)
    page.evaluate("() => { dirty = true; settle(); }")

    expect(page.locator("#wall article")).to_have_count(before + 1)
    expect(page.locator("#announcer")).to_contain_text("Kritisk")
    expect(page.locator("#pin")).to_have_value("81")
    expect(page.locator("#pin")).to_be_focused()
    assert faults_of(page) == []
    page.close()
    _write(here.path, "DELETE FROM alert WHERE id = 'f00d'")


def _write(path: str, sentence: str) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as store:
        store.execute(sentence)
        store.commit()


def _raise_another(path: str) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as store:
        names = [row[1] for row in store.execute("PRAGMA table_info(alert)")]
        some = ", ".join({"id": "'f00d'", "dedup_key": "'another'"}.get(one, one) for one in names)
        store.execute(f"INSERT INTO alert SELECT {some} FROM alert WHERE id LIKE 'a4f2%'")  # noqa: S608 - our own names
        store.execute("UPDATE alert SET status = 'open', owner_id = NULL, due_at = raised_at WHERE id = 'f00d'")
        store.commit()


def test_a_tablet_left_at_a_name_or_a_pin_shows_its_board_again(
    chromium: Browser, tablet: BrowserContext, here: Night
) -> None:
    own = chromium.new_context(locale="nb-NO", storage_state=tablet.storage_state())  # its clock is moved on
    page = own.new_page()
    page.clock.install()
    for path in ("/kiosk/in", "/kiosk/in/maria", "/login?full=true"):
        page.goto(here.url + path)
        page.clock.run_for(170_000)
        assert page.url == here.url + path
        page.clock.run_for(15_000)
        page.wait_for_url("**/kiosk")
    own.close()


def test_a_pin_that_is_shut_leads_to_the_password_and_can_be_read_by_everybody(
    tablet: BrowserContext, here: Night
) -> None:
    page = tablet.new_page()
    page.goto(f"{here.url}/kiosk/in/jonas")
    for left in (4, 3, 2, 1):
        page.fill("#pin", "2222")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(f"Du har {left} forsøk igjen")
    assert faults_of(page) == []
    page.fill("#pin", "2222")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("PIN-koden er sperret")
    expect(page.locator("#pin")).to_have_count(0)
    expect(page.get_by_role("link", name="Logg inn med passord eller nøkkel")).to_be_visible()
    assert faults_of(page) == []
    page.close()


def test_the_button_back_shows_nothing_after_logging_out_c49_c68(chromium: Browser, here: Night) -> None:
    context = chromium.new_context(locale="nb-NO")
    page = context.new_page()
    log_in(page, here, "maria")
    page.goto(f"{here.url}/tablet?unit=sol")
    expect(page.get_by_text("Astrid").first).to_be_visible()
    assert "Astrid" not in page.evaluate(_STORED)
    page.goto(f"{here.url}/account")
    page.locator("#logout").click()
    page.wait_for_url("**/login")

    page.go_back()
    page.go_back()

    expect(page.get_by_text("Astrid")).to_have_count(0)
    assert "/login" in page.url
    context.close()
