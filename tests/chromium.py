"""Debian's Chromium, driven by Playwright."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

WINDOWLESS = "/usr/bin/chromium-headless-shell"
"""The same engine without windows, bars and menus, which nobody sees here and which took two thirds of its own time."""
WHOLE = "/usr/bin/chromium"
"""What people have; it alone takes a push."""
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A real browser, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=WINDOWLESS, args=list(ARGUMENTS))
        yield browser
        await browser.close()


async def log_in(browser: Browser, url: str, username: str, password: str, *, width: int, height: int) -> Page:
    """A new person with a device of their own, logged in and on their own page."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="nb-NO")
    page = await context.new_page()
    await page.goto(f"{url}/login")
    await page.fill("input[name=username]", username)
    await page.fill("input[name=password]", password)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(lambda address: not address.endswith("/login"))
    return page
