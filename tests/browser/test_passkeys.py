"""A passkey in a real Chromium: made, used, refused where it does not belong.

The authenticator is Chromium's own virtual one.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.nights import Night, log_in, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def here() -> Iterator[Night]:
    for one in night():
        one.url = one.url.replace("127.0.0.1", "localhost")  # an IP address may have no passkeys
        yield one


def with_device(chromium: Browser) -> tuple[Page, CDPSession, str]:
    page = chromium.new_context(locale="nb-NO").new_page()
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    made: Any = control.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
    return page, control, made["authenticatorId"]


def log_out(page: Page) -> None:
    page.click("#logout")
    page.wait_for_url("**/login")


def test_a_nurse_makes_a_key_and_enters_with_it_alone(chromium: Browser, here: Night) -> None:
    page, control, device = with_device(chromium)
    log_in(page, here, "ingrid")
    page.goto(f"{here.url}/account")
    page.get_by_role("button", name="Lag en nøkkel på denne enheten").click()
    expect(page.get_by_role("button", name="Fjern")).to_be_visible()
    log_out(page)

    page.get_by_role("button", name="Logg inn med nøkkel").click()

    page.wait_for_url("**/nurse")
    (key,) = control.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert key["signCount"] > 1


def test_the_password_then_owes_the_key_and_nothing_opens_before(chromium: Browser, here: Night) -> None:
    page, control, device = with_device(chromium)
    log_in(page, here, "ingrid")
    page.goto(f"{here.url}/account")
    page.get_by_role("button", name="Lag en nøkkel på denne enheten").click()
    expect(page.get_by_role("button", name="Fjern")).to_be_visible()
    log_out(page)

    page.fill("#username", "ingrid")
    page.fill("#password", "solskinn-om-natten")
    page.locator("#password").press("Enter")
    page.wait_for_url("**/login/second*")
    page.goto(f"{here.url}/nurse")
    assert "/login" in page.url
    page.goto(f"{here.url}/login/second")
    page.get_by_role("button", name="Bruk nøkkelen på enheten").click()
    page.wait_for_url("**/nurse")

    log_out(page)
    control.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Logg inn med nøkkel").click()
    expect(page.get_by_role("status").filter(has_text="Prøv")).to_be_visible()
    assert page.url.endswith("/login")


def test_somebody_elses_key_opens_nothing(chromium: Browser, here: Night) -> None:
    """A key that was taken away on the account page is worth nothing, though the device still has it."""
    page, _control, _device = with_device(chromium)
    log_in(page, here, "ingrid")
    page.goto(f"{here.url}/account")
    page.get_by_role("button", name="Lag en nøkkel på denne enheten").click()
    page.get_by_role("button", name="Fjern").click()
    expect(page.get_by_role("button", name="Fjern")).to_have_count(0)
    log_out(page)

    page.get_by_role("button", name="Logg inn med nøkkel").click()

    expect(page.get_by_text("ikke en nøkkel som hører til her")).to_be_visible()
