"""What the files of this folder share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.nights import open_browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each file."""
    yield from open_browser()


@pytest.fixture
def windows_closed(chromium: Browser) -> Iterator[None]:
    """After each test: a page whose hub is gone goes on looking for it, and takes a processor's time from the next."""
    yield
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def routes_ended(chromium: Browser, windows_closed: None) -> Iterator[None]:
    """Before the windows: an answer that a test changes on its way may be under way as the test ends.

    What a test holds back goes on to the hub by this; so only where each test has a night of its own.
    """
    yield
    for page in (page for context in chromium.contexts for page in context.pages):
        page.unroute_all(behavior="ignoreErrors")
