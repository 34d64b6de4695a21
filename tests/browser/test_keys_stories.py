"""The main story of each of the others by a keyboard alone: family, resident, office, technician, suppliers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import nights
from tests.browser.keys import Hands
from tests.browser.nights import Night, night
from tests.browser.seed import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_NO_CAMERA = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
}"""


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def hands(chromium: Browser, here: Night, username: str, path: str) -> Hands:
    return Hands(nights.window(chromium, here, username, path))


def nobody(chromium: Browser, here: Night, path: str) -> Hands:
    page = chromium.new_context(locale="nb-NO", viewport={"width": 390, "height": 844}).new_page()
    page.goto(here.url + path)
    return Hands(page)


def set_time(those: Hands, *, hours: int) -> None:
    """Part by part with the arrows: hours, minutes, and the half of the day where the browser's clock has one."""
    for presses in (hours, 1, 1):
        for _ in range(presses):
            those.press("ArrowUp")
        those.press("ArrowRight")


def test_a_relative_logs_in_reads_the_day_says_when_to_be_asked_writes_and_leaves(
    chromium: Browser, here: Night
) -> None:
    anne = nobody(chromium, here, "/login")
    anne.skip().to("^Brukernavn").write("anne").to("^Passord").write("feil").press().hears("Logg inn – CareHub")
    anne.skip().to("^Passord").write(PASSWORD).press().hears("^Mine nærmeste")
    assert "Astrid" in anne.page.inner_text("#board")

    anne.skip().to("^Besøk$").press().hears("^Besøk – CareHub")
    anne.skip().to("^Hele døgnet$|^Bare til noen tider$|^Ikke nå$").press("ArrowUp").press("ArrowUp").press("ArrowUp")
    anne.to("^Lagre$").press().hears("^Lagret · Besøk")
    anne.to("^Hele døgnet$|^Bare til noen tider$|^Ikke nå$")

    anne.to("^Meldinger$", back=True).press().hears("^Meldinger – CareHub")
    anne.skip().to("^Skriv til de ansatte").write("Hun gleder seg til helgen").to("^Send$").press()
    anne.hears("^Sendt · Meldinger")
    assert "Hun gleder seg til helgen" in anne.page.inner_text("#latest")
    anne.round()

    anne.to("^Deling$").press().hears("^Hva som vises")
    anne.skip().to("^Jeg vil ikke følge med lenger").press().to("^Slutt å følge Astrid").press()
    anne.hears("^Avsluttet · Logg inn").skip().to("^Brukernavn")


def test_a_resident_sees_who_looked_and_ends_what_is_shared(chromium: Browser, here: Night) -> None:
    ragnhild = hands(chromium, here, "ragnhild-selv", "/resident")
    ragnhild.skip().to("^Slutt å dele med Lise").press().to("^Slutt å dele med Lise").press()
    ragnhild.hears("^Avsluttet · Min side")
    assert "Slutt å dele" not in ragnhild.page.inner_text("main")
    ragnhild.to("^Se hele listen$").press().hears("opplysninger|sett|Oppslag")
    ragnhild.round()


def test_a_coordinator_writes_down_a_resident_and_puts_a_shift_in_the_plan(chromium: Browser, here: Night) -> None:
    kari = hands(chromium, here, "kari", "/admin/residents/new")
    kari.skip().to("^Fornavn").write("Borghild").to("^Etternavn").write("Strand")
    kari.to("^Bor fra nå i").press("ArrowDown").to("^Legg til$").press().hears("^Lagret · Beboer")
    assert "Borghild Strand" in kari.page.inner_text("h1")

    kari.page.goto(f"{here.url}/admin/shifts?unit=sentrum")
    kari.skip().to("^Legg til en vakt").press().to("^Hvem").press("ArrowDown")
    set_time(kari.to("^Fra$"), hours=1)
    set_time(kari.to("^Til$"), hours=9)
    kari.to("^Legg til$").press().hears("^Lagret · Vakter")
    kari.round()


def test_a_coordinator_moves_a_device(chromium: Browser, here: Night) -> None:
    kari = hands(chromium, here, "kari", "/admin/devices/ukjent")
    kari.skip().to("^Rom eller hjem").press("ArrowDown").to("^Lagre plassen").press().hears("^Lagret · ")
    kari.round()


def test_a_technician_sets_up_a_device_by_a_code_that_is_typed_and_tries_its_alarm(
    chromium: Browser, here: Night
) -> None:
    tor = hands(chromium, here, "tor", "/admin/join")
    tor.page.evaluate(_NO_CAMERA)
    tor.skip().to("^Skann med kameraet").press().hears("^Fant ikke noe kamera. Velg et bilde, eller skriv koden.")
    tor.to("^Kode eller adresse").write("0x00158d00deadbeef").to("^Tilkobling").press("z").to("^Fortsett").press()
    tor.hears("^Lagret · Sett opp 0x00158d00deadbeef")
    tor.skip().to("^Type").press("ArrowDown").to("^Navn").write("Snor ved senga").to("^Lagre").press()
    tor.hears("^Lagret · Sett opp Snor ved senga")
    tor.skip().to("^Rom eller hjem").press("ArrowDown").to("^Det står her nå").press().hears("^Lagret · Sett opp Snor")
    tor.skip().to("^Begynn prøven").press().hears("^I gang · Sett opp Snor")
    assert "På prøve til kl." in tor.page.inner_text("#steps")
    tor.round()


def test_an_administrator_reads_what_could_not_be_read_and_sets_it_aside(chromium: Browser, here: Night) -> None:
    admin = hands(chromium, here, "admin", "/admin/dead-letters")
    admin.skip().to("^Søk etter emne").write("zigbee").press().hears("^Uleselige meldinger")
    admin.skip().to("Røykvarsler kjøkken").press().to("^Les på nytt, eller legg til side").press()
    admin.hears("^Uleselig melding")
    admin.skip().to("^Legg den til side fordi").write("Varsleren er byttet").press().hears("^Lagret · Uleselig melding")
    assert "Varsleren er byttet" in admin.page.inner_text("main")
    admin.round()


def test_an_auditor_asks_who_has_seen_what(chromium: Browser, here: Night) -> None:
    rune = hands(chromium, here, "rune", "/audit")
    rune.skip().to("^Hvem$").press("ArrowDown").to("^Dager$").write("7").to("^Vis$").press().hears("^Oppslag")
    assert "days=7" in rune.page.url
    rune.round()


def test_a_supplier_follows_an_alarm_and_tries_a_message(chromium: Browser, here: Night) -> None:
    visitor = nobody(chromium, here, "/showcase")
    visitor.hears("^Utstillingsvindu")
    visitor.skip().to("^For leverandører").press().hears("^For leverandører")
    visitor.skip().to("^Et eksempel").press()
    visitor.page.wait_for_url("**example=*")
    visitor.to("^Se hva som ville skje").press().hears("For leverandører")
    visitor.page.wait_for_url("**#result")
    visitor.to("^Lag et prøvehjem")
    visitor.round()
