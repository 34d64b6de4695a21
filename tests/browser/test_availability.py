"""A relative says when they can be asked, on a telephone: short, and with its times where they are wanted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.nights import Night, night, window
from tests.browser.test_pages_look import _BEYOND, _CONTRAST, _RULES, _TOUCH

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def test_by_day_is_said_in_two_taps_and_the_rest_is_folded(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "anne", "/relatives/astrid/visits")
    page.set_viewport_size({"width": 390, "height": 844})
    form = page.locator("form.when")
    expect(form.get_by_label("Fra kl.")).to_have_count(3)
    expect(form.get_by_label("Fra kl.").first).to_be_hidden()
    box = form.bounding_box()
    assert box is not None
    assert box["height"] < 844 * 0.6  # where it filled two screens

    form.get_by_text("Bare til noen tider").click()
    expect(form.get_by_label("Fra kl.").first).to_be_visible()
    expect(form.get_by_label("Fra kl.").nth(1)).to_be_hidden()
    form.get_by_text("Flere tider").click()
    _is_readable(page)
    form.get_by_role("button", name="Lagre").click()

    expect(page.get_by_role("status").filter(has_text="Lagret.")).to_be_in_viewport()
    expect(form.get_by_label("Bare til noen tider")).to_be_checked()
    expect(form.get_by_role("checkbox", name="Mandag").first).to_be_checked()
    expect(form.get_by_label("Til kl.").first).to_have_value("22:00")


def _is_readable(page: Page) -> None:
    found = axe.found(page, _RULES)
    page.emulate_media(color_scheme="dark")
    found += axe.found(page, _CONTRAST)
    page.emulate_media(color_scheme="light")
    assert found == []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(_BEYOND) <= 0, width
        assert page.evaluate(_TOUCH) == [], width
    page.set_viewport_size({"width": 390, "height": 844})


def test_times_that_cannot_be_read_are_shown_beside_their_message(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "per", "/relatives/kaare/visits")
    page.set_viewport_size({"width": 390, "height": 844})
    form = page.locator("form.when")
    form.get_by_text("Bare til noen tider").click()
    form.get_by_label("Til kl.").first.fill("")

    form.get_by_role("button", name="Lagre").click()

    expect(page.get_by_role("alert").filter(has_text="Velg minst én dag")).to_be_in_viewport()
    expect(form.get_by_label("Fra kl.").first).to_have_value("08:00")
