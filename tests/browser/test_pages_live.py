"""The live pages in a real Chromium: they change by themselves, keep what a person is doing, and never lie."""

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import nights
from tests.browser.nights import Night, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("routes_ended")]
FALL, RESTLESS, HELD = (key.ljust(32, "0") for key in ("a4f2", "d9aa", "b7c1"))
FIFTEEN_S = 15_000
LIVE_FETCH = "**/tablet"
ONLY_CHANGES = "() => source.addEventListener('beat', (event) => event.stopImmediatePropagation(), true)"
"""A page that hears no sign of life, at which it would look again: for twelve seconds it has changes alone."""


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def window(chromium: Browser, here: Night, username: str, path: str, *, own_clock: bool = False) -> Page:
    """As soon as it is live."""
    page = nights.window(chromium, here, username, path, own_clock=own_clock)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    return page


def arrive_too(page: Page, other: Page) -> None:
    """The next step is taken, and the page has been told of it."""
    holder = other.locator(f"#alert-{FALL} .alert__holder")
    expect(holder).to_have_text("Du er på vei")
    other.wait_for_timeout(700)  # a tap right after the list has moved does not count
    before = page.evaluate("() => told")
    other.click(f"#arrive-{FALL}")
    expect(holder).to_have_text("Du er der")
    page.wait_for_function("(before) => told > before", arg=before)


def live_through(page: Page) -> None:
    """The alert's whole life, by keyboard; each step when the page shows the one before."""
    page.locator(f"#take-{FALL}").press("Enter")
    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")
    page.locator(f"#arrive-{FALL}").press("Enter")
    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er der")
    page.locator(f"#finish-button-{FALL}").press("Enter")
    for choice in (f"#cause-fall-{FALL}", f"#aftermath-helped_on_site-{FALL}"):
        page.locator(choice).press("Space")
        expect(page.locator(choice)).to_be_checked()
    page.locator(f"#close-{FALL}").press("Enter")
    expect(page.locator(f"#alert-{FALL}")).to_have_count(0)


