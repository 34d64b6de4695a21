"""The relatives' pages on a telephone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.nights import Night, night, window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_LINES = "(tabs) => new Set(tabs.map((one) => Math.round(one.getBoundingClientRect().top))).size"


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def test_the_pages_about_somebody_stand_on_one_line_also_where_a_message_is_new(chromium: Browser, here: Night) -> None:
    staff = window(chromium, here, "maria", "/messages/astrid/anne")
    staff.fill("#text", "Hun har spist godt")
    staff.click("form.form button")
    page = window(chromium, here, "anne", "/relatives")
    tabs = page.locator(".kin-tabs a")

    for language, new in (("nb", "1 ny"), ("nn", "1 ny"), ("en", "1 new")):
        page.click(f".foot button[value={language}]")
        expect(tabs.nth(1)).to_contain_text(new)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert tabs.evaluate_all(_LINES) == 1, (language, width)
