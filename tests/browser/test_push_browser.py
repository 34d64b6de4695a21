"""The service worker in a real Chromium: it shows what is pushed, and tells the hub that it was shown (F48)."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.nights import Night, enter, launch, night
from tests.chromium import WHOLE

pytestmark = pytest.mark.browser


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


@pytest.fixture
def whole_chromium(chromium: Browser) -> Iterator[Browser]:
    """With what shows notifications."""
    browser = launch(chromium.browser_type, WHOLE)
    yield browser
    browser.close()


def registered(page: Page) -> tuple[Any, str]:
    """A line to the browser's own tools, and its name for our worker."""
    page.evaluate("navigator.serviceWorker.register('/sw.js', { scope: '/nurse' }).then(() => 1)")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    tools, found = page.context.new_cdp_session(page), []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    return tools, found[0]["registrationId"]


def test_a_push_is_shown_and_confirmed_by_the_device_f48(whole_chromium: Browser, here: Night) -> None:
    """F48: the hub hears "seen" from the device itself."""
    context = whole_chromium.new_context(locale="nb-NO")
    context.grant_permissions(["notifications"], origin=here.url)
    enter(context, here, "ingrid")
    page = context.new_page()
    page.goto(f"{here.url}/nurse")
    tools, name = registered(page)
    told = '{"id": "n1", "title": "URGENT: an alert is waiting for you", "lang": "en", "url": "/nurse"}'

    with context.expect_event("request", lambda request: "/push/seen/" in request.url, timeout=10_000) as asked:
        tools.send("ServiceWorker.deliverPushMessage", {"origin": here.url, "registrationId": name, "data": told})

    assert asked.value.url == f"{here.url}/push/seen/n1"
    assert asked.value.method == "POST"
    shown = page.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.map((n) => [n.title, n.lang]))"
    )
    assert shown == [["URGENT: an alert is waiting for you", "en"]]


def test_without_a_key_the_page_offers_nothing_that_does_not_work(chromium: Browser, here: Night) -> None:
    context = chromium.new_context(locale="nb-NO")
    enter(context, here, "ingrid")
    page = context.new_page()

    page.goto(f"{here.url}/my")

    expect(page.locator("[data-push-key]")).to_have_count(0)
