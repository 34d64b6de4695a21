"""A press of which nothing came says so: in words, in sight, to a screen reader, and never as if it had been done."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import nights
from tests.browser.nights import Night, night
from tests.browser.seed import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
FALL = "a4f2".ljust(32, "0")
_LOST = "<h1 data-message>Ingrid Solbakken har allerede tatt dette varselet.</h1>"
_SOMETHING_BETWEEN = "<html><body>Velkommen til gjestenettet</body></html>"


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def window(chromium: Browser, here: Night, path: str = "/tablet?unit=sol") -> Page:
    return nights.live_window(chromium, here, "maria", path)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"status": 500, "body": "feil"},
            "Regn med at det ikke ble gjort: Prøv igjen, eller ring vaktrommet: 999 00 701.",
        ),
        ({"status": 502, "body": "feil"}, "Regn med at det ikke ble gjort"),
        ({"status": 503, "body": "feil"}, "Det ble ikke gjort, det er for mye på en gang"),
        ({"status": 429, "body": "feil"}, "Det ble ikke gjort, det er for mye på en gang"),
        ({"status": 404, "body": "feil"}, "Det ble ikke gjort. Se på varselet en gang til."),
        ({"status": 409, "body": _LOST}, "Ingrid Solbakken har allerede tatt dette varselet."),
        ({"status": 200, "body": _SOMETHING_BETWEEN}, "Det ble ikke gjort."),
        (None, "Vi fikk ikke svar. Regn med at det ikke ble gjort"),
    ],
    ids=["500", "502", "503", "429", "404", "409", "another's page", "no network"],
)
def test_whatever_stands_in_the_way_is_said_and_nothing_looks_done(
    chromium: Browser, here: Night, answer: dict[str, Any] | None, words: str
) -> None:
    page = window(chromium, here)
    page.set_viewport_size({"width": 800, "height": 420})

    def refuse(route: Route) -> None:
        if answer is None:
            route.abort()
        else:
            route.fulfill(headers={"content-type": "text/html; charset=utf-8"}, **answer)

    page.route("**/take", refuse)
    page.locator(f"#take-{FALL}").press("Enter")

    told = page.locator("#told")
    expect(told).to_contain_text(words)
    expect(told).to_be_in_viewport(ratio=1)
    expect(page.locator("#announcer")).to_contain_text(words)
    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingen har tatt det")
    expect(page.locator(f"#take-{FALL}")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(f"#take-{FALL}")).to_be_focused()


def test_what_is_said_moves_nothing_rings_by_a_tap_and_can_be_closed(chromium: Browser, here: Night) -> None:
    """A card that slid down as it came would be pressed by the finger that tries again."""
    page = window(chromium, here)
    page.route("**/take", lambda route: route.abort())
    page.focus(f"#take-{FALL}")
    before = page.locator(f"#take-{FALL}").bounding_box()

    page.locator(f"#take-{FALL}").press("Enter")

    expect(page.locator("#told a")).to_have_attribute("href", "tel:+4799900701")
    assert page.locator(f"#take-{FALL}").bounding_box() == before
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("#told button").press("Enter")
    expect(page.locator("#told")).to_have_count(0)


def test_a_second_refusal_in_the_same_words_is_heard_too(chromium: Browser, here: Night) -> None:
    page = window(chromium, here)
    page.route("**/take", lambda route: route.abort())
    page.locator(f"#take-{FALL}").press("Enter")
    expect(page.locator("#told")).to_be_visible()
    page.wait_for_timeout(1100)
    first = page.evaluate("() => announcer.textContent")

    page.locator(f"#take-{FALL}").press("Enter")

    page.wait_for_function("(first) => announcer.textContent !== first", arg=first)


def test_a_button_after_the_login_has_ended_leads_to_the_login_and_back(chromium: Browser, here: Night) -> None:
    page = window(chromium, here)
    page.evaluate("() => source.close()")  # the page has not heard of it
    page.context.clear_cookies()

    page.locator(f"#take-{FALL}").press("Enter")

    page.wait_for_url("**/login?**")
    expect(page.get_by_role("alert")).to_contain_text(
        "Det du sendte, ble ikke gjort. Logg inn, og gjør det en gang til."
    )
    assert page.title().startswith("Ikke gjort")  # the first that a screen reader says of a page
    page.fill("#username", "maria")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/tablet?unit=sol")
    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingen har tatt det")


def test_a_form_that_is_on_its_way_as_the_login_ends_is_waited_for(chromium: Browser, here: Night) -> None:
    """The stream may tell of the end first; whoever pressed is told all the same that nothing came of it."""
    page = window(chromium, here)
    nights.patient(page)
    held: list[Route] = []
    page.route("**/take", lambda route: held.append(route))  # noqa: PLW0108 - a list's own method it cannot take
    page.locator(f"#take-{FALL}").press("Enter")
    page.wait_for_function("() => sending === 1")

    page.context.clear_cookies()
    page.evaluate("() => loggedOut()")
    page.wait_for_timeout(300)
    assert "/tablet" in page.url
    nights.first(page, held).abort()

    page.wait_for_url("**/login?ended=true&unsent=true**")


def test_a_button_that_is_pressed_twice_is_sent_once(chromium: Browser, here: Night) -> None:
    """The second would be refused, and a tired nurse be told that she has it already."""
    page = window(chromium, here)
    nights.patient(page)
    held: list[Route] = []
    page.route("**/take", lambda route: held.append(route))  # noqa: PLW0108 - a list's own method it cannot take

    page.locator(f"#take-{FALL}").dblclick()
    nights.first(page, held)
    page.wait_for_timeout(300)

    assert len(held) == 1
