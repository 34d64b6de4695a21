"""What axe finds on an open page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_QUICK = """
class WeakMap {
  #name = Symbol();
  get(one) { return one[this.#name]; }
  set(one, value) { one[this.#name] = value; return this; }
  has(one) { return this.#name in one; }
}
class WeakSet extends WeakMap { add(one) { return this.set(one, true); } }
"""
"""Axe was translated for browsers without private fields, and keeps those of each colour, of which it makes thousands,
in eleven maps: a tenth of all that it does."""
_REMEMBER = """() => {
  const colour = axe.commons.color.Color.prototype, read = colour.parseString, known = new Map();
  colour.parseString = function (text) {
    const was = known.get(text);
    if (was) return Object.assign(this, was);
    const answer = read.call(this, text);
    known.set(text, { r: this.r, g: this.g, b: this.b, alpha: this.alpha });
    return answer;
  };
}"""
"""Axe reads each element's colours anew, some hundred times the same few words: a fifth of all that it does."""
_SCRIPT = f"(() => {{ {_QUICK} {Axe().axe_script} ({_REMEMBER})(); }})()"
_FOUND = """async (rules) => typeof axe === "undefined" ? null
  : (await axe.run(document, { ...rules, resultTypes: ["violations"] })).violations
    .map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])"""


def found(page: Page, rules: dict[str, Any]) -> list[Any]:
    """The rules that are broken, each with the first elements that break it; what passes is left untold."""
    broken: list[Any] | None = page.evaluate(_FOUND, rules)
    if broken is not None:
        return broken
    page.evaluate(_SCRIPT)
    return found(page, rules)
