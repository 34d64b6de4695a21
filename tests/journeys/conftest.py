"""The night in which the stories happen."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from carehub.store.database import Database
from tests.databases import Sqlite
from tests.journeys.building import Night, night_at

_MEMORY = Path("/dev/shm")  # noqa: S108 - a night has hundreds of commits, and its promises do not hang on the disk


@pytest.fixture
def sqlite_url(sqlite: Sqlite) -> Iterator[str]:
    """A fresh, migrated SQLite database, in memory where the system has such a folder."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield sqlite.copy_to(Path(folder))


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
