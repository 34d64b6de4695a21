"""An alarm from beginning to end by a keyboard alone: on the tablet, and on a nurse's telephone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import nights
from tests.browser.keys import Hands
from tests.browser.nights import Night, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def hands(chromium: Browser, here: Night, username: str, path: str, *, width: int = 1280) -> Hands:
    page = nights.live_window(chromium, here, username, path)
    page.set_viewport_size({"width": width, "height": 800})
    found = Hands(page)
    page.wait_for_function("() => typeof bar === 'object' && bar.dataset.state === 'live' && has >= told")
    return found


def end(her: Hands) -> None:
    """Ferdig, with a cause, what was done, and a word to go with it."""
    her.to("^Ferdig").press()
    her.to("Hva var årsaken|^Fall$|^Toalett$").press("ArrowDown")
    her.to("^Hjalp på stedet$").press("Space")
    her.to("^Merknad").write("Hun satt på gulvet")
    her.to("^Avslutt varselet").press()


def test_the_tablet_is_walked_by_keyboard_alone_from_the_fall_to_its_end_and_back_again(
    chromium: Browser, here: Night
) -> None:
    her = hands(chromium, here, "maria", "/tablet?unit=sol")
    her.skip().to("^Ta varselet, Fall, Rom 104", most=12).press().hears("Du er på vei. Rom 104 bad Fall").is_at(
        "article", "^Rom 104 · bad Fall"
    )
    her.to("^Trenger en til", most=6).press().hears("En til er tilkalt").is_at("article", "^Rom 104 · bad Fall")
    her.to("^Jeg er der", most=6).press().hears("Du er der. Rom 104").is_at("article", "^Rom 104 · bad Fall")
    end(her)
    her.hears("Det er gjort. .*Hjalp på stedet").is_at("heading", "åpne varsler|åpent varsel")
    her.to("^Angre, Fall").press().hears("Du er der. Rom 104")
    her.stop()


def test_an_alert_is_handed_over_on_the_tablet_by_keyboard_alone(chromium: Browser, here: Night) -> None:
    her = hands(chromium, here, "maria", "/tablet?unit=sol")
    her.skip().to("^Ta varselet, Fall, Rom 104").press().hears("Du er på vei").is_at("article", "^Rom 104")
    her.to("^Be en kollega overta").press().to("^Hvem?").press("ArrowDown")
    her.to("^Spør").press().hears("er bedt om å overta, og har ikke svart")
    her.is_at("DisclosureTriangle", "^Be en kollega overta")
    her.round()


def test_the_telephone_is_walked_by_keyboard_alone_with_the_way_in_and_a_call(chromium: Browser, here: Night) -> None:
    her = hands(chromium, here, "ingrid", "/nurse", width=390)
    her.skip().to("^Storgata 5 B").press().hears("^Storgata 5 B: Trygghetsalarm")
    her.skip().to("^Gi tilbake").press().hears("Ingen har tatt det. Storgata 5 B").is_at("heading", "^Storgata 5 B")
    her.to("^Ta varselet").press().hears("Du er på vei. Storgata 5 B").is_at("heading", "^Storgata 5 B")
    her.to("^Be en kollega overta").press().to("^Hvem?").press("ArrowDown").to("^Spør").press()
    her.hears("er bedt om å overta, og har ikke svart").is_at("DisclosureTriangle", "^Be en kollega overta")
    her.to("^Vis adkomst og telefon").press().is_at("heading", "Adkomst og telefon")
    her.to("^Ring hjem")
    her.to("^Ring en kollega").press().to("Enhetens telefon")
    her.to("^Jeg er der", back=True).press().hears("Du er der. Storgata 5 B")
    end(her)
    her.hears("Avsluttet. Storgata 5 B")
    her.stop()
    her.round()


@pytest.mark.parametrize(
    ("username", "path"), [("maria", "/tablet?unit=sol"), ("ingrid", "/nurse"), ("kari", "/tablet")]
)
def test_each_stop_on_a_board_is_seen_and_named_and_none_holds_one_back(
    chromium: Browser, here: Night, username: str, path: str
) -> None:
    her = hands(chromium, here, username, path)
    page = her.page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    there = her.round()

    assert there[0] == "Hopp til innholdet"
    assert len(there) > 10
