"""Pages that fetch themselves wait their turn, and share what all of them read, and show, alike.

When something changes, every open page asks at once, of the loop in which alarms are received too. So a few are made
at a time, and whoever opens a page by hand, answers an alert, or sends an event goes past them. Those few ask the
store together (`kit/together.py`) and are written into the access log together; what they show alike is made once.
Families' pages have one turn of their own, so that however many of them are open, none stands in front of the staff's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.flow.hub import Hub
from carehub.web.security import AUTOMATIC

T = TypeVar("T")
AT_ONCE = 16
"""So many share a question to the store; more of them would keep an alarm waiting that comes meanwhile."""
_FAMILIES = ("/relatives", "/resident")
KEPT_S = 4.0
"""As long as a page that has nothing to fetch believes what it shows (`live.BEAT_S`). A change ends it at once.

What a visitor may see is never kept: it is asked anew for each page, and is in the key of what is shared."""


class Kept:
    """Answers of the store that are the same for every page, as long as nothing has changed."""

    def __init__(self) -> None:
        self._version, self._read_at = -1, 0.0
        self._found: dict[object, Any] = {}
        self._asking: dict[object, asyncio.Lock] = {}

    async def get(self, version: int, key: object, ask: Callable[[], Awaitable[T]]) -> T:
        """What was answered since the last change, or asked for now."""
        now = asyncio.get_running_loop().time()
        if version != self._version or now - self._read_at > KEPT_S:
            self._version, self._read_at, self._found, self._asking = version, now, {}, {}
        found = self._found
        if key not in found:
            # Whoever comes while it is being asked waits for the answer; where that fails, the next one asks.
            async with self._asking.setdefault(key, asyncio.Lock()):
                if key not in found:
                    found[key] = await ask()
        answer: T = found[key]
        return answer


_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


async def once(hub: Hub, key: object, ask: Callable[[], Awaitable[T]]) -> T:
    """For a page that fetches itself: what another has just read. For a person's own step it is always read anew.

    Args:
        key: What is asked, with everything that the answer depends on: it is shared between visitors.
    """
    kept = _kept.get()
    return await ask() if kept is None else await kept.get(hub.live.version, key, ask)


class Turns:
    """Lets a few pages at a time fetch themselves, and one of a family's beside them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._staff, self._families, self._kept = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(1), Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a turn, and give it back with the first byte: a slow telephone must not keep it."""
        if scope["type"] != "http" or AUTOMATIC not in Headers(scope=scope):
            await self.app(scope, receive, send)
            return
        turn = self._families if scope["path"].startswith(_FAMILIES) else self._staff
        await turn.acquire()
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                turn.release()

        async def answered(message: Message) -> None:
            give_back()
            await send(message)

        _kept.set(self._kept)
        try:
            await self.app(scope, receive, answered)
        finally:
            give_back()
