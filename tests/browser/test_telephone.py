"""The telephone in a real Chromium: without coverage it says so, and never shows an answer as received before it is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.nights import Night, enter, log_in, night

pytestmark = pytest.mark.browser
FALL, HELD, OUT = (key.ljust(32, "0") for key in ("a4f2", "b7c1", "c310"))
SECOND_MS = 20_000
_ALL_THAT_IS_KEPT = """async () => {
  const kept = [JSON.stringify([localStorage, sessionStorage, document.cookie])];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) kept.push(request.url, await (await cache.match(request)).text());
  }
  for (const { name } of await indexedDB.databases()) {
    const asked = indexedDB.open(name);
    const base = await new Promise((found) => { asked.onsuccess = () => found(asked.result); });
    for (const store of base.objectStoreNames) {
      const rows = base.transaction(store).objectStore(store).getAll();
      kept.push(JSON.stringify(await new Promise((found) => { rows.onsuccess = () => found(rows.result); })));
    }
    base.close();
  }
  return kept;
}"""


_PUT = """(alert) => carehub.put({
  id: crypto.randomUUID(), person: document.getElementById("unsent").dataset.person, alert, number: "B7C1",
  action: "arrive", tapped: new Date().toISOString(), local: Date.now(), state: "waits",
})"""
"""Kept, without waking the worker: its requests cannot be held up from here."""


_ACT = """(id) => { const form = document.createElement('form'); form.method = 'post'; form.dataset.act = '';
form.action = `/alerts/${id}/take`; document.querySelector('main').append(form); form.requestSubmit(); }"""

_REFUSED_FOR_NOW = """(status) => { window.fetch = async () => new Response("ikke nå", { status });
navigator.serviceWorker.getRegistration = async () => undefined; }"""
"""Not by a route: what goes by way of the worker is not always seen by one."""

_BEYOND = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


@pytest.fixture
def phone(chromium: Browser, here: Night) -> Iterator[Page]:
    """Ingrid's telephone, with its worker in place."""
    context = chromium.new_context(locale="nb-NO", viewport={"width": 360, "height": 740}, has_touch=True)
    enter(context, here, "ingrid")
    page = context.new_page()
    page.goto(f"{here.url}/nurse")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.wait_for_function(
        "async () => (await caches.match('/nurse/offline')) && (await carehub.kept())", timeout=60_000
    )
    yield page
    context.close()


def waits_for_worker(page: Page) -> None:
    page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    page.reload()  # a page that was opened before the worker was there is its own from the next time on
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=60_000)


def test_without_coverage_the_list_has_its_age_and_an_answer_waits_until_the_hub_has_it_c68(
    here: Night, phone: Page
) -> None:
    """C68: what is kept names nobody; F57: one winner, told afterwards to whoever answered late."""
    waits_for_worker(phone)
    phone.context.set_offline(True)
    phone.goto(f"{here.url}/nurse/{FALL}")

    expect(phone.locator("#offline")).to_contain_text("UTEN DEKNING")
    expect(phone.locator(".lost__age")).to_contain_text("siden – uten dekning")
    expect(phone.locator("#last-known article")).to_have_count(6)
    phone.locator(f"[data-alert='{OUT}'] button", has_text="Ta varselet").tap()
    expect(phone.locator("#unsent")).to_contain_text("Ikke sendt ennå – huben vet det ikke.")
    expect(phone.locator("#unsent")).to_contain_text("varsel C310")
    everything = "\n".join(phone.evaluate(_ALL_THAT_IS_KEPT)).replace(here.url, "")  # a port may hold any four digits
    for never in ("Fossum", "Nordby", "Storgata", "Rom 104", "4711", "Fall", "2580", "Ute om natten"):
        assert never not in everything

    phone.context.set_offline(False)

    expect(phone.locator("#unsent")).to_contain_text("Varsel C310: Du har varselet.", timeout=SECOND_MS)
    phone.goto(f"{here.url}/nurse")
    expect(phone.locator(f"#alert-{OUT} .alert__holder")).to_have_text("Du er på vei", timeout=SECOND_MS)
    phone.locator("#unsent button", has_text="OK").tap()
    expect(phone.locator("#unsent")).to_be_hidden()


def test_what_was_not_sent_stays_in_sight_and_both_it_and_the_page_name_the_number_to_ring(
    here: Night, phone: Page
) -> None:
    waits_for_worker(phone)
    phone.goto(f"{here.url}/nurse/{HELD}")
    phone.evaluate("() => scrollTo(0, 400)")
    phone.context.set_offline(True)
    phone.evaluate("() => source.close()")
    phone.evaluate(_ACT, HELD)  # whatever other tests have made of it by now
    expect(phone.locator(".unsent__one a[href='tel:+4799900703']")).to_have_text("999 00 703")
    expect(phone.locator("#dead")).to_be_visible(timeout=SECOND_MS)

    head = phone.locator(".unsent__head").bounding_box()
    phone.goto(f"{here.url}/nurse")

    assert head is not None
    assert phone.viewport_size is not None
    assert 0 <= head["y"] < phone.viewport_size["height"] / 2
    expect(phone.locator("#ring")).to_have_text("Haster det: ring 999 00 703.")
    assert phone.evaluate(_BEYOND) <= 0


