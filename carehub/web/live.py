"""Server-sent events: the word that something changed, and a sign of life every five seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from carehub.core.access import Permission
from carehub.flow.hub import Hub
from carehub.web.security import Anyone, TheHub, valid_login

router = APIRouter()
BEAT_S = 5.0
_RETRY_MS = 2000
Screen = Annotated[str | None, Query(max_length=32)]
_BREATH_S = 0.2
"""Changes closer together than this are told as one: a page need not look ten times a second."""


@router.get("/api/v1/live", response_class=EventSourceResponse)
async def live(hub: TheHub, visitor: Anyone, screen: Screen = None) -> AsyncIterator[ServerSentEvent]:
    """Tell the page when to look again, for as long as the login holds. No data goes this way.

    A tablet says which unit it shows: so the hub knows which are live (F79).
    """
    is_tablet = screen and visitor.may(Permission.SEE_ALERTS)
    with hub.live.watching(screen) if screen and is_tablet else nullcontext():
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
