"""A page that is drawn anew under somebody's hands: no press, choice, word, fold or place of theirs is taken away."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import nights
from tests.browser.nights import Night, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("routes_ended")]
FALL, RESTLESS, HELD = (key.ljust(32, "0") for key in ("a4f2", "d9aa", "b7c1"))
_DRAWN = "(before) => drawn > before"
_WATCH = """(id) => {
  const kept = document.getElementById(id);
  window.lost = [];
  for (const name of ["blur", "change"]) kept.addEventListener(name, () => window.lost.push(name));
  new MutationObserver((all) => {
    for (const one of all.flatMap((it) => [...it.removedNodes])) if (one.contains(kept)) window.lost.push("removed");
  }).observe(document.body, { childList: true, subtree: true });
}"""
"""Notes whatever would close an open list, take away a telephone's keys, or throw a screen reader elsewhere."""


@pytest.fixture
def here() -> Iterator[Night]:
    yield from night()


def window(chromium: Browser, here: Night, path: str = "/tablet?unit=sol") -> Page:
    """Maria's, whose board changes in every card when `changed` is told to."""
    return nights.live_window(chromium, here, "maria", path)


def changes(page: Page, *, to: Callable[[str], str] = lambda text: text.replace("Rom 1", "Rom nr. 1")) -> None:
    """From now on the board comes with other words in each card."""

    def other(route: Route) -> None:
        if "x-carehub-live" not in route.request.headers:
            return route.continue_()
        answer = route.fetch()
        return route.fulfill(response=answer, body=to(answer.text()))

    page.route("**/tablet?**", other)


def answered(page: Page) -> None:
    """It has fetched itself; drawn or not."""
    with page.expect_response(lambda one: "/tablet" in one.url):
        page.evaluate("() => { refresh(); }")
    page.wait_for_timeout(200)


def redrawn(page: Page) -> None:
    """It has been drawn anew."""
    before = page.evaluate("() => drawn")
    page.evaluate("() => { refresh(); }")
    page.wait_for_function(_DRAWN, arg=before)


@pytest.mark.parametrize("words", ["Rom nr. 1", "Rom 1"])
def test_a_key_that_is_down_while_the_page_changes_still_presses_its_button(
    chromium: Browser, here: Night, words: str
) -> None:
    """Space presses as it is let go; a button that was taken out of the page in between was never pressed."""
    page = window(chromium, here)
    changes(page, to=lambda text: text.replace("Rom 1", words))
    page.focus(f"#take-{FALL}")

    page.keyboard.down("Space")
    answered(page)
    page.keyboard.up("Space")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")


def test_a_finger_that_is_down_when_the_answer_comes_still_presses_its_button(chromium: Browser, here: Night) -> None:
    """The answer was asked for before the finger came."""
    page = window(chromium, here)
    changes(page)
    nights.patient(page)
    held: list[Route] = []
    page.route("**/tablet?**", lambda route: held.append(route))  # noqa: PLW0108 - a list's own method it cannot take
    page.evaluate("() => { refresh(); }")
    page.wait_for_function("() => fetching")
    page.locator(f"#take-{FALL}").hover()

    page.mouse.down()
    nights.first(page, held).fallback()
    page.wait_for_timeout(300)
    page.mouse.up()
    page.unroute("**/tablet?**")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")


def test_a_press_holds_the_page_back_for_two_seconds_at_the_most(chromium: Browser, here: Night) -> None:
    """Whoever leans on the glass, or taps without end, must not keep an alert from the screen."""
    page = window(chromium, here)
    changes(page)
    page.locator("#main").hover(position={"x": 2, "y": 2})

    page.mouse.down()
    answered(page)
    expect(page.locator(f"#title-{FALL}")).not_to_contain_text("nr.")
    page.wait_for_function("() => document.body.textContent.includes('Rom nr. 1')", timeout=2000)
    page.mouse.up()


def open_form(page: Page) -> None:
    """Restless is Maria's, and she is about to end it."""
    page.click(f"#take-{RESTLESS}")
    expect(page.locator(f"#alert-{RESTLESS} .alert__holder")).to_have_text("Du er på vei")
    page.click(f"#finish-button-{RESTLESS}")
    page.wait_for_function("() => !fetching && !pressed && has >= told")


