"""The wall in a real Chromium: whatever calls in a ward is on the screen, whole, and the drawing has the rest."""

import sqlite3
from contextlib import closing, contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import axe
from tests.browser.nights import night, window
from tests.browser.test_pages_look import _CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]
_ROOMS = (("rom-104", "astrid"), ("rom-108", "ragnhild"), ("rom-112", "kaare"))
_SEVERITIES = (40, 40, 30, 30, 20, 20, 10, 10, 10, 10)
_SIZES = ((1920, 1080), (1280, 800), (1280, 720), (3840, 2160), (1024, 768))
_MOST = 7
_CUT = """() => [...document.querySelectorAll(".wall__one, .wall__calm, .wall__more, .wall__plan")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.bottom > innerHeight || box.right > innerWidth || one.scrollHeight > one.clientHeight + 1
    || one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.textContent.trim())"""
_BREADTH = """() => { const svg = document.querySelector(".wall__plan .plan__svg");
  const { width, height } = svg.getBoundingClientRect(), drawn = svg.viewBox.baseVal;
  return Math.min(width / drawn.width, height / drawn.height) * drawn.width / innerWidth; }"""
"""How much of the screen's breadth the drawing has."""


def call(path: str, many: int) -> None:
    """So many alerts are open in Solsiden and no others, some with somebody on the way; its wall tells names."""
    with closing(sqlite3.connect(path)) as store, store:
        store.row_factory = sqlite3.Row
        store.execute("UPDATE unit SET wall_shows = 'name'")
        store.execute(
            "UPDATE alert SET unit_id = 'fjord', scope_id = 'rom-207' WHERE unit_id = 'sol' AND status = 'open'"
        )
        fall = dict(store.execute("SELECT * FROM alert WHERE id LIKE 'a4f2%'").fetchone())
        for number in range(many):
            row = _another(fall, number)
            places = ", ".join(f":{name}" for name in row)
            store.execute(f"INSERT INTO alert ({', '.join(row)}) VALUES ({places})", row)  # noqa: S608 - its own columns


def _another(alert: dict[str, Any], number: int) -> dict[str, Any]:
    scope, resident = _ROOMS[number % len(_ROOMS)]
    key = str(number).rjust(32, "e")
    taken = {"status": "taken", "owner_id": "maria", "taken_at": alert["raised_at"]} if number % 2 else {}
    return alert | taken | {
        "id": key, "dedup_key": key, "unit_id": "sol", "scope_id": scope, "resident_id": resident,
        "severity": _SEVERITIES[number], "place": "bathroom",
    }  # fmt: skip


@pytest.mark.parametrize(("many", "breadth"), [(0, 0.85), (1, 0.85), (3, 0.85), (7, 0.5)])
def test_every_alert_is_whole_on_the_wall_and_a_broad_ward_fills_it(
    chromium: Browser, many: int, breadth: float
) -> None:
    with contextmanager(night)(lambda path: call(path, many)) as here:
        page = window(chromium, here, "kari", "/tablet/wall?unit=sol")

        expect(page.locator(".wall__one")).to_have_count(many)
        for width, height in _SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(_CUT) == [], width
            assert page.evaluate(_BREADTH) > breadth, width


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_beyond_seven_the_wall_says_how_many_more_there_are_and_how_many_of_them_wait(
    chromium: Browser, colours: Literal["light", "dark"]
) -> None:
    with contextmanager(night)(lambda path: call(path, 10)) as here:
        page = window(chromium, here, "kari", "/tablet/wall?unit=sol")
        page.emulate_media(color_scheme=colours)

        expect(page.locator(".wall__one")).to_have_count(_MOST)
        expect(page.locator(".wall__one--waits")).to_have_count(4)
        expect(page.locator(".wall__more")).to_have_text("og 3 til · 1 venter på noen")
        for width, height in _SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(_CUT) == [], width
            assert page.evaluate(_BREADTH) > 0.5, width
        assert axe.found(page, _CONTRAST) == []
