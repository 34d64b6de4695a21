"""C54 and C57 in a real Chromium: forty scripts in everything that was ever written, and none of them runs."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog

from carehub.kit.clock import utc_now
from carehub.store.database import Database
from tests.browser.nights import Night, enter, night
from tests.browser.test_pages_look import PAGES
from tests.injection import PAYLOADS, poison

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_LISTEN = """
window.ran = 0; window.q7x = () => { window.ran += 1; }; window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
_TOLD = """() => [window.ran, window.violations,
  document.querySelectorAll("[onerror], [onload], [onfocus], base, iframe, math").length]"""


def _poisoned(path: str) -> None:
    async def fill() -> None:
        database = Database(f"sqlite:///{path}")
        async with database.write() as session:
            await poison(session, utc_now())
        await database.close()

    with ThreadPoolExecutor() as pool:  # Playwright has a loop of its own here
        pool.submit(lambda: asyncio.run(fill())).result()


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night(_poisoned)


def test_no_script_that_was_written_runs_on_any_page(chromium: Browser, here: Night) -> None:
    pages_of: dict[str | None, list[str]] = {}
    for name, path in PAGES:
        pages_of.setdefault(name, []).append(path)
    told: dict[str, object] = {}
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def asked(dialog: Dialog) -> None:
        faults.append(dialog.message)
        dialog.dismiss()

    for name, paths in pages_of.items():
        context = chromium.new_context()
        page = context.new_page()
        page.add_init_script(_LISTEN)
        page.on("dialog", asked)
        page.on("console", heard)
        if name:
            enter(context, here, name)
        for path in [*(one for one in paths if "showcase" not in one), f"/tablet?unit={PAYLOADS[8]}"]:
            page.goto(here.url + path)
            page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            if (found := page.evaluate(_TOLD)) != [0, [], 0]:
                told[path] = found
        context.close()

    assert told == {}
    assert faults == []