def test_what_is_in_hand_stays_the_same_element_though_its_card_changes(chromium: Browser, here: Night) -> None:
    """The caret amid the words, the list that is open, the fold, and a screen reader's place."""
    page = window(chromium, here)
    open_form(page)
    note = page.locator(f"#note-{RESTLESS}")
    note.fill("Fulgte Kåre på")
    note.evaluate("(one) => one.setSelectionRange(6, 6)")
    page.check(f"#cause-toilet-{RESTLESS}")
    note.focus()
    page.evaluate(_WATCH, f"note-{RESTLESS}")
    changes(page)

    redrawn(page)
    page.keyboard.type(" ham")

    expect(page.locator(f"#alert-{RESTLESS}")).to_contain_text("Rom nr. 1")
    expect(note).to_have_value("Fulgte ham Kåre på")
    expect(page.locator(f"#cause-toilet-{RESTLESS}")).to_be_checked()
    expect(page.locator(f"#finish-{RESTLESS}")).to_have_attribute("open", "")
    assert page.evaluate("() => window.lost") == []


def test_an_open_list_of_colleagues_stays_open_when_a_new_alert_comes_above_it(chromium: Browser, here: Night) -> None:
    page = window(chromium, here)
    open_form(page)
    page.click(f"#hand-over-button-{RESTLESS}")
    chosen = page.locator(f"#to-{RESTLESS}")
    chosen.select_option(index=1)
    value = chosen.input_value()
    page.evaluate(
        "(id) => document.getElementById(`alert-${id}`).parentNode.previousElementSibling?.remove()", RESTLESS
    )
    page.focus(f"#to-{RESTLESS}")
    page.evaluate(_WATCH, f"to-{RESTLESS}")

    redrawn(page)

    expect(page.locator(f"#alert-{FALL}")).to_be_visible()
    expect(chosen).to_have_value(value)
    expect(chosen).to_be_focused()
    assert page.evaluate("() => window.lost") == []


def test_a_choice_by_key_counts_though_its_card_changes_meanwhile(chromium: Browser, here: Night) -> None:
    page = window(chromium, here)
    open_form(page)
    changes(page)
    page.focus(f"#cause-toilet-{RESTLESS}")

    page.keyboard.down("Space")
    answered(page)
    page.keyboard.up("Space")

    expect(page.locator(f"#cause-toilet-{RESTLESS}")).to_be_checked()


def test_words_whose_form_another_has_made_needless_are_not_lost_in_silence(chromium: Browser, here: Night) -> None:
    """A colleague ended the alert while the note was being written: it is said, and the words can still be read."""
    page = window(chromium, here)
    open_form(page)
    page.fill(f"#note-{RESTLESS}", "Fulgte Kåre på badet")
    other = nights.window(chromium, here, "kari", f"/nurse/{RESTLESS}")

    nights.end(other, RESTLESS, "toilet")

    expect(page.locator(f"#alert-{RESTLESS}")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("ble ikke sendt")
    expect(page.locator("#told")).to_contain_text("Fulgte Kåre på badet")
    expect(page.locator("#announcer")).to_contain_text("ble ikke sendt")


def test_a_key_presses_what_it_stands_on_also_right_after_the_list_moved(chromium: Browser, here: Night) -> None:
    """The guard is for a tap that was meant for what stood there before; focus goes with its button."""
    page = window(chromium, here)
    page.focus(f"#take-{FALL}")
    page.evaluate("() => { movedAt = Date.now(); }")

    page.keyboard.press("Enter")

    expect(page.locator(f"#alert-{FALL} .alert__holder")).to_have_text("Du er på vei")


def test_a_screen_reader_is_not_told_anew_what_stands_there_already(chromium: Browser, here: Night) -> None:
    """What is said at once (role alert) neither counts seconds nor is taken out and put back."""
    page = window(chromium, here)
    page.evaluate(
        "() => { window.said = []; for (const one of document.querySelectorAll('[role=alert]'))"
        " new MutationObserver((all) => window.said.push(all.length))"
        ".observe(one, { childList: true, subtree: true, characterData: true }); }"
    )
    before = page.locator("[role=alert]").count()

    redrawn(page)
    page.wait_for_timeout(1200)

    assert before > 0
    assert page.evaluate("() => window.said") == []