def test_what_one_takes_the_others_see_at_once(chromium: Browser, here: Night) -> None:
    """How many milliseconds it takes is for `make bench` to say; here, that the word of the change is enough."""
    tablet, phone = window(chromium, here, "maria", "/tablet"), window(chromium, here, "ingrid", "/a/A4F2")
    tablet.evaluate(ONLY_CHANGES)

    phone.click(f"#take-{FALL}")

    expect(tablet.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er på vei", timeout=10_000)
    expect(phone.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")
    expect(tablet.locator("#alert-" + FALL)).to_have_attribute("data-color", "danger")
    assert tablet.title().startswith("(3)")


def test_the_whole_life_by_keyboard_alone(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "maria", "/tablet?unit=sol")

    live_through(page)

    expect(page.locator(".closed").first).to_contain_text("Fall – Hjalp på stedet · Maria H.")


def test_a_change_that_comes_while_the_page_is_fetched_is_shown_without_another_word(
    chromium: Browser, here: Night
) -> None:
    """It used to wait for the next sign of life, four seconds long; here nothing is heard, and no timer runs."""
    page, other = (
        window(chromium, here, "maria", "/tablet", own_clock=True),
        window(chromium, here, "ingrid", "/a/A4F2"),
    )
    nights.patient(page)
    held: list[Route] = []
    page.route(LIVE_FETCH, lambda route: route.continue_() if held else held.append(route))
    other.click(f"#take-{FALL}")
    answer = nights.first(page, held).fetch()
    arrive_too(page, other)
    page.evaluate("() => source.close()")
    page.clock.pause_at(page.evaluate("() => Date.now() / 1000 + 1"))

    held[0].fulfill(response=answer)

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er der")


def test_a_page_that_shows_a_change_already_is_not_fetched_again(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "maria", "/tablet"), window(chromium, here, "ingrid", "/a/A4F2")
    page.wait_for_function("() => !fetching && has >= told")
    nights.patient(page)
    fetches: list[Route] = []
    page.route(LIVE_FETCH, lambda route: fetches.append(route))  # noqa: PLW0108 - it asks how many it takes
    other.click(f"#take-{FALL}")
    nights.first(page, fetches)
    arrive_too(page, other)

    fetches[0].continue_()  # a second one would be held, and counted

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er der")
    page.wait_for_function("(before) => heard > before", arg=page.evaluate("() => heard"))  # the next sign of life
    page.wait_for_timeout(300)
    assert len(fetches) == 1


def test_a_change_elsewhere_keeps_focus_and_what_is_half_written(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "maria", "/tablet"), window(chromium, here, "ingrid", "/a/A4F2")
    page.click(f"#take-{RESTLESS}")
    expect(page.locator(f"#alert-{RESTLESS} .alert__holder")).to_have_text("Du er på vei")
    page.click(f"#finish-button-{RESTLESS}")
    page.check(f"#cause-toilet-{RESTLESS}")
    page.fill(f"#note-{RESTLESS}", "Fulgte Kåre på")
    page.focus(f"#note-{RESTLESS}")

    other.click(f"#take-{FALL}")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er på vei")
    assert page.evaluate("() => document.activeElement.id") == f"note-{RESTLESS}"
    expect(page.locator(f"#note-{RESTLESS}")).to_have_value("Fulgte Kåre på")
    expect(page.locator(f"#cause-toilet-{RESTLESS}")).to_be_checked()
    expect(page.locator(f"#finish-{RESTLESS}")).to_have_attribute("open", "")


def test_a_change_elsewhere_leaves_a_long_form_under_the_thumb_where_it_was(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "ingrid", "/a/B7C1"), window(chromium, here, "maria", "/tablet")
    page.set_viewport_size({"width": 390, "height": 700})
    page.click(f"#arrive-{HELD}")
    expect(page.locator(f"#alert-{HELD} .alert__holder")).to_have_text("Du er der")
    page.click(f".thumb #finish-button-{HELD}")
    page.check(f"#cause-toilet-{HELD}")
    thumb = page.locator(".thumb")
    thumb.evaluate("(one) => { one.scrollTop = 400; }")
    was, before = thumb.evaluate("(one) => one.scrollTop"), page.evaluate("() => has")

    other.click(f"#take-{FALL}")
    page.wait_for_function("(before) => has > before", arg=before)

    assert was > 0
    assert thumb.evaluate("(one) => one.scrollTop") == was
    expect(page.locator(f"#cause-toilet-{HELD}")).to_be_checked()


def test_focus_on_a_button_that_went_away_moves_to_its_card(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "maria", "/tablet"), window(chromium, here, "ingrid", "/a/A4F2")
    page.focus(f"#take-{FALL}")

    other.click(f"#take-{FALL}")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er på vei")
    assert page.evaluate("() => document.activeElement.id") == f"alert-{FALL}"


def test_whoever_comes_second_is_told_on_the_page(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "jonas", "/tablet"), window(chromium, here, "ingrid", "/a/A4F2")
    page.route("**/api/v1/live", lambda route: route.abort())
    page.evaluate("() => source.close()")
    other.click(f"#take-{FALL}")
    expect(other.locator(".alert__holder")).to_have_text("Du er på vei")

    page.click(f"#take-{FALL}")

    expect(page.locator("#told p")).to_have_text("Ingrid Solbakken har allerede tatt dette varselet.")
    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Ingrid S. er på vei")


def test_a_new_alert_is_announced_once_in_words(chromium: Browser, here: Night) -> None:
    page, other = window(chromium, here, "kari", "/tablet"), window(chromium, here, "ingrid", "/nurse")

    other.click("button:has-text('Gi tilbake')")

    expect(page.locator("#announcer")).to_contain_text("Nytt varsel: Kritisk. Storgata 5 B")


UNSAVED = (
    '<div class="ds-alert notice notice--loud" role="group" aria-label="Alarm" data-key="unsaved-1" data-waits'
    ' data-severity="40"><h2>Alarm som ikke er lagret: Storgata 5</h2> <p>Gå dit nå.</p></div>'
)


def test_an_alarm_that_is_not_stored_is_announced_once_f26(chromium: Browser, here: Night) -> None:
    """F26: whoever cannot see the banner hears it; the same banner in the next change is not said again."""
    page, other = window(chromium, here, "maria", "/tablet"), window(chromium, here, "ingrid", "/nurse")

    def with_banner(route: Route) -> None:
        answer = route.fetch()
        head = '<div id="notices" data-live>'
        route.fulfill(response=answer, body=answer.text().replace(head, head + UNSAVED))

    page.route("**/tablet", with_banner)
    other.click("button:has-text('Gi tilbake')")
    expect(page.locator("#announcer")).to_contain_text("Alarm som ikke er lagret: Storgata 5 Gå dit nå.")

    page.evaluate("() => { announcer.textContent = 'stille'; return refresh(); }")

    expect(page.locator("#announcer")).to_have_text("stille")


def test_a_page_says_within_15_seconds_that_it_is_not_live_and_comes_back_by_itself(
    chromium: Browser, here: Night
) -> None:
    page = window(chromium, here, "maria", "/tablet")
    expect(page.locator("#dead")).to_be_hidden()

    here.send(signal.SIGSTOP)  # frozen: the connection stands, and nothing comes

    expect(page.locator("#dead")).to_be_visible(timeout=15_000)
    expect(page.locator("#dead")).to_contain_text("IKKE DIREKTE – ring vaktrommet på 999 00 701, eller oppdater siden")
    expect(page.locator("#live")).to_contain_text("IKKE DIREKTE")
    here.send(signal.SIGCONT)
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=30_000)
    expect(page.locator("#dead")).to_be_hidden()


def test_a_page_says_within_15_seconds_that_its_hub_is_gone(chromium: Browser, here: Night) -> None:
    """The same where the connection breaks. The seconds are the page's own: it counts them, and nobody waits."""
    page = window(chromium, here, "maria", "/tablet", own_clock=True)

    here.send(signal.SIGKILL)
    expect(page.locator("#live")).to_have_attribute("data-state", "trying")
    expect(page.locator("#dead")).to_be_hidden()
    page.clock.fast_forward(FIFTEEN_S)

    assert page.locator("#dead").is_visible()


def test_a_logged_out_screen_shows_nothing_and_says_why(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "maria", "/tablet")
    page.context.request.post(f"{here.url}/logout", headers={"Sec-Fetch-Site": "same-origin"})

    page.wait_for_url("**/login?ended=true**")
    expect(page.get_by_role("alert")).to_contain_text("Nye varsler vises ikke på denne skjermen")
    page.go_back()
    expect(page.locator("article")).to_have_count(0)


@pytest.mark.parametrize(("username", "path"), [("maria", "/tablet"), ("ingrid", "/nurse")])
def test_whoever_logs_out_is_not_told_that_the_login_has_ended(
    chromium: Browser, here: Night, username: str, path: str
) -> None:
    """The stream may say so before the answer to the logout is there."""
    page = window(chromium, here, username, path)
    held: list[Route] = []
    page.route("**/logout", lambda route: held.append(route))  # noqa: PLW0108 - a list's own method it cannot take
    page.evaluate("() => { document.addEventListener('carehub:ended', () => console.log('ended')); }")
    page.click("#logout", no_wait_after=True)
    with page.expect_console_message(lambda told: told.text == "ended"):
        answer = nights.first(page, held).fetch(max_redirects=0)
    page.wait_for_timeout(200)

    held[0].fulfill(response=answer)

    expect(page).to_have_url(f"{here.url}/login")


def test_key_box_and_telephone_come_with_a_tap_and_take_focus(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "ingrid", "/a/B7C1")
    page.click("text=Vis adkomst og telefon")

    expect(page.locator("#reveal")).to_contain_text("kode 2580")
    assert page.evaluate("() => document.activeElement.id") == "reveal-title"


def test_ages_tick_and_the_clock_moves(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "maria", "/tablet")
    age = page.locator(f"#alert-{FALL} .alert__age")

    expect(age).not_to_have_text(age.inner_text())


def test_everything_works_without_the_script(chromium: Browser, here: Night) -> None:
    page = chromium.new_context(java_script_enabled=False, locale="nb-NO").new_page()
    page.goto(f"{here.url}/login")
    page.fill("#username", "maria")
    page.fill("#password", "solskinn-om-natten")
    page.click("main button")

    page.click(f"#take-{FALL}")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")
    assert "unit=sol" in page.url


def test_a_mute_screen_says_so_until_somebody_taps(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "maria", "/tablet")
    expect(page.locator("#sound")).to_be_visible()

    page.click("#sound")

    expect(page.locator("#sound")).to_be_hidden()


HEALTH_WORDS = ("fall", "alarm", "knapp", "syk", "smerte", "toalett", "bad", "soverom", "kritisk")


def test_a_relative_s_open_page_says_by_itself_that_it_was_handled(chromium: Browser, here: Night) -> None:
    relative, staff = window(chromium, here, "anne", "/relatives"), window(chromium, here, "maria", "/tablet?unit=sol")
    expect(relative.locator(".today__words")).to_contain_text("følger opp")
    before = relative.locator(".closed li").count()
    relative.evaluate("() => { window.theSame = true; }")

    live_through(staff)

    expect(relative.locator(".closed li")).to_have_count(before + 1)
    expect(relative.locator("#announcer")).to_contain_text("Fulgt opp av personalet")
    assert relative.evaluate("() => window.theSame")
    words = relative.locator("#board").inner_text().lower()
    assert [word for word in HEALTH_WORDS if word in words] == []


def test_a_resident_s_page_shows_what_another_decided_and_keeps_what_is_half_written(
    chromium: Browser, here: Night
) -> None:
    page = window(chromium, here, "ragnhild-selv", "/resident")
    chosen = page.locator("input[name=insight]:checked")
    assert chosen.get_attribute("value") == "nothing"
    page.fill("textarea[name=text]", "Jeg vil gjerne")
    page.focus("textarea[name=text]")

    elsewhere = page.context.new_page()
    elsewhere.goto(f"{here.url}/resident")
    elsewhere.check("input[name=insight][value=daily_rhythm]")
    elsewhere.click("#board li form button >> nth=0")

    expect(chosen).to_have_attribute("value", "daily_rhythm")
    expect(page.locator("textarea[name=text]")).to_have_value("Jeg vil gjerne")
    assert page.evaluate("() => document.activeElement.name") == "text"


def test_a_family_s_page_says_that_it_does_not_update_itself_and_is_not_green(chromium: Browser, here: Night) -> None:
    """The seconds are the page's own."""
    page = window(chromium, here, "anne", "/relatives", own_clock=True)

    here.send(signal.SIGSTOP)
    page.clock.fast_forward(FIFTEEN_S)

    assert page.locator("#dead").is_visible()
    expect(page.locator("#dead")).to_contain_text("Siden oppdaterer seg ikke nå")
    assert page.evaluate("() => getComputedStyle(document.querySelector('.today')).filter") == "grayscale(1)"
    here.send(signal.SIGCONT)
    expect(page.locator("#dead")).to_be_hidden(timeout=30_000)


def test_a_conversation_goes_on_by_itself_on_both_sides_and_keeps_what_is_half_written(
    chromium: Browser, here: Night
) -> None:
    anne = window(chromium, here, "anne", "/relatives/astrid/messages")
    maria = window(chromium, here, "maria", "/messages/astrid/anne")
    before = maria.locator(".thread__one").count()
    maria.fill("#text", "Vi ser til henne")
    maria.focus("#text")

    anne.fill("#text", "Har mor spist?")
    anne.click("form.form button")

    expect(maria.locator(".thread__one")).to_have_count(before + 1)
    expect(maria.locator("#announcer")).to_contain_text("Har mor spist?")
    expect(maria.locator("#text")).to_have_value("Vi ser til henne")
    assert maria.evaluate("() => document.activeElement.id") == "text"
    expect(anne.locator(".thread__one").last).to_contain_text("Ikke lest ennå.")

    maria.click("form.form button")

    expect(anne.locator(".thread__one").last).to_contain_text("Vi ser til henne")
    expect(anne.locator(".thread__one").nth(-2)).to_contain_text("Lest kl.")
    expect(anne.locator("#announcer")).to_contain_text("Vi ser til henne")
