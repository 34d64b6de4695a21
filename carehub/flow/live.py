"""Tells open pages that something changed; what changed they read from the store."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

EVERY_SCREEN = "all"
"""The screen that shows every unit; and, as an address, any screen at all."""


class Live:
    """A counter that rises with every change, and everybody who waits for it to rise.

    Pages get no data this way, only the word to look again: so nobody is sent
    what they may not see, and a change that is missed is healed by the next.
    """

    def __init__(self) -> None:
        self.version = 0
        self._changed = asyncio.Event()
        self._closed = False
        self._screens: Counter[str] = Counter()

    @contextmanager
    def watching(self, screen: str) -> Iterator[None]:
        """A tablet shows this unit for as long as the block lasts; `EVERY_SCREEN` for one that shows all."""
        self._screens[screen] += 1
        try:
            yield
        finally:
            self._screens[screen] -= 1

    def shows(self, unit: str) -> bool:
        """Whether a tablet that shows this unit is live now."""
        live = [screen for screen, count in self._screens.items() if count > 0]
        return bool(live) if unit == EVERY_SCREEN else bool({unit, EVERY_SCREEN} & set(live))

    def change(self) -> None:
        """Something that a page may show has been committed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """Let every waiting page go, so that the hub can stop at once."""
        self._closed = True
        self._changed.set()

    async def changes(self, *, beat_s: float = 5.0) -> AsyncIterator[int]:
        """The version now, then at every change, and at least every `beat_s` seconds as a sign of life."""
        while not self._closed:
            waiting = self._changed
            yield self.version
            try:
                async with asyncio.timeout(beat_s):
                    await waiting.wait()
            except TimeoutError:
                continue
