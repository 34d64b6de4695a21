"""The night in which the stories happen."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from carehub.store.database import Database
from tests.databases import Postgres, Sqlite
from tests.journeys.building import Night, night_at, prepare

_MEMORY = Path("/dev/shm")  # noqa: S108 - a night has hundreds of commits, and its promises do not hang on the disk


def _asks_for_a_night(request: pytest.FixtureRequest) -> bool:
    return bool({"night", "quick_night"} & set(request.fixturenames))


@pytest.fixture(scope="session")
def sqlite_with_a_night(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """The night is furnished once; every test has a copy."""
    return sqlite.filled(tmp_path_factory.mktemp("night"), prepare)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite: Sqlite) -> Iterator[str]:
    """A fresh, migrated SQLite database, in memory where the system has such a folder; prepared for who has a night."""
    template = request.getfixturevalue("sqlite_with_a_night") if _asks_for_a_night(request) else sqlite
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield template.copy_to(Path(folder))


@pytest.fixture(scope="session")
def postgres_for_nights(postgres: Postgres) -> Iterator[str]:
    """One database for all nights: to empty it takes a twentieth of the time that a fresh copy takes."""
    with postgres.copy(postgres.filled(_keep_a_night)) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_for_nights: str) -> str:
    """Emptied by `database`."""
    return postgres_for_nights


@pytest.fixture
async def database(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Database]:
    """An open, empty hub database, prepared for who has a night; the test runs once for each kind."""
    opened = Database(database_url)
    if not opened.is_sqlite:
        await empty(opened, with_a_night=_asks_for_a_night(request))
    yield opened
    await opened.close()


@cache
def _statements(what: str) -> str:
    return "".join(f"{what.format(table=table.name)}; " for table in SQLModel.metadata.sorted_tables)


async def empty(database: Database, *, with_a_night: bool = False) -> None:
    """Take every row away, those of the append-only log too: sixty statements, but one round trip.

    Args:
        with_a_night: Put back what `prepare` wrote.
    """
    done = _statements('DELETE FROM "{table}"')
    if with_a_night:
        done += _statements('INSERT INTO "{table}" SELECT * FROM night."{table}"')
    async with database.connect() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(f"DO $$BEGIN {done} END$$"))
        await connection.commit()


async def _keep_a_night(database: Database) -> None:
    """Prepare one, and lay a copy of every table beside it."""
    await prepare(database)
    async with database.connect() as connection:
        kept = _statements('CREATE TABLE night."{table}" AS TABLE "{table}"')
        await connection.execute(text(f"DO $$BEGIN CREATE SCHEMA night; {kept} END$$"))
        await connection.commit()


@pytest.fixture
async def night(database: Database) -> AsyncIterator[Night]:
    """A hub on SQLite and on PostgreSQL, at 02:14 on a January night."""
    async with night_at(database, prepared=True) as begun:
        yield begun


@pytest.fixture
async def quick_night(sqlite_url: str) -> AsyncIterator[Night]:
    """The same on SQLite alone, for what no database can change."""
    database = Database(sqlite_url)
    async with night_at(database, prepared=True) as begun:
        yield begun
    await database.close()
