"""What axe finds on an open page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SCRIPT = Axe().axe_script
_FOUND = """async (rules) => (await axe.run(document, { ...rules, resultTypes: ["violations"] })).violations
  .map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])"""


def found(page: Page, rules: dict[str, Any]) -> list[Any]:
    """The rules that are broken, each with the first elements that break it; what passes is left untold."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_SCRIPT)
    broken: list[Any] = page.evaluate(_FOUND, rules)
    return broken
