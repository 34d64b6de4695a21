"""At the width of the smallest telephone, and of a page at 400 %: words stay whole."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.nights import Night, night, window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_LINES_OF_ITS_FIRST_WORD = """one => {
    const text = document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode();
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, text.data.indexOf(" "));
    return range.getClientRects().length;
}"""


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def test_where_a_resident_has_lived_is_not_broken_amid_a_street(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "kari", "/admin/residents/solveig/about")
    page.set_viewport_size({"width": 320, "height": 800})
    street = page.locator(".closed li > .closed__at + span", has_text="Bakkeveien").first
    assert street.evaluate(_LINES_OF_ITS_FIRST_WORD) == 1
