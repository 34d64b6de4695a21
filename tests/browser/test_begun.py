"""What was half written when a login ended is there again for whoever wrote it, and for nobody else (C68)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import nights
from tests.browser.nights import Night, night
from tests.browser.seed import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
RESTLESS = "d9aa".ljust(32, "0")
WORDS = "Fulgte Kåre på badet"
_ENDED = "() => { document.dispatchEvent(new CustomEvent('carehub:ended')); }"
_KEPT = "() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def half_written(chromium: Browser, here: Night) -> Page:
    """Maria has begun a note, and her login is over."""
    page = nights.live_window(chromium, here, "maria", "/tablet?unit=sol")
    page.click(f"#take-{RESTLESS}")
    expect(page.locator(f"#alert-{RESTLESS} .alert__holder")).to_have_text("Du er på vei")
    page.click(f"#finish-button-{RESTLESS}")
    page.focus(f"#note-{RESTLESS}")
    with page.expect_request("**/here"):  # nobody's screen locks under their hands (C48)
        page.keyboard.type(WORDS)
    page.context.request.post(f"{here.url}/logout", headers={"Sec-Fetch-Site": "same-origin"})
    page.wait_for_url("**/login?ended=true**")
    return page


def log_in_here(page: Page, username: str) -> None:
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tablet?unit=sol")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def test_whoever_wrote_it_finds_it_again_and_meanwhile_nobody_can_read_it_c68(chromium: Browser, here: Night) -> None:
    page = half_written(chromium, here)
    kept = page.evaluate(_KEPT)
    assert "carehub-begun" in kept
    expect(page.locator("#kept")).to_contain_text("Det som ikke var skrevet ferdig, ligger her")
    assert [word for word in (*WORDS.split(), "maria", "note", RESTLESS) if word in kept] == []

    log_in_here(page, "maria")

    expect(page.locator("#told")).to_contain_text("Det du hadde begynt å skrive, står her igjen.")
    expect(page.locator("#announcer")).to_contain_text("står her igjen")
    expect(page.locator(f"#note-{RESTLESS}")).to_have_value(WORDS)
    expect(page.locator(f"#note-{RESTLESS}")).to_be_visible()
    assert page.evaluate(_KEPT) == "[{},{}]"


def test_the_next_person_finds_nothing_and_nothing_is_left_for_whoever_wrote_it_either_c68(
    chromium: Browser, here: Night
) -> None:
    page = half_written(chromium, here)

    log_in_here(page, "kari")

    page.wait_for_function("() => sessionStorage.length === 0")
    assert WORDS not in page.content()
    expect(page.locator("#told")).to_have_count(0)


def test_what_was_ended_by_another_meanwhile_is_told_and_not_put_elsewhere(chromium: Browser, here: Night) -> None:
    page = half_written(chromium, here)
    other = nights.window(chromium, here, "kari", f"/nurse/{RESTLESS}")
    nights.end(other, RESTLESS, "toilet")
    other.wait_for_function("() => sending === 0")

    log_in_here(page, "maria")

    expect(page.locator("#told")).to_contain_text(f"ble ikke sendt: «{WORDS}»")


def test_whoever_logs_out_by_themselves_leaves_nothing_c68(chromium: Browser, here: Night) -> None:
    """The stream may tell of the end before the answer to the logout is there."""
    page = nights.live_window(chromium, here, "maria", "/messages/astrid/anne")
    page.fill("#text", WORDS)
    page.evaluate("() => { leftAt = Date.now(); }")
    page.evaluate(_ENDED)
    page.wait_for_timeout(500)
    assert page.evaluate(_KEPT) == "[{},{}]"
    page.evaluate("() => { leftAt = -Infinity; }")
    page.evaluate(_ENDED)
    page.wait_for_function("() => sessionStorage.length === 1")  # as it is where somebody else ended it

    page.click("#logout")

    page.wait_for_url("**/login")
    assert page.evaluate(_KEPT) == "[{},{}]"
    expect(page.locator("#kept")).to_be_hidden()


def test_on_another_page_one_is_told_where_it_was(chromium: Browser, here: Night) -> None:
    page = nights.live_window(chromium, here, "maria", "/messages/astrid/anne")
    page.fill("#text", WORDS)
    page.context.request.post(f"{here.url}/logout", headers={"Sec-Fetch-Site": "same-origin"})
    page.wait_for_url("**/login?ended=true**")
    page.goto(f"{here.url}/login?next=/tablet?unit=sol")
    log_in_here(page, "maria")

    page.locator("#told a").click()

    expect(page.locator("#text")).to_have_value(WORDS)
