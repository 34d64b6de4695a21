"""A real exchange on a free port, and a real hub's door to receive what it sends."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp

from carehub.app.doors import Server

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "only-for-this-test"
OURS = "+4799900001"
NURSE = "+4799900115"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def until(check: Callable[[], bool]) -> None:
    """Wait until it is so; long enough for a busy machine, but not for ever."""
    async with asyncio.timeout(20):
        while not check():  # noqa: ASYNC110 - what it waits for happens in other programs
            await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free loopback port for as long as the block lasts; gives its origin."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[door]))
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        await task


@dataclass
class Hub:
    """What the hub's webhooks have been told, each as (path, signature, form)."""

    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    origin: str = ""
    answer: str = "<Response/>"

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for _, _, form in self.heard if "MessageStatus" in form]

    async def hears(self, count: int) -> None:
        await until(lambda: len(self.heard) >= count)


@dataclass
class Line:
    """A client of the exchange, with the account's own password."""

    client: httpx2.AsyncClient
    callback: str

    async def send(self, **fields: Any) -> httpx2.Response:
        """Create a message; a field that is None is left out."""
        form = {"To": NURSE, "From": OURS, "Body": "Alarm 7K3QFX", "StatusCallback": self.callback} | fields
        return await self.client.post(MESSAGES, data={k: v for k, v in form.items() if v is not None})

    async def arrived(self, number: str = NURSE) -> list[str]:
        """The texts that a telephone has received."""
        messages = (await self.client.get("/_exchange/messages", params={"to": number})).json()
        return [message["body"] for message in messages if message["arrived"]]

    async def behave(self, **order: Any) -> None:
        (await self.client.post("/_exchange/behaviour", json=order)).raise_for_status()