def test_on_an_open_page_the_tap_is_kept_and_whoever_came_first_is_named(
    chromium: Browser, here: Night, phone: Page
) -> None:
    phone.goto(f"{here.url}/nurse")
    phone.context.set_offline(True)
    phone.evaluate(_ACT, FALL)
    expect(phone.locator("#unsent")).to_contain_text("Ikke sendt ennå")
    others = chromium.new_context(locale="nb-NO")
    enter(others, here, "maria")
    other = others.new_page()
    other.goto(f"{here.url}/nurse/{FALL}")
    other.click(f"#take-{FALL}")
    expect(other.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")

    phone.context.set_offline(False)

    said = f"Varsel {FALL[:4].upper()}: Maria Hauge har allerede tatt dette varselet."
    expect(phone.locator("#unsent")).to_contain_text(said, timeout=SECOND_MS)
    expect(phone.locator("#unsent")).to_contain_text("Svaret ditt gjelder ikke: Ta varselet, trykket kl.")
    other.context.close()


@pytest.mark.parametrize("status", [502, 429])
def test_a_tap_that_the_hub_or_what_stands_before_it_refuses_for_now_is_kept_too(
    here: Night, phone: Page, status: int
) -> None:
    phone.goto(f"{here.url}/nurse")
    phone.evaluate(_REFUSED_FOR_NOW, status)

    phone.evaluate(_ACT, OUT)

    expect(phone.locator("#unsent")).to_contain_text("Ikke sendt ennå")
    phone.evaluate("() => carehub.wipe()")


def test_what_is_kept_is_wiped_at_logout_and_an_unsent_answer_is_asked_about_first(here: Night, phone: Page) -> None:
    phone.route("**/api/v1/answers", lambda route: route.abort())
    phone.evaluate(_PUT, HELD)
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    phone.on("dialog", agree)

    phone.click("#logout")
    phone.wait_for_url("**/login*")

    assert "slettes de" in asked[0]
    phone.goto(f"{here.url}/nurse/offline")
    assert phone.evaluate("() => Promise.all([carehub.answers(), carehub.kept()])") == [[], None]


def test_a_telephone_whose_store_does_not_answer_logs_out_all_the_same(phone: Page) -> None:
    phone.evaluate("() => { indexedDB.open = () => ({}); }")

    phone.click("#logout")

    expect(phone).to_have_url(re.compile("/login"), timeout=SECOND_MS)


def test_a_login_that_has_ended_keeps_the_answer_for_the_same_person(here: Night, phone: Page) -> None:
    phone.route("**/api/v1/live", lambda route: route.abort())
    phone.context.clear_cookies()

    phone.evaluate("(id) => carehubQueue(id, 'arrive').then(carehubSend)", HELD)

    expect(phone.locator("#unsent")).to_contain_text("Innloggingen er over. Logg inn, så sendes svaret ditt.")
    again = phone.context.new_page()
    phone.close()  # it goes to the login by itself
    log_in(again, here, "ingrid")
    expect(again.locator("#unsent")).to_contain_text("Varsel B7C1: Huben vet at du er der.", timeout=SECOND_MS)


def test_somebody_elses_login_does_not_send_it_and_says_that_it_is_lost(here: Night, phone: Page) -> None:
    phone.route("**/api/v1/answers", lambda route: route.abort())
    phone.evaluate(_PUT, HELD)
    phone.context.clear_cookies()

    log_in(phone, here, "emir")

    expect(phone.locator("main")).to_contain_text("En kollegas usendte svar er slettet fra telefonen.")
    assert phone.evaluate("() => carehub.answers()") == []


def test_a_browser_finds_nothing_against_installing_it(here: Night, phone: Page) -> None:
    tools = phone.context.new_cdp_session(phone)
    waits_for_worker(phone)

    manifest: Any = tools.send("Page.getAppManifest")
    against = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["start_url"] == "/nurse"
    assert [one["errorId"] for one in against if one["errorId"] != "in-incognito"] == []
    scopes = phone.evaluate(
        "() => navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => one.scope))"
    )
    assert scopes == [f"{here.url}/nurse"]


_SMALL = """() => ['.thumb button, .thumb a, .thumb summary', '.tabbar a', '#reveal button', '.round button',
    '.round summary', '.alert__actions button, .alert__actions summary'].flatMap(
    (which) => [...document.querySelectorAll(which)])
  .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 48 || box.height < 48).map(([text, box]) => [text, box.width, box.height])"""
_COVERED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  return !one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
_KEPT_PATHS = """async () => {
  const [name] = await caches.keys();
  return (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname);
}"""


@pytest.mark.parametrize("path", ["/nurse", "/nurse/visits", f"/nurse/{HELD}", "/my"])
def test_every_target_is_as_large_as_a_wet_thumb_needs(here: Night, phone: Page, path: str) -> None:
    phone.goto(here.url + path)

    assert phone.evaluate(_SMALL) == []


_AT_THE_BOTTOM = """() => {
  const step = document.querySelector(".thumb .ds-button");
  return step && step.checkVisibility() && step.getBoundingClientRect().bottom > 740 * 0.75;
}"""


def test_the_next_step_is_at_the_bottom_and_everything_works_by_keyboard(here: Night, phone: Page) -> None:
    phone.goto(f"{here.url}/nurse/{HELD}")
    # asked in one breath: a page that has just been opened fetches itself once, and puts its regions in anew
    phone.wait_for_function(_AT_THE_BOTTOM, timeout=SECOND_MS)

    phone.locator("[data-reveal-form] button").press("Enter")
    expect(phone.locator("#reveal")).to_contain_text("4711")
    assert phone.evaluate("() => document.activeElement.id") == "reveal-title"
    phone.locator("[href^='tel:']").first.focus()
    assert not phone.evaluate(_COVERED)


def worker_of(context: BrowserContext) -> str:
    return context.service_workers[0].url


def test_the_worker_keeps_no_page_of_anybody(here: Night, phone: Page) -> None:
    waits_for_worker(phone)
    phone.goto(f"{here.url}/nurse/{HELD}")

    kept = phone.evaluate(_KEPT_PATHS)

    assert worker_of(phone.context) == f"{here.url}/sw.js"
    assert [path for path in kept if not path.startswith("/static/")] == ["/nurse/offline"]
