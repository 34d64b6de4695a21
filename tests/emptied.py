"""One PostgreSQL database for all tests that begin alike: to empty it takes a hundredth of the time of a fresh copy."""

from collections.abc import Iterable

from sqlalchemy import Table, select, text
from sqlmodel import SQLModel

from carehub.store.database import Database
from tests.databases import Postgres, Session, Work


class Emptied:
    """It is emptied in a session that lasts, by a function that the server has planned once.

    Whatever a test does to rows is undone, and numbers begin anew. Who changes tables takes a copy of their own.

    Args:
        postgres: The cluster that it lies in, and with which it goes.
        work: Fills it, for tests that do not begin with nothing.
    """

    def __init__(self, postgres: Postgres, work: Work) -> None:
        async def _fill(database: Database) -> None:
            await work(database)
            await _keep(database)

        self.url = postgres.url(postgres.filled(_fill))
        self._postgres = postgres
        self._session = self._opened()

    def empty(self, *, but_filled: bool = False) -> None:
        """Take every row away, those of the append-only log too.

        Args:
            but_filled: Put back what it was filled with.
        """
        statement = f"SELECT kept.empty({but_filled})"
        try:
            self._session.run(statement)
        except RuntimeError:  # a test that ends every connection to the database has ended this one too
            self._session = self._opened()
            self._session.run(statement)

    def end(self) -> None:
        """Let the session go."""
        self._session.end()

    def _opened(self) -> Session:
        session = self._postgres.speak_to(self.url)
        session.run("SET session_replication_role = replica")
        return session


def _statements(what: str, tables: Iterable[Table]) -> str:
    return " ".join(f"{what.format(table=table.name)};" for table in tables)


async def _keep(database: Database) -> None:
    """Lay a copy of what it holds beside it, and write down how it is put back."""
    every = SQLModel.metadata.sorted_tables
    async with database.connect() as connection:
        held = [table for table in every if (await connection.execute(select(table).limit(1))).first()]
        kept = _statements('CREATE TABLE kept."{table}" AS TABLE "{table}"', held)
        empty = _statements('DELETE FROM "{table}"', every)
        given = _statements('INSERT INTO "{table}" SELECT * FROM kept."{table}"', held)
        await connection.execute(text(f"DO $$BEGIN CREATE SCHEMA kept; {kept} END$$"))
        numbers = await connection.execute(text("SELECT sequencename, last_value FROM pg_sequences"))
        for name, last in numbers.all():
            empty += f"PERFORM setval('{name}', 1, false); "
            given += f"PERFORM setval('{name}', {last}); " if last else ""
        body = f"BEGIN {empty} IF filled THEN {given} END IF; END"
        function = "CREATE FUNCTION kept.empty(filled bool) RETURNS void LANGUAGE plpgsql"
        await connection.execute(text(f"{function} AS $${body}$$"))
        await connection.commit()
