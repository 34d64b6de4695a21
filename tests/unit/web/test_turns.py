"""Pages that fetch themselves: a few at a time, with shared readings, and nobody who acts waits behind them."""

import asyncio
from collections.abc import Awaitable, Callable

from httpx2 import ASGITransport, AsyncClient
from sqlmodel import func, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from carehub.flow.hub import Hub
from carehub.flow.live import Live
from carehub.store import tables
from carehub.web.turns import AT_ONCE, VERSION, Kept, Turns, once
from tests.unit.web.conftest import Browse, logged_in

ITSELF = {"x-carehub-live": "1"}
Page = Callable[[Request], Awaitable[str]]


def _client(page: Page, live: Live | None = None) -> AsyncClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(await page(Request(scope)))(scope, receive, send)

    return AsyncClient(transport=ASGITransport(app=Turns(app, live or Live())), base_url="http://hub.example")


async def test_a_few_pages_at_a_time_fetch_themselves_and_a_person_goes_past_them() -> None:
    inside, most, go = 0, 0, asyncio.Event()

    async def page(request: Request) -> str:
        nonlocal inside, most
        if "x-carehub-live" not in request.headers:
            return "yours"
        inside += 1
        most = max(most, inside)
        await go.wait()
        inside -= 1
        return "mine"

    async with _client(page) as client:
        waiting = [asyncio.create_task(client.get("/", headers=ITSELF)) for _ in range(AT_ONCE + 8)]
        while inside < AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert (await client.get("/")).text == "yours"
        go.set()
        await asyncio.gather(*waiting)

    assert most == AT_ONCE


async def test_an_answer_says_which_change_it_shows_and_none_that_came_while_it_was_made() -> None:
    """So a page that waited for its turn while more happened need not look again, and never misses what came later."""
    live, inside, go = Live(), 0, asyncio.Event()

    async def page(_request: Request) -> str:
        nonlocal inside
        inside += 1
        await go.wait()
        return "mine"

    async with _client(page, live) as client:
        live.change()
        pages = [asyncio.create_task(client.get("/", headers=ITSELF)) for _ in range(AT_ONCE + 1)]
        while inside < AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        live.change()
        go.set()
        *first, last = [answer.headers[VERSION] for answer in await asyncio.gather(*pages)]
        assert VERSION not in (await client.get("/")).headers

    assert (set(first), last) == ({"1"}, "2")


