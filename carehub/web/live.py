"""Server-sent events: the word that something changed, and a sign of life every five seconds."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from carehub.flow.hub import Hub
from carehub.web.security import Anyone, TheHub, valid_login

router = APIRouter()
BEAT_S = 5.0
_RETRY_MS = 2000
_BREATH_S = 0.2
"""Changes closer together than this are told as one: a page need not look ten times a second."""


@router.get("/api/v1/live", response_class=EventSourceResponse)
async def live(hub: TheHub, visitor: Anyone) -> AsyncIterator[ServerSentEvent]:
    """Tell the page when to look again, for as long as the login holds. No data goes this way."""
    async for event in stream(hub, visitor.login.token_hash):
        yield event


async def stream(hub: Hub, token_hash: str, *, beat_s: float = BEAT_S) -> AsyncIterator[ServerSentEvent]:
    """`change` with the version, `beat` in between, `ended` within a beat of the login's end."""
    told: int | None = None
    async for version in hub.live.changes(beat_s=beat_s):
        if await valid_login(hub, token_hash) is None:
            yield ServerSentEvent(event="ended", data={})
            return
        name = "beat" if version == told else "change"
        told = version
        yield ServerSentEvent(event=name, data={"version": version, "at": hub.clock()}, retry=_RETRY_MS)
        await asyncio.sleep(_BREATH_S)
