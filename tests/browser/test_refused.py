"""A form that is refused keeps what was written in it, so that one wrong number is one wrong number."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.nights import Night, night, window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def test_a_new_resident_with_a_wrong_telephone_is_not_written_once_more(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "kari", "/admin/residents/new")
    page.fill("#given_name", "Bjørg-Ågot")
    page.fill("#family_name", "Sørbråten & «sønn»")
    page.fill("#phone", "12")
    page.fill("#note", 'Hører "dårlig"')
    page.select_option("#scope_id", label="Rom 108")
    page.get_by_role("button", name="Legg til").click()

    expect(page.get_by_role("alert")).to_contain_text("åtte siffer")
    expect(page.locator("#given_name")).to_have_value("Bjørg-Ågot")
    expect(page.locator("#family_name")).to_have_value("Sørbråten & «sønn»")
    expect(page.locator("#note")).to_have_value('Hører "dårlig"')
    expect(page.locator("#scope_id option:checked")).to_have_text("Rom 108")
    page.fill("#phone", "91234567")
    page.get_by_role("button", name="Legg til").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bjørg-Ågot Sørbråten")


def test_what_is_known_of_a_resident_does_not_take_the_place_of_what_was_written(
    chromium: Browser, here: Night
) -> None:
    page = window(chromium, here, "kari", "/admin/residents/astrid/about")
    page.fill("#note", "Bruker rullator")
    page.fill("#born_year", "38")
    page.evaluate("() => document.getElementById('born_year').removeAttribute('pattern')")
    page.get_by_role("button", name="Lagre").click()

    expect(page.get_by_role("alert")).to_contain_text("fire siffer")
    expect(page.locator("#note")).to_have_value("Bruker rullator")


def test_a_ground_with_a_wrong_date_keeps_its_choices_and_stands_open(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "kari", "/admin/residents/astrid")
    page.locator("#basis summary").click()
    page.select_option("#function", index=1)
    page.select_option("#ground", index=2)
    page.fill("#last", "2020-01-01")
    page.fill("#note", "Etter samtale med datter")
    page.locator("#basis button").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#note")).to_have_value("Etter samtale med datter")
    expect(page.locator("#last")).to_have_value("2020-01-01")
    assert page.locator("#function").evaluate("one => one.selectedIndex") == 1


def test_somebody_new_with_a_wrong_number_is_not_written_once_more(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "admin", "/admin/people")
    page.locator("#add > summary").click()
    page.fill("#name", "Åse Øye")
    page.fill("#username", "aase")
    page.fill("#phone", "1")
    page.locator("#add form button").last.click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#name")).to_have_value("Åse Øye")
    expect(page.locator("#username")).to_have_value("aase")
