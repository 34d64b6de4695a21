"""Starts the seeded night as a process of its own, and a Chromium to look at it."""

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from shutil import copy, rmtree
from tempfile import mkdtemp

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Route, expect, sync_playwright

from tests import nursery, once
from tests.browser.night_nursery import PROGRAM, lately
from tests.browser.seed import PASSWORD, port_file
from tests.chromium import ARGUMENTS, WINDOWLESS

expect.set_options(timeout=15_000)  # suites side by side on two processors: five seconds prove nothing


@dataclass
class Night:
    """A running hub's pages."""

    url: str
    pid: int
    path: str
    """Its database, which a test may look into and change."""

    def send(self, sign: signal.Signals) -> None:
        """Stop it dead, let it go on, end it."""
        os.kill(self.pid, sign)


def _made() -> Path:
    """Whatever test process asks first has it made; each test is served a copy."""
    nursery.begun(PROGRAM)  # which makes the first
    return once.made(lately(), lambda path: nursery.Child(PROGRAM, {"path": str(path)}).wait(110))


def night(changed: Callable[[str], None] = lambda _path: None) -> Iterator[Night]:
    """Serve a fresh night until the test is over; `changed` may change a copy of its file first."""
    folder = Path(mkdtemp(prefix="carehub-night-"))
    path = str(copy(_made(), folder / "night.db"))
    changed(path)
    child = nursery.Child(PROGRAM, {"path": path, "port": 0})
    try:
        url = f"http://127.0.0.1:{_port_of(child, path)}"
        _wait_for(child, f"{url}/healthz")
        yield Night(url=url, pid=child.pid, path=path)
    finally:
        child.send_signal(signal.SIGKILL)  # some tests end it themselves
        child.wait(20)
        rmtree(folder, ignore_errors=True)


def _port_of(child: nursery.Child, path: str) -> int:
    for _ in _until_told(child, path):
        with suppress(FileNotFoundError):
            return int(port_file(path).read_text(encoding="ascii"))
    raise AssertionError


def _wait_for(child: nursery.Child, address: str) -> None:
    for _ in _until_told(child, address):
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own process
            return


def _until_told(child: nursery.Child, what: str) -> Iterator[None]:
    """Ten times a second; raises where it has ended, and after a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if (status := child.poll()) is not None:
            raise ChildProcessError(f"the night ended with {status} before it told of {what}")
        yield
        time.sleep(0.1)
    raise TimeoutError(what)


def open_browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


def launch(chromium: BrowserType, program: str = WINDOWLESS) -> Browser:
    """Start one more."""
    return chromium.launch(executable_path=program, args=list(ARGUMENTS))


def log_in(page: Page, here: Night, username: str) -> None:
    """As a person does it."""
    page.goto(f"{here.url}/login")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda address: "/login" not in address)


def enter(context: BrowserContext, here: Night, username: str) -> None:
    """As the form does it, without its page and the one behind it: where a test asks nothing of how one enters."""
    answer = context.request.post(
        f"{here.url}/login", form={"username": username, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0,
    )  # fmt: skip
    if answer.status != HTTPStatus.SEE_OTHER or "/login" in answer.headers["location"]:
        raise PermissionError(username)


def window(
    chromium: Browser, here: Night, username: str, path: str, *, height: int = 800, own_clock: bool = False
) -> Page:
    """A page as somebody has it before them at a desk; with a clock of its own its time may be moved on."""
    context = chromium.new_context(locale="nb-NO", viewport={"width": 1280, "height": height})
    enter(context, here, username)
    page = context.new_page()
    if own_clock:
        page.clock.install()
    page.goto(here.url + path)
    return page


def end(page: Page, alert: str, cause: str) -> None:
    """Close an alert by its form, with what this one asks."""
    page.click(f"#finish-button-{alert}")
    page.check(f"#cause-{cause}-{alert}")
    page.check(f"#aftermath-helped_on_site-{alert}")
    if page.locator(f"#contact-visited-{alert}").count():
        page.check(f"#contact-visited-{alert}")
    page.click(f"#close-{alert}")


def patient(page: Page) -> None:
    """Where a test holds an answer back: the page waits for it as long as this machine needs, and not for its 8 s."""
    page.evaluate("() => { AbortSignal.timeout = () => new AbortController().signal; }")


def first(page: Page, held: list[Route]) -> Route:
    """What a test holds back, as soon as the page has asked for it."""
    for _ in range(500):
        if held:
            return held[0]
        page.wait_for_timeout(20)
    raise AssertionError("The page asked for nothing.")


def live_window(chromium: Browser, here: Night, username: str, path: str) -> Page:
    """The same, once the page hears of changes and shows the last one."""
    page = window(chromium, here, username, path)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.wait_for_function("() => !fetching && has >= told")
    return page
