"""A hub with an invented night in it, its web application, and a browser for each role."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Health, Hub
from carehub.kit.clock import utc_now
from carehub.store import logins, tables
from carehub.store.database import Database
from carehub.web.security import LIMITS
from integrations.channels import twilio_webhooks
from tests.brokers import free_port
from tests.browser.seed import fill
from tests.databases import Postgres, Sqlite
from tests.emptied import Emptied
from tests.passwords import quick_web
from tests.web_server import served

PUBLIC = "https://hub.nordvik.example"
NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
SAME_SITE = {"sec-fetch-site": "same-origin"}


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, how_long: timedelta) -> None:
        self.now += how_long

    def passed(self) -> timedelta:
        return self.now - NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


def hub_with(database: Database, clock: Callable[[], datetime]) -> Hub:
    return Hub(
        database=database, clock=clock, zone=ZoneInfo("Europe/Oslo"), public_url=PUBLIC, municipality="Nordvik kommune",
        rulebook=Rulebook.safe_mode(), health=Health(broker=True, beats={"worker": clock()}),
        webhooks=twilio_webhooks,
    )  # fmt: skip


BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
"""For a test that asks the store something that the two databases may answer differently."""


@pytest.fixture
def kind() -> str:
    return "sqlite"


async def _invented_night(database: Database) -> None:
    async with database.write() as session:
        await fill(session, NOW, stream=False)


@pytest.fixture(scope="session")
def sqlite_for_the_web(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """The night is invented once; every test has a copy."""
    return sqlite.filled(tmp_path_factory.mktemp("invented"), _invented_night)


@pytest.fixture(scope="session")
def postgres_for_the_web(postgres: Postgres) -> Iterator[Emptied]:
    """The same in PostgreSQL: for each test as it was."""
    invented = Emptied(postgres, _invented_night)
    yield invented
    invented.end()


@pytest.fixture
def hub_url(request: pytest.FixtureRequest, kind: str, quick_folder: Path) -> str:
    if kind == "sqlite":
        template: Sqlite = request.getfixturevalue("sqlite_for_the_web")
        return template.copy_to(quick_folder)
    server: Emptied = request.getfixturevalue("postgres_for_the_web")
    server.empty(but_filled=True)
    return server.url


@pytest.fixture
async def hub(hub_url: str, clock: Clock) -> AsyncIterator[Hub]:
    database = Database(hub_url)
    yield hub_with(database, clock)
    await database.close()


@pytest.fixture
def web(hub: Hub) -> FastAPI:
    return quick_web(hub)


Browse = Callable[..., AsyncClient]


@pytest.fixture
async def browser(web: FastAPI) -> AsyncIterator[Browse]:
    """Makes a client that behaves as a browser on our own pages; `raw` leaves the fetch metadata out."""
    made: list[AsyncClient] = []

    def open_one(*, raw: bool = False, app: FastAPI | None = None, address: str = "127.0.0.1") -> AsyncClient:
        transport = ASGITransport(app=app or web, raise_app_exceptions=False, client=(address, 1234))
        made.append(AsyncClient(transport=transport, base_url=PUBLIC, headers={} if raw else SAME_SITE))
        return made[-1]

    yield open_one
    for client in made:
        await client.aclose()


async def logged_in(client: AsyncClient, hub: Hub, username: str) -> AsyncClient:
    """Give the browser a login without the 100 ms of a password."""
    async with hub.database.write() as session:
        person = await session.get_one(tables.Person, username)
        secret = await logins.begin(session, person, LIMITS[person.role], hub.clock())
    client.cookies.set("__Host-carehub", secret, domain="hub.nordvik.example", path="/")
    return client


@pytest.fixture
async def live_hub(sqlite_url: str) -> AsyncIterator[Hub]:
    """The invented night, now, behind a real socket."""
    database = Database(sqlite_url)
    async with database.write() as session:
        await fill(session, utc_now(), stream=False)
    made = hub_with(database, utc_now)
    port = free_port()
    made.public_url = f"http://127.0.0.1:{port}"
    async with served(made, port):
        yield made
    await database.close()
