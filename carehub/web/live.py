"""Server-sent events: the word that something changed, and a sign of life every four seconds."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.types import Send

from carehub.core.people.access import PRIVATE, Permission
from carehub.flow.hub import Hub
from carehub.flow.live import EVERY_SCREEN
from carehub.store import tables
from carehub.web.entering.shared import MaybeTablet, is_in_use
from carehub.web.problems import told
from carehub.web.security import LoginNeeded, MaybeVisitor, TheHub, Visitor, valid_login

router = APIRouter()
BEAT_S = 4.0
"""Also how long a login that ended without a word to us is still believed: less than the five seconds of C49."""
_RETRY_MS = 2000
Screen = Annotated[str | None, Query(max_length=32)]
_WORDS: dict[int | str, dict[str, Any]] = {200: {
    "description": "Events `change`, `beat` and `ended`; their data is JSON with the hub's `version` and time (`at`).",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}}  # fmt: skip
_BREATH_S, CALM_BREATH_S = 0.2, 2.0
"""Changes closer together than this are told as one: a page need not look ten times a second, and a family's still
less often."""
Holds = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a page is told: that something changed, that the hub lives, or that the login has ended."""

    event: str
    data: Mapping[str, int | str] = field(default_factory=dict)
    retry_ms: int | None = None

    def written(self) -> bytes:
        """As it goes over the line."""
        return format_sse_event(event=self.event, data_str=json.dumps(self.data), retry=self.retry_ms)


def word(event: str, hub: Hub, version: int, *, retry_ms: int) -> Word:
    """With the hub's own time, which an open page goes by."""
    return Word(event=event, data={"version": version, "at": hub.clock().isoformat()}, retry_ms=retry_ms)


Words = AsyncGenerator[Word, None]


class Stream(StreamingResponse):
    """An open page's stream of words.

    FastAPI's own puts two tasks and two queues between a generator and its page, for signs of life that ours gives
    itself: of two hundred pages they took a fifth of the time in which a change reaches all.
    """

    media_type = "text/event-stream"

    def __init__(self, words: Words) -> None:
        super().__init__(_lines(words), headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        self._words = words

    async def stream_response(self, send: Send) -> None:
        """Until the words or the page end; what the generator holds is let go at once."""
        async with aclosing(self._words):
            await super().stream_response(send)


async def _lines(words: Words) -> AsyncGenerator[bytes, None]:
    async for one in words:
        yield one.written()


async def _watcher(visitor: MaybeVisitor, tablet: MaybeTablet) -> None:
    if visitor is None and tablet is None:
        raise LoginNeeded


@router.get(
    "/api/v1/live", dependencies=[Depends(_watcher)], response_class=Stream, status_code=200, tags=["live"],
    summary="Live changes", responses=_WORDS | told(401, 422),
)  # fmt: skip
async def live(hub: TheHub, visitor: MaybeVisitor, tablet: MaybeTablet, screen: Screen = None) -> Stream:
    """Tell the page when to look again, for as long as the login holds. No data goes this way.

    A tablet says which unit it shows: so the hub knows which are live (F79). A shared one does so with nobody
    logged in, too: it shows that something waits, and calls.
    """
    return Stream(_words(hub, visitor, tablet, _shown(visitor, tablet, screen)))


async def _words(hub: Hub, visitor: Visitor | None, tablet: tables.Tablet | None, screen: str | None) -> Words:
    with hub.live.watching(screen) if screen else nullcontext():
        calm = visitor is not None and visitor.person.role in PRIVATE
        breath = CALM_BREATH_S if calm else _BREATH_S
        async with aclosing(stream_while(hub, _holds(hub, visitor, tablet), beat_s=BEAT_S, breath_s=breath)) as words:
            async for one in words:
                yield one


def _shown(visitor: Visitor | None, tablet: tables.Tablet | None, screen: str | None) -> str | None:
    """The unit that this page shows to those who answer; a shared tablet speaks for its own unit, and for no other."""
    may = visitor.may(Permission.SEE_ALERTS) if visitor is not None else tablet is not None
    if not may or tablet is None:
        return screen if may else None
    return tablet.unit_id if screen in {tablet.unit_id, EVERY_SCREEN} else None


def _holds(hub: Hub, visitor: Visitor | None, tablet: tables.Tablet | None) -> Holds:
    """Whether the login still holds; where nobody is logged in, the tablet's own place on the wall."""

    async def holds() -> bool:
        if visitor is not None:
            return await valid_login(hub, visitor.login.token_hash) is not None
        return tablet is not None and await is_in_use(hub, tablet)

    return holds


async def stream(hub: Hub, token_hash: str, *, beat_s: float = BEAT_S) -> Words:
    """For as long as this login holds."""

    async def holds() -> bool:
        return await valid_login(hub, token_hash) is not None

    async for event in stream_while(hub, holds, beat_s=beat_s):
        yield event


async def stream_while(hub: Hub, holds: Holds, *, beat_s: float = BEAT_S, breath_s: float = _BREATH_S) -> Words:
    """`change` with the version, `beat` in between, `ended` within a beat of its end."""
    told: int | None = None
    async for version in hub.live.changes(beat_s=max(beat_s - breath_s, 0.01)):
        if not await holds():
            yield Word(event="ended")
            return
        name = "beat" if version == told else "change"
        told = version
        yield word(name, hub, version, retry_ms=_RETRY_MS)
        await asyncio.sleep(breath_s)
