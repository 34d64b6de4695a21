"""The ward's tablet in a real Chromium: it is drawn by hand and by keys, and says when it cannot be heard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import nights
from tests.browser.nights import Night, night

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_OVER = """() => { const all = document.documentElement;
  return [all.scrollHeight - innerHeight, all.scrollWidth - innerWidth]; }"""

_SOUND = """(words) => { for (const one of document.querySelectorAll("#sound-bar [data-when]"))
  one.hidden = !one.dataset.when.split(" ").includes(words); }"""
"""As `sound.js` shows it; whether this browser sounds is not asked."""


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


def window(chromium: Browser, here: Night, username: str, path: str, *, own_clock: bool = False) -> Page:
    return nights.window(chromium, here, username, path, height=900, own_clock=own_clock)


def room(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name}:"))


def field(page: Page, scope: str, key: str) -> Locator:
    return page.locator(f'tr:has(option[value="{scope}"][selected]) input[data-field="{key}"]')


def test_a_ward_is_drawn_by_keyboard_alone_and_undone(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "kari", "/tablet/plan?unit=sol")
    room(page, "Rom 108").focus()

    page.keyboard.press("ArrowRight")
    expect(page.locator("#plan-said")).to_have_text("Rom 108: kolonne 10, rad 1, 4 bred og 4 høy")
    page.keyboard.press("Shift+ArrowRight")
    expect(field(page, "rom-108", "w")).to_have_value("5")
    page.keyboard.press("Control+z")
    expect(field(page, "rom-108", "w")).to_have_value("4")
    room(page, "Lager").focus()
    page.keyboard.press("Delete")
    expect(room(page, "Lager")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(room(page, "Lager")).to_have_count(1)
    room(page, "Lager").focus()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("data-field", "name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Skyllerom")
    page.locator("#plan-save").press("Enter")

    page.wait_for_url("**/tablet?unit=sol&view=plan")
    expect(page.locator(".plan__svg")).to_contain_text("Skyllerom")
    page.goto(f"{here.url}/tablet/plan?unit=sol")
    expect(field(page, "rom-108", "x")).to_have_value("10")


def test_a_room_is_dragged_by_hand_and_a_new_one_is_added(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "kari", "/tablet/plan?unit=sol")
    box = room(page, "Rom 112").bounding_box()
    assert box is not None
    square = box["width"] / 4
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + square * 2, y + square * 1, steps=4)
    page.mouse.up()

    expect(field(page, "rom-112", "x")).to_have_value("7")
    expect(field(page, "rom-112", "y")).to_have_value("8")
    before = page.locator("#plan-svg [data-row]").count()
    page.click("#plan-add")
    assert page.locator("#plan-svg [data-row]").count() == before + 1
    page.click("#plan-undo")
    assert page.locator("#plan-svg [data-row]").count() == before


def test_a_tablet_that_nobody_has_tapped_cannot_sound_and_says_so_f80(chromium: Browser, here: Night) -> None:
    """F80: by Chromium's own rule there is no sound before a tap; a login that was begun elsewhere has none."""
    cookies = window(chromium, here, "jonas", "/tablet?unit=fjord").context.cookies()
    context = chromium.new_context(locale="nb-NO")
    context.add_cookies([{"name": one["name"], "value": one["value"], "url": here.url} for one in cookies])
    page = context.new_page()

    page.goto(f"{here.url}/tablet?unit=fjord")

    expect(page.locator("#sound-bar")).to_have_attribute("data-state", "off")
    expect(page.get_by_role("alert").filter(has_text="LYDEN ER AV")).to_be_visible()


def test_a_tablet_is_heard_when_a_person_says_so_and_says_it_to_the_hub_f80(chromium: Browser, here: Night) -> None:
    """F80: a tap unlocks the sound, a person hears it, and the coordinator's page knows."""
    page = window(chromium, here, "maria", "/tablet?unit=sol")
    expect(page.locator(".sound-bar__loud")).to_be_visible()

    page.locator("#sound-bar button:visible").first.click()
    expect(page.locator("#sound-bar")).to_have_attribute("data-state", "asking")
    expect(page.locator("#sound-heard")).to_be_focused()
    page.wait_for_function("() => !pressed && !fetching")
    page.evaluate("() => refresh()")  # a change elsewhere, while the question stands
    expect(page.locator("#sound-heard")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#sound-bar")).to_have_attribute("data-state", "heard")
    expect(page.locator(".sound-bar__loud")).to_be_hidden()
    expect(page.locator(".sound-bar__calm")).to_contain_text("Lyden ble hørt kl.")
    desk = window(chromium, here, "kari", "/tablet/screens")
    expect(desk.locator("main")).to_contain_text("Lyden virker.")
    expect(desk.locator("main")).to_contain_text("av Maria Hauge")


_TWICE = ((640, 400), (590, 410), (512, 384))
"""What tablets of 1280x800, 1180x820 and 1024x768 have where everything is twice as large."""


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_at_twice_the_size_a_mute_tablet_still_shows_its_first_alert_and_what_one_presses(
    chromium: Browser, here: Night, language: str
) -> None:
    page = window(chromium, here, "maria", "/tablet?unit=sol")
    page.context.add_cookies([{"name": "language", "value": language, "url": here.url}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", language)
    first = page.locator(".board__first")
    loud = page.locator(".sound-bar__loud")

    for words in ("off", "untried", "asking"):
        for width, height in _TWICE:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(_SOUND, words)
            expect(loud).to_be_in_viewport(ratio=1)
            expect(first.locator(".alert__head")).to_be_in_viewport(ratio=1)
            if words != "asking":  # a question with two answers: it stands for as long as it takes to say one
                expect(first.locator("form button").first).to_be_in_viewport(ratio=1)
            assert page.evaluate(_OVER)[1] <= 0, (words, width)


def test_the_most_urgent_alert_and_what_one_presses_are_in_sight_on_a_tablet_that_is_mute(
    chromium: Browser, here: Night
) -> None:
    page = window(chromium, here, "maria", "/tablet?unit=sol")
    expect(page.locator(".board__beside > .elsewhere")).to_be_visible()

    for width, height in ((1280, 800), (1180, 820), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".board__first form button").first).to_be_in_viewport(ratio=1)
        expect(page.locator("#rounds")).to_be_in_viewport(ratio=1)


def test_a_form_that_is_unfolded_at_the_foot_of_the_screen_is_seen(chromium: Browser, here: Night) -> None:
    page = window(chromium, here, "ingrid", "/tablet?unit=sentrum")
    page.set_viewport_size({"width": 1180, "height": 560})
    fold = page.locator("[id^='hand-over-']").first
    fold.scroll_into_view_if_needed()

    fold.locator("summary").click()

    expect(fold.get_by_role("button", name="Spør")).to_be_in_viewport(ratio=1)
    expect(fold.locator("optgroup").first).to_have_attribute("label", "På vakt nå")


def test_the_wall_fits_its_screen_and_goes_all_red_when_it_is_not_live_f79(chromium: Browser, here: Night) -> None:
    """F79 on the wall: the stream is cut, and 15 seconds later by the page's own clock the whole screen says so."""
    page = window(chromium, here, "kari", "/tablet/wall?unit=sol", own_clock=True)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        over = page.evaluate(_OVER)
        assert max(over) <= 0, (width, over)

    page.context.set_offline(True)
    page.evaluate("() => source.close()")
    page.clock.fast_forward(15_000)

    assert page.locator("#dead").is_visible()
    box = page.locator("#dead").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (3840, 2160)
