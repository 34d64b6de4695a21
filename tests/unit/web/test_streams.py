"""The live streams on real sockets (C58): for our own pages, so many a browser, little at a time, and read."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import uvicorn
from httpx2 import AsyncClient, Limits
from starlette.types import Receive, Scope, Send

from carehub.app.doors import Server
from carehub.flow.hub import Hub
from carehub.store import logins
from carehub.web.live import stream
from carehub.web.streams import MOST, MOST_UNKNOWN, Streams
from tests.brokers import free_port
from tests.unit.web.conftest import Browse, Clock, logged_in
from tests.unit.web.test_live import secret_of
from tests.unit.web.test_sessions_end import a_browser

_STREAMS = ("/api/v1/live", "/tablet/wall/live", "/showcase/live")


@pytest.mark.parametrize("path", _STREAMS)
@pytest.mark.parametrize(
    "asked",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"},
     {"origin": "null"}, {"origin": "https://hub.nordvik.example.evil.example"}],
)  # fmt: skip
async def test_another_sites_page_is_refused_whatever_cookie_it_brings_c58(
    hub: Hub, browser: Browse, path: str, asked: dict[str, str]
) -> None:
    hub.live.close()
    client = await logged_in(browser(raw=True), hub, "maria")

    assert (await client.get(path, headers=asked)).status_code == 403
    assert (await client.get(path, headers={"origin": "https://hub.nordvik.example"})).status_code != 403


async def test_a_storm_of_changes_is_told_five_times_a_second_in_a_few_bytes_c58(hub: Hub, clock: Clock) -> None:
    """Not a megabyte a second, but less than one kilobyte."""
    secret, told = await secret_of(hub, "maria"), []

    async def storm() -> None:
        while True:
            hub.live.change()
            await asyncio.sleep(0.001)

    raging = asyncio.create_task(storm())
    with suppress(TimeoutError):
        async with asyncio.timeout(1.05):
            async for event in stream(hub, secret):
                told.append(event)  # noqa: PERF401 - a list that is never finished keeps nothing
    raging.cancel()

    assert 2 <= len(told) <= 6
    assert all(len(one.written()) < 200 for one in told)


# --- on sockets -------------------------------------------------------------------------------


async def _endless(scope: Scope, _receive: Receive, send: Send) -> None:
    """A stream that says as much as is taken."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    while True:
        await send({"type": "http.response.body", "body": b"data: " + b"x" * 4000 + b"\n\n", "more_body": True})
        await asyncio.sleep(0.001)


async def _calm(scope: Scope, receive: Receive, send: Send) -> None:
    """A stream on which nothing happens: hundreds of talkative ones take the processor from whoever opens the next."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def _serving(streams: Streams) -> AsyncIterator[int]:
    port = free_port()
    config = uvicorn.Config(streams, port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield port
    server.should_exit = True
    await task


def _never_reads(port: int, cookie: str) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", port))
    one.sendall(f"GET /api/v1/live HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n".encode())
    return one


async def test_whoever_never_reads_is_let_go_and_hurts_nobody_c58(hub: Hub) -> None:
    streams = Streams(_endless, hub, taken_within_s=0.5)
    async with asyncio.timeout(30), _serving(streams) as port:
        dead = [_never_reads(port, "carehub=dead") for _ in range(MOST)]
        gaps, last = [], asyncio.get_running_loop().time()
        async with (
            AsyncClient() as client,
            client.stream("GET", f"http://127.0.0.1:{port}/api/v1/live", headers={"cookie": "carehub=alive"}) as answer,
        ):
            async for _ in answer.aiter_bytes():
                now = asyncio.get_running_loop().time()
                gaps.append(now - last)
                last = now
                if "carehub=dead" not in streams.open and len(gaps) > 200:
                    break
            assert streams.open == {"carehub=alive": 1}
        for one in dead:
            one.close()

    assert max(gaps) < 2.0


async def test_a_browser_has_so_many_streams_and_a_crowd_without_cookies_more_c58(hub: Hub) -> None:
    streams = Streams(_calm, hub)
    async with (
        asyncio.timeout(60),
        _serving(streams) as port,
        AsyncClient(limits=Limits(max_connections=None)) as client,
        AsyncExitStack() as stack,
    ):
        host = f"http://127.0.0.1:{port}"

        async def opened(cookie: str, path: str = "/api/v1/live") -> int:
            asked = client.build_request("GET", f"{host}{path}", headers={"cookie": cookie} if cookie else {})
            answer = await client.send(asked, stream=True)
            stack.push_async_callback(answer.aclose)
            return answer.status_code

        assert {await opened("carehub=a") for _ in range(MOST)} == {200}
        assert await opened("carehub=a") == 429
        assert await opened("carehub=b") == 200
        assert await opened("") == 200
        shown = [await opened(f"carehub={number}", "/showcase/live") for number in range(MOST_UNKNOWN)]
        assert shown == [200] * (MOST_UNKNOWN - 1) + [429], "another cookie each time is still one address"
    assert MOST_UNKNOWN > MOST
    assert streams.open == {}, "whoever has gone is not counted"


# --- another's subscription -------------------------------------------------------------------


async def test_a_tablet_speaks_for_its_own_unit_and_a_relative_for_none_c58(live_hub: Hub) -> None:
    """To say that a unit's screen is live is to say that somebody there is told."""
    admin, tablet = await a_browser(live_hub, "admin"), await a_browser(live_hub, None)
    anne = await a_browser(live_hub, "anne")
    shown = await admin.post("/admin/tablets", data={"name": "Vaktrommet", "unit_id": "sol"})
    link = re.search(r"(/kiosk/enrol/[\w-]+)", shown.text)
    assert link
    await tablet.post(link[1])

    for client, screen, live in (
        (tablet, "fjord", set()), (tablet, "sol", {"sol"}), (tablet, "all", {"sol"}), (anne, "sol", set()),
    ):  # fmt: skip
        async with client.stream("GET", f"/api/v1/live?screen={screen}") as answer:
            assert "change" in await anext(answer.aiter_lines())
            assert {unit for unit in ("sol", "fjord", "sentrum") if live_hub.live.shows(unit)} == live, screen
        async with asyncio.timeout(10):
            while live_hub.live.shows("all"):
                live_hub.live.change()
                await asyncio.sleep(0.05)
    for one in (admin, tablet, anne):
        await one.aclose()


async def test_a_stream_asks_at_each_word_whether_the_login_still_holds_c58(hub: Hub) -> None:
    secret, heard = await secret_of(hub, "maria"), []
    async with asyncio.timeout(30):
        async for event in stream(hub, secret, beat_s=0.05):
            heard.append(event.event)
            if len(heard) == 2:
                async with hub.database.write() as session:
                    await logins.end(session, secret)

    assert heard[-1] == "ended"
    assert len(heard) <= 4
