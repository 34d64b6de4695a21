"""The hub's pages on a real socket, in the test's own event loop: for what an in-process client cannot show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from carehub.app.doors import Server
from carehub.flow.hub import Hub
from carehub.web import create_web


@asynccontextmanager
async def served(hub: Hub, port: int) -> AsyncIterator[None]:
    """Serve until the block ends."""
    server = Server(uvicorn.Config(create_web(hub), port=port, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield
    hub.live.close()
    server.should_exit = True
    await task
