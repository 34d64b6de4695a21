"""A login that ends while its page stands open (C48), in a real Chromium: what waits stays, and is looked at again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from carehub.kit.clock import utc_now
from tests.browser.nights import Night, enter, night

pytestmark = pytest.mark.browser
HERS = "e0b4".ljust(32, "0")
_WHOM = ("Arne", "Storgata", "Solveig", "Bakkeveien", "Trygghetsalarm")


def _over(path: str) -> None:
    """Ingrid's login has lasted as long as it may."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE login_session SET expires_at = ? WHERE person_id = 'ingrid'", (str(utc_now())[:26],))
        store.commit()


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def test_the_page_of_a_login_that_ended_goes_on_saying_that_something_waits_c48(chromium: Browser, here: Night) -> None:
    context = chromium.new_context(locale="nb-NO", viewport={"width": 390, "height": 844})
    enter(context, here, "ingrid")
    page = context.new_page()
    page.goto(f"{here.url}/nurse")
    expect(page.locator("#board")).to_contain_text("Arne")
    others = chromium.new_context(locale="nb-NO")
    enter(others, here, "emir")
    emir = others.new_page()
    emir.goto(f"{here.url}/nurse/{HERS}")

    _over(here.path)
    page.wait_for_url(lambda address: "/login" in address)

    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("2 åpne varsler")
    assert [word for word in _WHOM if word in page.content()] == []
    assert Axe().run(page).response["violations"] == []
    page.fill("#username", "ingrid")

    emir.click(f"#finish-button-{HERS}")
    emir.check(f"#cause-fall-{HERS}", force=True)
    emir.check(f"#aftermath-helped_on_site-{HERS}", force=True)
    emir.click(f"#close-{HERS}")

    expect(waiting).to_contain_text("1 åpent varsel")
    expect(page.locator("#waiting-told")).to_have_text("1 åpent varsel")
    expect(page.locator("#username")).to_have_value("ingrid")
    page.route("**/login/waiting", lambda route: route.abort())
    expect(waiting).to_contain_text("Ikke oppdatert")
