"""Wherever a login ends, its live pages end within five seconds: on real sockets, with real streams (C49).

Each case is asked over the whole road: the act by its own door, the stream by HTTP, the clock by the wall.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx2 import AsyncClient, Response

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import factors, logins, tables
from carehub.store.tables.logins import FactorKind
from carehub.web import live
from carehub.web.security import LIMITS
from tests.browser.seed import PASSWORD
from tests.unit.web.test_kiosk import PIN, has_pin

_WITHIN_S = 5.0


def test_a_stream_looks_more_often_than_every_five_seconds_c49() -> None:
    assert live.BEAT_S + live._BREATH_S < _WITHIN_S


@pytest.fixture
def hub(live_hub: Hub) -> Hub:
    return live_hub


async def a_browser(hub: Hub, person: str | None) -> AsyncClient:
    client = AsyncClient(base_url=hub.public_url, headers={"sec-fetch-site": "same-origin"}, timeout=20)
    if person:
        async with hub.database.write() as session:
            found = await session.get_one(tables.Person, person)
            secret = await logins.begin(session, found, LIMITS[found.role], hub.clock())
        client.cookies.set("carehub", secret)
    return client


@asynccontextmanager
async def watching(client: AsyncClient) -> AsyncIterator["asyncio.Task[float]"]:
    """A live page; the task gives the moment at which it was told that it is over."""
    async with client.stream("GET", "/api/v1/live?screen=sol") as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert "change" in await anext(lines)
        task = asyncio.create_task(_told(lines))
        yield task
        task.cancel()


async def _told(lines: AsyncIterator[str]) -> float:
    async for line in lines:
        if line == "event: ended":
            return time.monotonic()
    raise AssertionError("the stream ended without a word")


async def test_every_end_reaches_the_live_page_c49(hub: Hub) -> None:
    admin, watched = await a_browser(hub, "admin"), await a_browser(hub, "maria")
    elsewhere, ingrid = await a_browser(hub, "maria"), await a_browser(hub, "ingrid")
    took: dict[str, float] = {}

    async def ends(why: str, by: AsyncClient, path: str, form: dict[str, str] | None = None) -> None:
        async with asyncio.timeout(30), watching(watched) as task:
            answer: Response = await by.post(path, data=form)
            answered = time.monotonic()
            assert answer.status_code in {200, 303}, why
            took[why] = await task - answered
        assert (await watched.get("/tablet")).headers["location"].startswith("/login"), why
        await _in_again(hub, watched, "maria")

    await ends("logged out elsewhere", elsewhere, "/account/elsewhere")
    await ends(
        "password changed elsewhere", elsewhere, "/account/password", {"old": PASSWORD, "new": "kaffe-vaffel-snø"}
    )
    async with hub.database.write() as session:
        factors.add(session, "maria", FactorKind.TOTP, "App", "JBSWY3DPEHPK3PXP", hub.clock())
        (factor,) = await factors.of_person(session, "maria")
    await ends("factor removed elsewhere", elsewhere, f"/account/factors/{factor.id}/remove")
    await ends("reset by an administrator", admin, "/admin/people/maria/password")
    async with watching(ingrid) as task:
        await ends("shut out", admin, "/admin/people/maria/active", {"on": "false"})
        assert not task.done()  # nobody else is touched
    assert max(took.values()) < _WITHIN_S
    for client in (admin, watched, elsewhere, ingrid):
        await client.aclose()


async def _in_again(hub: Hub, client: AsyncClient, person: str) -> None:
    async with hub.database.write() as session:
        found = await session.get_one(tables.Person, person)
        found.active = True
        secret = await logins.begin(session, found, LIMITS[found.role], hub.clock())
    client.cookies.clear()
    client.cookies.set("carehub", secret)


async def test_another_role_ends_it_though_nobody_told_the_pages_c46_c49(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed by the command line, or in the database: the stream itself looks at each beat."""
    monkeypatch.setattr(live, "BEAT_S", 0.3)
    client = await a_browser(hub, "maria")
    async with asyncio.timeout(_WITHIN_S), watching(client) as task:
        async with hub.database.write() as session:
            (await session.get_one(tables.Person, "maria")).role = Role.TECHNICIAN
        await task

    assert (await client.get("/admin")).headers["location"].startswith("/login")
    await client.aclose()


async def test_a_revoked_tablet_goes_dark_locked_or_not_c40_c49(hub: Hub) -> None:
    admin, tablet = await a_browser(hub, "admin"), await a_browser(hub, None)
    shown = await admin.post("/admin/tablets", data={"name": "Vaktrommet", "unit_id": "sol"})
    link = re.search(r"(/kiosk/enrol/[\w-]+)", shown.text)
    which = re.search(r"/admin/tablets/([0-9a-f]{32})/revoke", shown.text)
    assert link
    assert which
    await tablet.post(link[1])
    await has_pin(hub, "maria")
    locked = await a_browser(hub, None)
    locked.cookies.set("carehub-tablet", tablet.cookies["carehub-tablet"])
    assert (await tablet.post("/kiosk/in/maria", data={"pin": PIN})).status_code == 303

    async with asyncio.timeout(_WITHIN_S), watching(tablet) as by_pin, watching(locked) as by_nobody:
        assert hub.live.shows("sol")
        await admin.post(f"/admin/tablets/{which[1]}/revoke")
        await asyncio.gather(by_pin, by_nobody)

    assert (await tablet.get("/kiosk")).headers["location"] == "/"
    for client in (admin, tablet, locked):
        await client.aclose()


async def test_a_live_page_asks_who_is_there(hub: Hub) -> None:
    stranger = await a_browser(hub, None)

    assert (await stranger.get("/api/v1/live")).status_code == 401
    await stranger.aclose()
