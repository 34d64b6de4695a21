"""SQLite's one writer, on the road of an alarm: SQLAlchemy's session for whoever needs it, and a way past it.

What SQLAlchemy does around a statement takes ten times what SQLite takes to run it, and an alarm waits for some dozen
statements in three transactions.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

_KEPT_AS = "quick"


def of(session: AsyncSession) -> "Connection | None":
    """The way past SQLAlchemy within this transaction; None where a server, or no writer, is behind the session."""
    found: Connection | None = session.info.get(_KEPT_AS)
    return found


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One transaction that begins as a writer: committed at the end, or rolled back whole.

    The session takes hold of the connection when somebody asks it for more than the way past it. On a busy hub few do,
    and that SQLAlchemy took it and gave it back each time was a thirteenth of the processor time of an event loop.

    Given up in its midst (cancelled), the connection goes too: its thread may still be at what it was given, and would
    begin, or insert, after the rollback.
    """
    session = AsyncSession(engine, expire_on_commit=False)
    try:
        open_one = _OPEN.get(engine)
        connection = open_one if open_one is not None else await session.run_sync(_connection)
        session.info[_KEPT_AS] = connection
        await connection.begin()
        yield session
        if session.in_transaction():
            await session.run_sync(_finish)
        else:
            await connection.end()
    except Exception:
        await asyncio.shield(asyncio.ensure_future(_rolled_back(session)))
        raise
    except BaseException:
        await asyncio.shield(asyncio.ensure_future(_thrown_away(engine, session)))
        raise


def remember(engine: AsyncEngine) -> None:
    """From now on `writing` knows the engine's one connection, for as long as that is open."""

    def opened(connection: Any, _record: Any) -> None:
        _OPEN[engine] = connection.driver_connection

    event.listen(engine.sync_engine, "connect", opened)
    event.listen(engine.sync_engine, "close", lambda *_: _OPEN.pop(engine, None))


_OPEN: "WeakKeyDictionary[AsyncEngine, Connection]" = WeakKeyDictionary()


def rows_written(engine: AsyncEngine) -> int:
    """How many rows its connection has written since it was opened; 0 where none is open."""
    open_one = _OPEN.get(engine)
    return open_one.total_changes if open_one is not None else 0


async def _rolled_back(session: AsyncSession) -> None:
    connection = of(session)
    if connection is not None:  # the session may have had no part in it, and would then leave it open
        await connection.rollback()
    await session.close()


async def _thrown_away(engine: AsyncEngine, session: AsyncSession) -> None:
    connection = of(session)
    await session.invalidate()
    if connection is not None and _OPEN.get(engine) is connection:  # the session never had it
        async with engine.connect() as taken:
            await taken.invalidate()


def _connection(session: Session) -> "Connection":
    found = session.connection().connection.driver_connection
    assert isinstance(found, Connection)  # noqa: S101 - the engine makes no other
    return found


def _finish(session: Session) -> None:
    session.commit()
    session.close()


class Connection(aiosqlite.Connection):
    """The writer's connection: what touches pages in memory runs at once, what waits for the disk in its thread.

    aiosqlite sends every call through its thread, four for a statement, and the two switches of each
    cost more than the statement: on a busy hub milliseconds, since both threads want the interpreter. A commit waits
    for the disk, a transaction for a lock that another process has, and a long insert is work: these still go to the
    thread, so the event loop never waits.
    """

    async def begin(self) -> None:
        """Begin as a writer: at once where the lock is free, as it mostly is; else its thread waits for it."""
        with _as_sqlalchemy_says("BEGIN"):
            if not self._began():
                await super()._execute(self._conn.execute, "BEGIN IMMEDIATE")  # type: ignore[no-untyped-call]

    def _began(self) -> bool:
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self._conn.execute(WAITS)
        return True

    async def end(self) -> None:
        """Commit what went past SQLAlchemy."""
        with _as_sqlalchemy_says("COMMIT"):
            await self.commit()

    def run(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """A plain statement, past SQLAlchemy: what that does around it takes ten times what SQLite does.

        Raises:
            DBAPIError: As SQLAlchemy would, so that nobody need know which way a statement went.
        """
        with _as_sqlalchemy_says(statement):
            return self._conn.execute(statement, values)

    async def run_long(self, statement: str, values: Sequence[Any]) -> None:
        """The same in the connection's thread, for one statement that is work."""
        with _as_sqlalchemy_says(statement):
            await super()._execute(self._conn.execute, statement, values)  # type: ignore[no-untyped-call]

    async def run_each(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same for each row, some at a time where it is an INSERT; many rows go in the connection's thread.

        A statement runs without the interpreter's lock and must have it again before the next: row by row, the thread
        would stand in line for it behind an event loop that is at work, once for each.
        """
        with _as_sqlalchemy_says(statement):
            if len(rows) <= _FEW:
                self._run_many(statement, rows)
            else:
                await super()._execute(self._run_many, statement, rows)  # type: ignore[no-untyped-call]

    def _run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        done = 0
        for many in _TOGETHER:
            together = _of_rows(statement, many)
            while together and len(rows) - done >= many:
                self._conn.execute(together, [*chain.from_iterable(rows[done : done + many])])
                done += many
        self._conn.executemany(statement, rows[done:])

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        is_ours = getattr(fn, "__self__", None) is self._connection  # a cursor's close is nothing, ours is
        if (is_ours and fn.__name__ == "close") or self._may_wait(fn.__name__, args):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)

    def _may_wait(self, name: str, args: Sequence[Any]) -> bool:
        match name:
            case "execute":
                return str(args[0]).startswith(_TAKES_A_LOCK)
            case "executemany":
                return len(args[1]) > _FEW
            case "rollback":
                return self._conn.in_transaction
            case _:
                return name == "commit"


@contextmanager
def _as_sqlalchemy_says(statement: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error


@lru_cache
def _of_rows(statement: str, many: int) -> str:
    """The same INSERT for so many rows; nothing where it is none.

    >>> _of_rows("INSERT INTO beat (name, at) VALUES (?, ?) ON CONFLICT DO NOTHING", 2)
    'INSERT INTO beat (name, at) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING'
    """
    inserts = _INSERTS.match(statement)
    return statement[: inserts.start("row")] + ", ".join([inserts["row"]] * many) + inserts["rest"] if inserts else ""


_INSERTS = re.compile(r"INSERT INTO \w+ \([^()]*\) VALUES (?P<row>\((\?, )*\?\))(?P<rest>[^?]*)\Z")
_TOGETHER = (50, 10)
"""From 50 on, more rows in a statement spare nothing: 50 of the widest bind some 1,000 values."""
WAITS = "PRAGMA busy_timeout=5000"
"""How many milliseconds a statement waits for another process's lock."""
_TAKES_A_LOCK = ("BEGIN", "PRAGMA", "CREATE", "ALTER", "DROP")
_FEW = 60
"""So many rows are written at once, an alarm's batch among them: a change of threads would cost more."""
_PRIMARY = 0xFF
"""Of SQLite's code for an error; the rest says more of it, such as that the other process is recovering the log."""
