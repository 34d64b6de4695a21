"""The live streams' own lock (C58): from our own pages only, so many for each browser, and none that nobody reads."""

import asyncio
from collections import Counter

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.web.security import is_ours
from carehub.web.tongue import _

MOST = 24
"""Streams of one browser: each page has one, and nobody has so many open."""
MOST_UNKNOWN = 200
"""Of one address, without a login: the showcase, before a class or a whole municipality behind one address."""
_PUBLIC = "/showcase/"
"""Where nobody is asked who they are: a cookie is of no weight there, for anybody can bring another each time."""
TAKEN_WITHIN_S = 10.0
"""A sign of life goes every four seconds; whoever takes none for so long reads no more, and comes back if it does."""


class _NobodyReads(Exception):
    pass


class Streams:
    """Refuses, counts and lets go; other requests pass it by."""

    def __init__(self, app: ASGIApp, hub: Hub, taken_within_s: float = TAKEN_WITHIN_S) -> None:
        self._app, self._hub, self._taken_within_s = app, hub, taken_within_s
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through for as long as it is read."""
        if scope["type"] != "http" or not scope["path"].endswith("/live"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookie = None if scope["path"].startswith(_PUBLIC) else headers.get("cookie")
        whose, most = (cookie, MOST) if cookie else (str((scope["client"] or ("",))[0]), MOST_UNKNOWN)
        if not is_ours(headers, self._hub):
            await PlainTextResponse(_("Strømmen er for våre egne sider."), status_code=403)(scope, receive, send)
        elif self.open[whose] >= most:
            await PlainTextResponse(_("For mange åpne sider."), status_code=429)(scope, receive, send)
        else:
            await self._while_read(whose, scope, receive, send)

    async def _while_read(self, whose: str, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(self._taken_within_s):
                    await send(message)
            except TimeoutError:
                raise _NobodyReads from None

        self.open[whose] += 1
        try:
            await self._app(scope, receive, send_in_time)
        except* _NobodyReads:
            log.info("live.nobody_reads")
        finally:
            self.open[whose] -= 1
            if not self.open[whose]:
                del self.open[whose]
