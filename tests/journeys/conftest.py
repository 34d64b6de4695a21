"""The night in which the stories happen."""

from collections.abc import AsyncIterator

import pytest

from carehub.store.database import Database
from tests.journeys.building import Night, night_at


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
