"""The night in which the stories happen."""

import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Table, select, text
from sqlmodel import SQLModel

from carehub.store.database import Database
from tests.databases import Postgres, Session, Sqlite
from tests.journeys.building import Night, night_at, prepare

_MEMORY = Path("/dev/shm")  # noqa: S108 - a night has hundreds of commits, and its promises do not hang on the disk


def _asks_for_a_night(request: pytest.FixtureRequest) -> bool:
    return bool({"night", "quick_night"} & set(request.fixturenames))


@cache
def _furnished(sqlite: Sqlite) -> Sqlite:
    """Once for all the folders that borrow these fixtures."""
    folder = sqlite.template.parent / "night"
    folder.mkdir()
    return sqlite.filled(folder, prepare)


@cache
def _furnished_on(postgres: Postgres) -> str:
    return postgres.filled(_keep_a_night)


@pytest.fixture(scope="session")
def sqlite_with_a_night(sqlite: Sqlite) -> Sqlite:
    """The night is furnished once; every test has a copy."""
    return _furnished(sqlite)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite: Sqlite) -> Iterator[str]:
    """A fresh, migrated SQLite database, in memory where the system has such a folder; prepared for who has a night."""
    template = request.getfixturevalue("sqlite_with_a_night") if _asks_for_a_night(request) else sqlite
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield template.copy_to(Path(folder))


class Nights:
    """One PostgreSQL database for all nights: to empty it takes a hundredth of the time that a fresh copy takes.

    It is done in a session that lasts, by a function that the server has planned once.
    """

    def __init__(self, postgres: Postgres, url: str) -> None:
        self.url = url
        self._postgres = postgres
        self._session = self._opened()

    def empty(self, *, with_a_night: bool = False) -> None:
        """Take every row away, those of the append-only log too.

        Args:
            with_a_night: Put back what `prepare` wrote.
        """
        statement = f"SELECT night.empty({with_a_night})"
        try:
            self._session.run(statement)
        except RuntimeError:  # a story that ends every connection to the database has ended this one too
            self._session = self._opened()
            self._session.run(statement)

    def end(self) -> None:
        """Let the session go."""
        self._session.end()

    def _opened(self) -> Session:
        session = self._postgres.speak_to(self.url)
        session.run("SET session_replication_role = replica")
        return session


@pytest.fixture(scope="session")
def postgres_for_nights(postgres: Postgres) -> Iterator[Nights]:
    """Furnished once, and for each test again."""
    with postgres.copy(_furnished_on(postgres)) as url:
        nights = Nights(postgres, url)
        yield nights
        nights.end()


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_for_nights: Nights) -> str:
    """Empty, or prepared for who has a night."""
    postgres_for_nights.empty(with_a_night=_asks_for_a_night(request))
    return postgres_for_nights.url


def _statements(what: str, tables: Iterable[Table]) -> str:
    return " ".join(f"{what.format(table=table.name)};" for table in tables)


async def _keep_a_night(database: Database) -> None:
    """Prepare one, lay a copy of what it wrote beside it, and write down how it is put back."""
    await prepare(database)
    every = SQLModel.metadata.sorted_tables
    async with database.connect() as connection:
        held = [table for table in every if (await connection.execute(select(table).limit(1))).first()]
        kept = _statements('CREATE TABLE night."{table}" AS TABLE "{table}"', held)
        empty = _statements('DELETE FROM "{table}"', every)
        given = _statements('INSERT INTO "{table}" SELECT * FROM night."{table}"', held)
        await connection.execute(text(f"DO $$BEGIN CREATE SCHEMA night; {kept} END$$"))
        body = f"BEGIN {empty} IF with_a_night THEN {given} END IF; END"
        function = "CREATE FUNCTION night.empty(with_a_night bool) RETURNS void LANGUAGE plpgsql"
        await connection.execute(text(f"{function} AS $${body}$$"))
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
