"""Pages that fetch themselves wait their turn, and share what all of them read, and show, alike.

When something changes, every open page asks at once, of the loop in which alarms are received too. So a few are made
at a time, and whoever opens a page by hand, answers an alert, or sends an event goes past them. Those few ask the
store together (`kit/together.py`) and are written into the access log together; what they show alike is made once.
Families' pages have one turn of their own, so that however many of them are open, none stands in front of the staff's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.flow.hub import Hub
from carehub.flow.live import Live
from carehub.web.security import AUTOMATIC

T = TypeVar("T")
AT_ONCE = 32
"""So many share a question to the store; more of them would keep an alarm waiting that comes meanwhile."""
VERSION = "x-carehub-version"
"""Which change the answer shows, so that its page need not look again for one that it shows already."""
_FAMILIES = ("/relatives", "/resident")
KEPT_S = 4.0
"""As long as a page that has nothing to fetch believes what it shows (`live.BEAT_S`). A change ends it at once.

What a visitor may see is never kept: it is asked anew for each page, and is in the key of what is shared."""


class Found:
    """Answers that are the same for every page, of one moment."""

    def __init__(self, version: int, at: float) -> None:
        self.version, self.at = version, at
        self._found: dict[object, Any] = {}
        self._asking: dict[object, asyncio.Lock] = {}

    async def get(self, key: object, ask: Callable[[], Awaitable[T]]) -> T:
        """What another page has been answered, or is being answered now; else asked for."""
        if key not in self._found:
            # Whoever comes while it is being asked waits for the answer; where that fails, the next one asks.
            async with self._asking.setdefault(key, asyncio.Lock()):
                if key not in self._found:
                    self._found[key] = await ask()
        answer: T = self._found[key]
        return answer


class Kept:
    """What was found since the last change."""

    def __init__(self) -> None:
        self._found = Found(-1, 0.0)

    def at(self, version: int) -> Found:
        """As of this version; empty where something has changed, or too much time has passed."""
        now = asyncio.get_running_loop().time()
        if version != self._found.version or now - self._found.at > KEPT_S:
            self._found = Found(version, now)
        return self._found


class _Page:
    """One page that fetches itself. It holds on to what was found when it began to look.

    A change may come while it is made: what it has made of the old answers must not reach those who come after.
    """

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._found: Found | None = None

    def found(self, version: int) -> Found:
        """Of the moment in which it first asked."""
        if self._found is None:
            self._found = self._kept.at(version)
        return self._found


_page: ContextVar[_Page | None] = ContextVar("page", default=None)


async def once(hub: Hub, key: object, ask: Callable[[], Awaitable[T]]) -> T:
    """For a page that fetches itself: what another has just read. For a person's own step it is always read anew.

    Args:
        key: What is asked, with everything that the answer depends on: it is shared between visitors.
    """
    page = _page.get()
    return await ask() if page is None else await page.found(hub.live.version).get(key, ask)


class _Door:
    """Lets so many in at a time, and the next in groups: those who come in together ask the store together."""

    def __init__(self, places: int) -> None:
        self._places, self._free = places, places
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Wait for a place."""
        if self._free and not self._waiting:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was let in just then
            raise

    def leave(self) -> None:
        """Give the place back. When half of them are free the next go in: a slow page holds up no other."""
        self._free += 1
        if self._free < (self._places + 1) // 2:
            return
        while self._waiting and self._free:
            turn = self._waiting.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)


class Turns:
    """Lets a few pages at a time fetch themselves, and one of a family's beside them."""

    def __init__(self, app: ASGIApp, live: Live) -> None:
        self.app, self._live = app, live
        self._staff, self._families, self._kept = _Door(AT_ONCE), _Door(1), Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a turn, and give it back with the first byte: a slow telephone must not keep it."""
        if scope["type"] != "http" or AUTOMATIC not in Headers(scope=scope):
            await self.app(scope, receive, send)
            return
        turn = self._families if scope["path"].startswith(_FAMILIES) else self._staff
        await turn.enter()
        held, version = True, self._live.version

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                turn.leave()

        async def answered(message: Message) -> None:
            give_back()
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[VERSION] = str(version)
            await send(message)

        _page.set(_Page(self._kept))
        try:
            await self.app(scope, receive, answered)
        finally:
            give_back()
