"""What the files of this folder share."""

import asyncio
import os
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.nights import open_browser

_loop = pytest.StashKey[asyncio.AbstractEventLoop]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Playwright's loop is the running one for those who drive a browser, and stands still for all others.

    Between two calls it counts as running in this thread, and nobody else could begin theirs.
    """
    drives = "chromium" in getattr(item, "fixturenames", ())
    if drives:
        asyncio._set_running_loop(item.config.stash.get(_loop, None))
    try:
        return (yield)
    finally:
        if drives:
            asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def one_chromium(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """One for each test process: to start it anew for each file cost over a second of processor time each time."""
    os.environ["PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS"] = "1"  # so that a worker's requests are seen
    opened = open_browser()
    browser = next(opened)
    pytestconfig.stash[_loop] = loop = asyncio.get_running_loop()
    yield browser
    asyncio._set_running_loop(loop)
    next(opened, None)


@pytest.fixture(scope="module")
def chromium(one_chromium: Browser) -> Iterator[Browser]:
    """No file leaves a window to the next."""
    yield one_chromium
    _close_windows(one_chromium)


@pytest.fixture
def windows_closed(chromium: Browser) -> Iterator[None]:
    """After each test: a page whose hub is gone goes on looking for it, and takes a processor's time from the next."""
    yield
    _close_windows(chromium)


@pytest.fixture
def routes_ended(chromium: Browser, windows_closed: None) -> Iterator[None]:
    """Before the windows: an answer that a test changes on its way may be under way as the test ends.

    What a test holds back goes on to the hub by this; so only where each test has a night of its own.
    """
    yield
    for page in (page for context in chromium.contexts for page in context.pages):
        page.unroute_all(behavior="ignoreErrors")


def _close_windows(chromium: Browser) -> None:
    for context in chromium.contexts:
        context.close()
