"""The pages in a real Chromium: readable by everybody, at every width, light and dark, with no breach of the CSP.

What is checked of each page: in bokmål everything that axe knows, contrast by night too, five widths, targets for
fingers, that no card cuts what it holds, and the policy; in nynorsk and English what a text can break: the language
that it says, its title, the names of buttons, links, fields and landmarks, that these hold what is seen, and that its
longer words fit 320 px.
"""

import os
import re
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import axe
from tests.browser.nights import Night, log_in, night
from tests.browser.seed import PASSWORD

pytestmark = pytest.mark.browser
_PICTURES = os.environ.get("PICTURES")
"""The folder in which `make pictures` wants each page, by day and by night; None for no pictures."""
_SIZES = {"desk": (1280, 800), "tablet": (1180, 820), "telephone": (390, 844)}
_WIDTHS = [ViewportSize(width=width, height=800) for width in (1280, 1920, 800, 390, 320)]
Cookies = dict[str | None, Any]

PAGES = [
    ("ingrid", "/account/providers"), ("ingrid", "/account/pin"), ("admin", "/admin/tablets"),
    ("admin", "/admin/people/ingrid/identities"),
    ("maria", "/tablet"), ("jonas", "/tablet?unit=fjord"), ("kari", "/tablet?unit=sol&view=plan"),
    ("kari", "/tablet/plan?unit=sol"), ("kari", "/tablet/screens"), ("kari", "/tablet/rounds?unit=sol"),
    ("maria", "/tablet/handover?unit=sol"), ("maria", "/tablet/wall?unit=sol"),
    ("ingrid", "/nurse"), ("ingrid", "/a/B7C1"),
    ("maria", f"/alerts/{'b7c1'.ljust(32, '0')}/why"),
    ("anne", "/relatives"), ("lise", "/relatives"), ("per", "/relatives"), ("anne", "/relatives/astrid/messages"),
    ("anne", "/relatives/astrid/visits"), ("anne", "/relatives/astrid/about"), ("ragnhild-selv", "/resident"),
    ("maria", "/messages"), ("maria", "/messages/astrid/anne"), ("kari", "/admin/residents/ragnhild/relatives"),
    ("admin", "/admin"), ("admin", "/admin/devices"),
    ("admin", "/admin/devices/ukjent"), ("admin", "/admin/people"), ("ingrid", "/my"), ("kari", "/my"),
    ("admin", "/admin/people/ingrid"), ("admin", "/admin/people/kari"), ("admin", "/admin/dead-letters"),
    ("admin", "/admin/dead-letters/d1"),
    ("admin", "/admin/ladders/sol/40"), ("kari", "/admin/tasks"), ("kari", "/admin/rules"),
    ("kari", "/admin/rules/cold-home"), ("kari", "/admin/residents/gerd"),
    ("rune", "/audit"), ("kari", "/admin/retention"), ("kari", "/admin/residents/gerd/erasure"),
    ("kari", "/admin/residents"), ("kari", "/admin/residents/gerd/about"), ("kari", "/admin/residents/odd/address"),
    ("kari", "/admin/residents/gerd/address"),
    ("kari", "/admin/residents/new"), ("kari", "/admin/places"), ("kari", "/admin/places/rom-104"),
    ("tor", "/admin/join"),
    ("tor", "/admin/join/ukjent"), ("tor", "/admin/join/ukjent/label"), ("kari", "/admin/answers?days=90"),
    ("kari", "/admin/reviews?days=365"), ("tor", "/admin/promises"), ("kari", "/admin/transfer"),
    ("maria", "/silences"), ("maria", "/blind"), ("maria", "/visits"), ("tor", "/silences"),
    ("admin", "/admin/devices?show=untested"),
    ("admin", "/admin/events"), ("admin", "/admin/events/7"),
    ("admin", "/admin/why-not?resident=astrid&rule=night-exit&since=2026-01-15T22:00&until=2026-01-16T06:00"),
    ("admin", "/admin/ledger"), ("kari", "/admin/rules/backtest?rule=bathroom-long"),
    ("kari", "/admin/rules/backtest/ferdig"),
    ("kari", "/admin/rules/backtest/ferdig/gained/0"), ("kari", "/admin/rules/backtest/underveis"),
    ("admin", "/admin/load"), ("maria", "/residents/astrid/days"),
    ("admin", "/admin/models"), ("admin", "/admin/models/daily_rhythm/card"),
    ("tor", "/admin/load?days=28"), ("maria", "/nothing"), ("anne", "/tablet"), (None, "/login"),
    (None, "/login?ended=true"),
    ("ingrid", "/account"), ("kari", "/admin/residents/astrid/readings"), ("maria", "/a/C310"), (None, "/setup/brukt"),
    ("ingrid", "/nurse/visits"),
    ("ingrid", "/residents/solveig/planned"), (None, "/nurse/offline"), ("kari", "/admin/homes/storgata-5b/way-in"),
    (None, "/showcase"), (None, "/showcase/suppliers"), (None, "/showcase/numbers"),
]  # fmt: skip
_SAID = "label-content-name-mismatch"
"""WCAG 2.5.3: what is seen on a button or a link is in its name. Axe counts it as an experiment, and must be asked."""
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "rules": {_SAID: {"enabled": True}},
}
_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_TOLD = {"runOnly": {"type": "rule", "values": [
    "html-has-lang", "html-lang-valid", "valid-lang", "document-title", "button-name", "link-name", "label",
    "aria-command-name", "aria-input-field-name", "aria-toggle-field-name", "select-name", "landmark-unique",
    "summary-name", "empty-heading", "empty-table-header", "image-alt", "svg-img-alt", _SAID,
]}, "rules": {_SAID: {"enabled": True}}}  # fmt: skip
_BEYOND = "() => document.documentElement.scrollWidth - window.innerWidth"
_CUT = """() => [...document.querySelectorAll('main, main *:not(input)')].filter((one) => {
  if (one.clientWidth <= 2 || one.scrollWidth <= one.clientWidth + 1) return false;
  const { overflowX, textOverflow } = getComputedStyle(one);
  return ['hidden', 'clip'].includes(overflowX) && textOverflow !== 'ellipsis' && one.checkVisibility();
}).map((one) => one.id || one.className)"""
"""What hides a part of itself to the right, where nobody can scroll: a card cuts what is wider than it is."""
_DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))"
"""A plot takes its new size while the page is drawn at its own."""
_RETOLD = """async ([language, rules]) => {
  const answer = await fetch(location.href, { headers: { "Accept-Language": language } });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const one of next.querySelectorAll("details")) one.open = true;
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  document.body.replaceWith(next.body);
  const found = (await axe.run(document, rules)).violations.map((one) => [one.id, one.nodes[0].html.slice(0, 160)]);
  return [document.documentElement.lang, found];
}"""
"""The same page in another language, in the place of this one: its styles and axe are there already."""
_TOUCH = """() => [...document.querySelectorAll('main button, main summary, main label.ds-chip, main a.ds-button')]
  .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""

_MEASURED = f"async () => {{ await ({_DRAWN})(); return [({_BEYOND})(), ({_TOUCH})(), ({_CUT})()]; }}"


@pytest.fixture(scope="module")
def here() -> Iterator[Night]:
    yield from night()


@pytest.fixture(scope="module")
def cookies(here: Night) -> Cookies:
    """One login for each person, used in every window."""
    found: Cookies = {None: []}
    for username in {user for user, _ in PAGES if user}:
        with httpx2.Client(base_url=here.url, headers={"sec-fetch-site": "same-origin"}, timeout=30) as client:
            client.post("/login", data={"username": username, "password": PASSWORD})
            found[username] = [
                {"name": "carehub", "value": client.cookies["carehub"], "url": here.url, "httpOnly": True}
            ]
    return found


class Window:
    """One person's own browser, and what was heard of errors, breaches of the policy, and missing files."""

    def __init__(self, chromium: Browser, cookies: Any) -> None:
        context = chromium.new_context(locale="nb-NO")
        context.add_cookies(cookies)
        self.page = context.new_page()
        self._faults: list[str] = []
        self.page.on("pageerror", lambda error: self._faults.append(str(error)))
        self.page.on("console", lambda told: self._hear(told.text, if_says="Content Security Policy"))
        self.page.on("requestfailed", lambda request: self._hear(request.url, if_says="/static/"))

    def open(self, address: str) -> Page:
        """The page by day, with what it folds away opened."""
        self.page.set_viewport_size(_WIDTHS[0])
        self.page.emulate_media(color_scheme="light")
        self.page.goto(address)
        self.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        return self.page

    def faults(self) -> list[str]:
        """Since it was asked last."""
        heard, self._faults = self._faults, []
        return heard

    def _hear(self, said: str, *, if_says: str) -> None:
        if if_says in said:
            self._faults.append(said)


