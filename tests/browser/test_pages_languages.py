"""Pages in nynorsk with high contrast and twice the text; every page's languages are looked at in `test_pages_look`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.nights import Night, enter, night

pytestmark = pytest.mark.browser
_BEYOND = "() => document.documentElement.scrollWidth - window.innerWidth"
MAIN = {
    "maria": ["/tablet", "/silences", "/blind", "/account"],
    "ingrid": ["/nurse", "/a/B7C1", "/my"],
}


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def speaking(chromium: Browser, here: Night, language: str, username: str, **window: str) -> BrowserContext:
    context = chromium.new_context(viewport={"width": 320, "height": 800}, **window)  # type: ignore[arg-type]
    context.add_cookies([{"name": "language", "value": language, "url": here.url}])
    if username:
        enter(context, here, username)
    return context


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