async def test_the_next_go_in_together_when_half_of_the_places_are_free() -> None:
    inside: set[int] = set()
    go = [asyncio.Event() for _ in range(2 * AT_ONCE)]

    async def page(request: Request) -> str:
        number = int(request.url.path[1:])
        inside.add(number)
        await go[number].wait()
        return "mine"

    async with _client(page) as client:
        pages = [asyncio.create_task(client.get(f"/{number}", headers=ITSELF)) for number in range(2 * AT_ONCE)]
        while len(inside) < AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        *most, last = pages[: AT_ONCE // 2]
        for number in range(AT_ONCE // 2 - 1):
            go[number].set()
        await asyncio.gather(*most)
        assert len(inside) == AT_ONCE
        go[AT_ONCE // 2 - 1].set()
        await last
        while len(inside) < AT_ONCE + AT_ONCE // 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for one in go:
            one.set()
        await asyncio.gather(*pages)


async def test_who_goes_while_they_wait_takes_no_place() -> None:
    inside, go = 0, asyncio.Event()

    async def page(_request: Request) -> str:
        nonlocal inside
        inside += 1
        await go.wait()
        return "mine"

    async with _client(page) as client:
        pages = [asyncio.create_task(client.get("/", headers=ITSELF)) for _ in range(2 * AT_ONCE)]
        while inside < AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for one in pages[AT_ONCE:]:
            one.cancel()
        await asyncio.gather(*pages[AT_ONCE:], return_exceptions=True)
        go.set()
        await asyncio.gather(*pages[:AT_ONCE])
        async with asyncio.timeout(30):
            await asyncio.gather(*(client.get("/", headers=ITSELF) for _ in range(2 * AT_ONCE)))

    assert inside == 3 * AT_ONCE


async def test_a_page_that_fails_gives_its_turn_back() -> None:
    async def page(_request: Request) -> str:
        raise ZeroDivisionError

    async with _client(page) as client:
        for _ in range(AT_ONCE + 1):
            answer = await asyncio.gather(client.get("/", headers=ITSELF), return_exceptions=True)
            assert isinstance(answer[0], ZeroDivisionError)


async def test_what_all_pages_read_is_read_once_until_something_changes() -> None:
    kept, asked = Kept(), 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return asked

    assert [await kept.at(version).get("open", ask) for version in (1, 1, 2, 2)] == [1, 1, 2, 2]
    assert await kept.at(2).get("closed", ask) == 3


async def test_those_who_ask_for_the_same_at_once_wait_for_one_answer_and_a_failure_is_asked_again() -> None:
    kept, asked = Kept(), 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked == 1:
            raise ZeroDivisionError
        return asked

    answers = await asyncio.gather(*(kept.at(1).get("open", ask) for _ in range(4)), return_exceptions=True)

    assert [type(answers[0]), *answers[1:]] == [ZeroDivisionError, 2, 2, 2]


async def test_what_a_page_made_of_old_answers_reaches_nobody_after_the_change(hub: Hub) -> None:
    stored, read, go = "old", asyncio.Event(), asyncio.Event()

    async def ask() -> str:
        return stored

    async def page(request: Request) -> str:
        seen = await once(hub, "cards", ask)

        async def made() -> str:
            return f"made of {seen}"

        if "slow" in request.url.path:
            read.set()
            await go.wait()
        return await once(hub, "board", made)

    async with _client(page) as client:
        slow = asyncio.create_task(client.get("/slow", headers=ITSELF))
        await read.wait()
        stored = "new"
        hub.live.change()
        go.set()
        assert (await slow).text == "made of old"  # it has been told of the change, and looks again
        assert (await client.get("/", headers=ITSELF)).text == "made of new"


async def test_a_persons_own_step_reads_anew(hub: Hub) -> None:
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return asked

    assert [await once(hub, "open", ask), await once(hub, "open", ask)] == [1, 2]


async def test_ten_pages_that_show_an_alert_for_the_first_time_are_all_logged(hub: Hub, browser: Browse) -> None:
    """C81: together in few transactions, and still one line for each login."""
    names = ["maria", "jonas", "ingrid", "kari"]
    clients = [await logged_in(browser(), hub, name) for name in names]

    await asyncio.gather(*(client.get("/tablet", headers=ITSELF) for client in clients))
    await asyncio.gather(*(client.get("/tablet", headers=ITSELF) for client in clients))

    async with hub.database.read() as session:
        log = tables.AccessLog
        statement = select(log.person_id, func.count()).group_by(log.person_id)
        rows = dict((await session.exec(statement)).all())
    assert set(names) <= set(rows)
    seen = await _subjects(hub, names[0])
    assert len(seen) == len(set(seen))


async def _subjects(hub: Hub, person: str) -> list[str | None]:
    async with hub.database.read() as session:
        log = tables.AccessLog
        return list((await session.exec(select(log.subject).where(log.person_id == person))).all())


async def test_families_pages_wait_for_each_other_and_never_stand_before_the_staff() -> None:
    inside: list[str] = []
    go = asyncio.Event()

    async def page(request: Request) -> str:
        inside.append(request.url.path)
        await go.wait()
        return "mine"

    async with _client(page) as client:
        families = [asyncio.create_task(client.get("/relatives", headers=ITSELF)) for _ in range(5)]
        await asyncio.sleep(0.02)
        staff = [asyncio.create_task(client.get("/tablet", headers=ITSELF)) for _ in range(AT_ONCE)]
        async with asyncio.timeout(30):
            while len(inside) < 1 + AT_ONCE:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert sorted(inside) == ["/relatives", *["/tablet"] * AT_ONCE]
        go.set()
        await asyncio.gather(*families, *staff)