Windows = Callable[[str | None, str], Window]


@pytest.fixture(scope="module")
def windows(chromium: Browser, cookies: Cookies) -> Windows:
    """Each person's window, opened once: a new one for each page cost a fourth of the look.

    Where a service worker is registered the page has one of its own: it would answer for the next.
    """
    return cache(lambda username, _page: Window(chromium, cookies[username]))


def keep_pictures(page: Page, folder: Path, name: str) -> None:
    """The whole page as it looks at three sizes, by day and by night, for people to look at."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, (width, height) in _SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(_DRAWN)
            page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)


@pytest.mark.parametrize(("username", "path"), PAGES)
def test_a_page_can_be_read_by_everybody_at_every_width_and_breaks_no_policy(
    windows: Windows, here: Night, username: str | None, path: str
) -> None:
    """Axe by day and by night, five widths, three languages, no error: opened once, for opening is what takes time."""
    window = windows(username, path if path.startswith("/nurse") else "")
    if path == "/nurse/offline":  # it reloads as soon as the hub answers: amid a look that a busy machine draws out
        window.page.route("**/healthz", lambda route: route.abort())
    page = window.open(here.url + path)
    beyond, small, cut = {}, {}, {}

    found = axe.found(page, _RULES)
    page.emulate_media(color_scheme="dark")
    found += axe.found(page, _CONTRAST)
    if _PICTURES:
        keep_pictures(page, Path(_PICTURES), re.sub(r"\W+", "-", f"{username or 'nobody'}{path}"))
    for size in _WIDTHS:
        if page.viewport_size != size:  # each time the page is laid out and drawn anew
            page.set_viewport_size(size)
        beyond[size["width"]], small[size["width"]], cut[size["width"]] = page.evaluate(_MEASURED)
    told = {language: [*page.evaluate(_RETOLD, [language, _TOLD]), page.evaluate(_BEYOND)] for language in ("nn", "en")}

    assert found == []
    assert max(beyond.values()) <= 0, beyond
    assert not any(small.values()), small
    assert not any(cut.values()), cut
    assert told == {language: [language, [], 0] for language in told}
    assert window.faults() == []


def test_a_picture_shows_the_whole_page_at_each_size_by_day_and_by_night(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page()
    page.set_content(
        "<style>body { height: 3000px } @media (prefers-color-scheme: dark) { body { background: #000 } }</style>"
    )

    keep_pictures(page, tmp_path, "board")

    page.context.close()
    sizes = {one.stem: struct.unpack(">II", one.read_bytes()[16:24]) for one in tmp_path.iterdir()}
    assert {name.removeprefix("board-") for name in sizes} == {
        f"{one}-{by}" for one in _SIZES for by in ("light", "dark")
    }
    assert sizes["board-telephone-dark"][0] == 390
    assert min(height for _, height in sizes.values()) >= 3000
    assert (tmp_path / "board-desk-dark.png").read_bytes() != (tmp_path / "board-desk-light.png").read_bytes()


def test_axe_says_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<main><h1>Tavlen</h1><p style='color: #ccc'>Ingen har tatt det</p><button></button></main>")

    found = axe.found(page, _RULES)

    page.context.close()
    assert [name for name, _ in found] == ["button-name", "color-contrast", "document-title", "html-has-lang"]


def test_twice_the_text_size_still_fits(chromium: Browser, here: Night, cookies: Cookies) -> None:
    page = Window(chromium, cookies["ingrid"]).open(f"{here.url}/nurse")
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")

    beyond = page.evaluate(_BEYOND)

    page.context.close()
    assert beyond <= 0


def test_on_a_telephone_the_administrations_map_is_folded_and_the_fold_says_where_one_is(
    chromium: Browser, here: Night, cookies: Cookies
) -> None:
    page = Window(chromium, cookies["admin"]).page
    page.goto(f"{here.url}/admin/people")
    menu = page.get_by_role("navigation", name="Administrasjon", exact=True)
    fold, current = menu.locator("summary"), menu.locator('a[aria-current="page"]:visible')
    expect(fold).to_be_hidden()
    expect(current).to_have_text("Personer")

    page.set_viewport_size({"width": 390, "height": 844})
    box = menu.bounding_box()
    expect(fold).to_have_text("Administrasjon: Personer")
    fold.press("Enter")
    expect(current).to_have_text("Personer")
    menu.get_by_role("link", name="Vakter").press("Enter")

    page.wait_for_url("**/admin/shifts")
    expect(fold).to_have_text("Administrasjon: Vakter")
    page.context.close()
    assert box is not None
    assert box["height"] < 60


def test_nothing_is_kept_in_the_browser(chromium: Browser, here: Night) -> None:
    page = chromium.new_context(locale="nb-NO").new_page()
    log_in(page, here, "ingrid")
    page.goto(f"{here.url}/a/B7C1")

    kept = page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]")

    page.context.close()
    assert kept == [0, 0, ""]
