"""Pages in nynorsk and English: named and labelled for those who listen, and longer words still fit a telephone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from tests.browser.nights import Night, log_in, night, open_browser

pytestmark = pytest.mark.browser
_RULES = {"runOnly": {"type": "rule", "values": [
    "html-has-lang", "html-lang-valid", "valid-lang", "document-title", "button-name", "link-name", "label",
    "aria-command-name", "aria-input-field-name", "select-name", "landmark-unique", "summary-name",
]}}  # fmt: skip
_BEYOND = "() => document.documentElement.scrollWidth - window.innerWidth"
MAIN = {
    "maria": ["/tablet", "/silences", "/blind", "/account"],
    "ingrid": ["/nurse", "/a/B7C1", "/my"],
    "kari": ["/admin", "/admin/rules", "/admin/rules/cold-home", "/admin/tasks", "/admin/load", "/admin/models",
             "/admin/rules/backtest/ferdig", "/admin/rules/backtest"],
    "": ["/login", "/accessibility", "/setup/brukt"],
}  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    yield from open_browser()


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def speaking(chromium: Browser, here: Night, language: str, username: str, **window: str) -> BrowserContext:
    context = chromium.new_context(viewport={"width": 320, "height": 800}, **window)  # type: ignore[arg-type]
    context.add_cookies([{"name": "language", "value": language, "url": here.url}])
    if username:
        page = context.new_page()
        log_in(page, here, username)
        page.close()
    return context


@pytest.mark.parametrize("username", MAIN)
@pytest.mark.parametrize("language", ["nn", "en"])
def test_other_languages_are_named_and_fit(chromium: Browser, here: Night, language: str, username: str) -> None:
    context = speaking(chromium, here, language, username)
    page, found = context.new_page(), {}

    for path in MAIN[username]:
        page.goto(here.url + path)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        faults = [
            (one["id"], one["nodes"][0]["html"][:120]) for one in Axe().run(page, options=_RULES).response["violations"]
        ]
        said = page.evaluate("() => document.documentElement.lang")
        if faults or said != language or page.evaluate(_BEYOND) > 0:
            found[path] = (said, page.evaluate(_BEYOND), faults)
    context.close()

    assert found == {}


@pytest.mark.parametrize("username", ["maria", "ingrid"])
def test_high_contrast_and_twice_the_text_leave_everything_in_reach(
    chromium: Browser, here: Night, username: str
) -> None:
    context = speaking(chromium, here, "nn", username, forced_colors="active")
    page = context.new_page()
    page.set_viewport_size({"width": 640, "height": 800})

    for path in MAIN[username]:
        page.goto(here.url + path)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert page.evaluate(_BEYOND) <= 0, path
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.matches('.ds-skip-link')"), path
        page.keyboard.press("Enter")
        assert page.evaluate("() => location.hash") == "#main"
    context.close()
