import asyncio
import json
from datetime import timedelta

import pytest
from starlette.types import Message

from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.web.live import Stream, Word, Words, stream, word
from carehub.web.security import LIMITS
from tests.unit.web.conftest import Clock


async def secret_of(hub: Hub, username: str) -> str:
    async with hub.database.write() as session:
        person = await session.get_one(tables.Person, username)
        return logins.hash_of(await logins.begin(session, person, LIMITS[person.role], hub.clock()))


async def collect(hub: Hub, secret: str, many: int, *, beat_s: float = 0.05) -> list[str | None]:
    found: list[Word] = []
    async with asyncio.timeout(30):
        async for event in stream(hub, secret, beat_s=beat_s):
            found.append(event)
            if len(found) == many:
                break
    return [event.event for event in found]


async def test_a_page_is_told_to_look_and_then_that_all_is_alive(hub: Hub) -> None:
    assert await collect(hub, await secret_of(hub, "maria"), 3) == ["change", "beat", "beat"]


async def test_a_change_is_told_at_once(hub: Hub) -> None:
    secret = await secret_of(hub, "maria")
    asyncio.get_running_loop().call_later(0.4, hub.live.change)

    assert await collect(hub, secret, 2, beat_s=4) == ["change", "change"]


async def test_a_logged_out_page_is_told_and_let_go(hub: Hub) -> None:
    secret = await secret_of(hub, "maria")
    async with hub.database.write() as session:
        await logins.end(session, secret)

    assert await collect(hub, secret, 9) == ["ended"]


async def test_a_login_that_ran_out_is_told(hub: Hub, clock: Clock) -> None:
    secret = await secret_of(hub, "admin")
    clock.passes(timedelta(hours=2))

    assert await collect(hub, secret, 9) == ["ended"]


async def test_closing_the_hub_lets_every_page_go(hub: Hub) -> None:
    secret = await secret_of(hub, "maria")
    asyncio.get_running_loop().call_later(0.3, hub.live.close)

    assert await collect(hub, secret, 99, beat_s=30) == ["change"]


async def test_no_data_goes_by_the_stream(hub: Hub) -> None:
    async for event in stream(hub, await secret_of(hub, "maria"), beat_s=0.05):
        (data,) = [line for line in event.written().decode().splitlines() if line.startswith("data: ")]
        assert set(json.loads(data.removeprefix("data: "))) == {"version", "at"}
        break


async def test_a_screen_whose_line_breaks_is_not_counted_as_live_any_more(hub: Hub) -> None:
    """F79: whether somebody goes, or a word does not get through to them."""

    async def words() -> Words:
        with hub.live.watching("sol"):
            while True:
                yield word("beat", hub, 1, retry_ms=1)
                await asyncio.sleep(0.01)

    async def breaks(message: Message) -> None:
        assert hub.live.shows("sol") or message["type"] == "http.response.start"
        if message["type"] == "http.response.body":
            raise BrokenPipeError

    async def goes() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    async def silent(_message: Message) -> None:
        return

    with pytest.raises(BrokenPipeError):
        await Stream(words()).stream_response(breaks)
    assert not hub.live.shows("sol")

    async with asyncio.timeout(30):
        await Stream(words())({"type": "http", "asgi": {"spec_version": "2.3"}}, goes, silent)
    assert not hub.live.shows("sol")
