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
from tests.journeys.building import Night, night_at

_MEMORY = Path("/dev/shm")  # noqa: S108 - a night has hundreds of commits, and its promises do not hang on the disk


@pytest.fixture
def sqlite_url(sqlite: Sqlite) -> Iterator[str]:
    """A fresh, migrated SQLite database, in memory where the system has such a folder."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield sqlite.copy_to(Path(folder))


@pytest.fixture(scope="session")
def postgres_for_nights(postgres: Postgres) -> Iterator[str]:
    """One database for all nights: to empty it takes a twentieth of the time that a fresh copy takes."""
    with postgres.copy() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_for_nights: str) -> str:
    """Emptied by `database`."""
    return postgres_for_nights


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, empty hub database; the test runs once for each kind."""
    opened = Database(database_url)
    if not opened.is_sqlite:
        await empty(opened)
    yield opened
    await opened.close()


@cache
def _deletes() -> str:
    return "; ".join(str(table.delete()) for table in SQLModel.metadata.sorted_tables)


async def empty(database: Database) -> None:
    """Take every row away, those of the append-only log too: sixty statements, but one round trip."""
    async with database.connect() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(f"DO $$BEGIN {_deletes()}; END$$"))
        await connection.commit()


@pytest.fixture
async def night(database: Database) -> AsyncIterator[Night]:
    """A hub on SQLite and on PostgreSQL, at 02:14 on a January night."""
    async with night_at(database) as begun:
        yield begun


@pytest.fixture
async def quick_night(sqlite_url: str) -> AsyncIterator[Night]:
    """The same on SQLite alone, for what no database can change."""
    database = Database(sqlite_url)
    async with night_at(database) as begun:
        yield begun
    await database.close()
