"""Hands that have a keyboard and nothing else: Tab, Enter, arrows, words; and what they must meet at each stop."""

import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Page

_MOST_STOPS = 130
"""Beyond this nobody walks through a page by Tab; the board of all units has a hundred with all its folds open."""
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const seen = (it) => it.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shown = [one, ...(one.labels ?? [])].filter(seen);  // a chip hides its radio button, and is what one sees
  const boxes = shown.map((it) => it.getBoundingClientRect()).filter((box) => box.width > 1 && box.height > 1);
  const within = (at, end) => Math.min(Math.max(at, 1), end - 1);
  const isOnTop = (box) => [0.1, 0.5, 0.9].some((part) => {
    const [x, y] = [box.left + box.width * part, box.top + box.height / 2];
    const top = document.elementFromPoint(within(x, innerWidth), within(y, innerHeight));
    return top && shown.some((it) => it.contains(top) || top.contains(it));
  });
  const isDrawn = ({ outlineStyle, outlineWidth, boxShadow, strokeWidth }) => boxShadow !== "none"
    || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || parseFloat(strokeWidth) >= 5;
  const around = [...shown, one.closest(".ds-field"), ...one.querySelectorAll("rect, path")].filter(Boolean);
  return {
    html: one.outerHTML.slice(0, 160), seen: boxes.length > 0, uncovered: boxes.some(isOnTop),
    inside: boxes.some((it) => it.bottom > 0 && it.right > 0 && it.top < innerHeight && it.left < innerWidth),
    ringed: around.some((it) => isDrawn(getComputedStyle(it))),
  };
}"""
_MUST_BE = ("seen", "inside", "ringed", "uncovered")
_CAME_ROUND = """() => {
  const one = document.activeElement, over = one === document.body || one === window.first;
  window.first ??= one;
  return over;
}"""
_LISTEN = """() => {
  window.spoken = [];
  const LOUD = "[role=status], [role=alert], [aria-live]";
  const words = (one) => one.textContent.replace(/\\s+/g, " ").trim();
  const say = (one) => { if (one?.checkVisibility()) window.spoken.push(words(one)); };
  const of = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(LOUD);
  new MutationObserver((all) => {
    for (const it of all) {
      say(of(it.target));
      for (const node of it.addedNodes) if (node.querySelectorAll) [...node.querySelectorAll(LOUD)].forEach(say);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"] });
  addEventListener("DOMContentLoaded", () => window.spoken.push(document.title));  // a live change brings another
}"""
"""Whatever a screen reader says by itself, from the beginning of each page, its title first."""


class Hands:
    """Somebody who sees no pointer, and hears what the page says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._before = ""
        self._tree = page.context.new_cdp_session(page)
        page.add_init_script(f"({_LISTEN})()")
        page.reload()

    def _told(self) -> tuple[str, str]:
        found = self._tree.send("Runtime.evaluate", {"expression": "document.activeElement"})
        nodes = self._tree.send(
            "Accessibility.getPartialAXTree", {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        )["nodes"]
        role, name = (nodes[0].get(one, {}).get("value", "") for one in ("role", "name"))
        return role, name

    def stop(self) -> tuple[str, str]:
        """The role and name of what has focus, as the browser tells a screen reader; it is seen, and its ring."""
        here: dict[str, Any] | None = None
        role = name = ""
        for _ in range(10):  # what slides or fades in is there in a moment, and what was pressed may just be leaving
            here = self.page.evaluate(_FOCUSED)
            if here and all(here[one] for one in _MUST_BE):
                role, name = self._told()
                if name.strip():
                    break
            self.page.wait_for_timeout(50)
        assert here is not None, "focus is nowhere"
        missing = [one for one in _MUST_BE if not here[one]]
        assert not missing, (missing, here["html"])
        assert name.strip(), f"no name: {here['html']}"
        return role, re.sub(r"\s+", " ", name).replace(" ,", ",").replace(" :", ":").strip()

    def to(self, name: str, *, back: bool = False, most: int = _MOST_STOPS) -> "Hands":
        """By Tab until there; whoever comes round without it is nowhere, and a trap never comes round."""
        wanted, stops = re.compile(name), []
        for _ in range(most):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            stops.append(self.stop()[1])
            if wanted.search(stops[-1]):
                return self
        raise AssertionError((name, stops))

    def round(self) -> list[str]:
        """Through the whole page and out of it again: each stop is seen and named, and nothing holds one back."""
        names: list[str] = []
        self.page.evaluate("() => { document.activeElement?.blur(); getSelection()?.empty(); window.first = null; }")
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_CAME_ROUND):
                return names
            names.append(self.stop()[1])
        raise AssertionError(names)

    def press(self, key: str = "Enter") -> "Hands":
        """On what has focus; what was said before is no answer to it."""
        self._before = self.page.title()
        self.page.evaluate("() => { window.spoken = []; }")
        self.page.keyboard.press(key)
        return self

    def write(self, words: str) -> "Hands":
        """Into what has focus, over what stands there."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)
        return self

    def skip(self) -> "Hands":
        """Over the head of the page."""
        self.to("^Hopp til innholdet$", most=1).press()
        assert self.page.evaluate("() => document.activeElement.id") == "main"
        return self

    def hears(self, words: str) -> "Hands":
        """It was said by a live region, or stands first in the new page's title."""
        pattern, said = re.compile(words), []
        for _ in range(150):
            with suppress(Error):  # it is just leaving for the next page
                title, said = self.page.title(), self.page.evaluate("() => window.spoken ?? []")
                said += [title] * (title != self._before)
            if any(pattern.search(one) for one in said):
                return self
            self.page.wait_for_timeout(100)
        raise AssertionError((words, list(dict.fromkeys(said))))

    def is_at(self, role: str, name: str) -> "Hands":
        """What the page moves focus to by itself; on the way there it is never nowhere."""
        found = self.stop()
        for _ in range(100):
            found = self.stop()
            if found[0] == role and re.search(name, found[1]):
                return self
            self.page.wait_for_timeout(100)
        raise AssertionError((role, name, found))
