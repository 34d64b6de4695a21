"""What every test may ask for."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from carehub.core.languages import Language
from carehub.store.database import Database
from carehub.web import tongue
from tests import dialects
from tests.databases import Postgres, Sqlite
from tests.skips import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

gc.disable()  # until all is collected: to look for garbage in what stays took a fifth of it

settings.register_profile("carehub", deadline=None, max_examples=50)  # a slow machine has not found a fault
settings.load_profile("carehub")

dialects.share()

structlog.configure(  # a traceback as the hub writes it: a rich one with every local costs the loop most of a second
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)


def pytest_collection_finish() -> None:
    """What collecting made stays until the end: nobody need look through it for garbage, again and again."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)  # as in the hub
    gc.enable()


# --- the environment -------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's reaches a test."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # commands speak as the locale says
    for name in [name for name in os.environ if name.startswith("CAREHUB_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def bokmaal_again() -> Iterator[None]:
    """A command speaks as asked until its process ends, and tests without a loop share the context of all others."""
    yield
    tongue.speak(Language.NB)


# --- databases -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """The migrated SQLite file that others are copied from."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster of our own, started when the first test asks for it."""
    cluster = Postgres()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def sqlite_url(sqlite: Sqlite, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite.copy_to(tmp_path)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgres.copy() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once for each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables; the test runs once for each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with request.getfixturevalue("postgres").empty() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open hub database; the test runs once for each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()
