"""A whole day of visits that are on nobody's list, on a telephone: her own are in sight, the rest is by the hour."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from carehub.kit.clock import utc_now
from tests.browser.nights import Night, enter, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_MANY, _TALL = 70, 844 * 4
_STORED = "%Y-%m-%d %H:%M:%S.%f"


def _whole_day(path: str) -> None:
    """From three hours ago, one begins every twelve minutes."""
    now = utc_now()
    with closing(sqlite3.connect(path)) as store, store:
        store.row_factory = sqlite3.Row
        row = dict(store.execute("SELECT * FROM planned_visit WHERE id = 'visit-4'").fetchone())
        for number in range(_MANY):
            at = now + timedelta(minutes=number * 12 - 180)
            until = at + timedelta(minutes=20)
            new = row | {"id": f"v-{number}", "at": at.strftime(_STORED), "until": until.strftime(_STORED)}
            store.execute(f"INSERT INTO planned_visit VALUES ({', '.join('?' * len(new))})", list(new.values()))  # noqa: S608


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night(_whole_day)


def test_her_own_are_first_and_what_is_nobodys_is_a_line_for_each_hour(chromium: Browser, here: Night) -> None:
    """It was 13,000 points tall, and her next visit somewhere within it."""
    context = chromium.new_context(locale="nb-NO", viewport={"width": 390, "height": 844})
    enter(context, here, "ingrid")
    page = context.new_page()
    page.goto(f"{here.url}/nurse/visits")

    expect(page.get_by_role("heading", name="Dine besøk (2)")).to_be_in_viewport()
    expect(page.locator("#done-visit-2")).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollHeight") < _TALL
    late = page.locator("[id^='hour-'] > summary").first
    expect(late).to_contain_text("ikke gjort")
    late.click()
    nobodys = page.locator("[id^='line-v-']").first
    nobodys.locator("summary").first.click()
    nobodys.get_by_role("button", name="Utført").click()

    page.wait_for_url("**/nurse/visits#visit-v-*")
    done = page.locator("#done")
    expect(done.locator("> summary")).to_have_text("Utført (2)")
    expect(done.locator("[id^='line-v-']").first).to_be_in_viewport()
