"""Opening the database, on SQLite and on PostgreSQL, with full durability or not at all."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import AsyncAdaptedQueuePool, Connection, NullPool, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import Session as SyncSession
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.contracts import ConfigurationError
from carehub.store import quick, reading
from carehub.store.schema import newest_version, scripts_folder
from carehub.store.unseen import hide_canary

_SQLITE_PRAGMAS: tuple[str, ...] = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    quick.WAITS,
    "PRAGMA wal_autocheckpoint=16000",  # where nobody calls `checkpoint`, or it comes too late
    "PRAGMA cache_size=-16000",
)
_FULL = 2
_MUCH = 3_000
"""Rows after which the log is moved into the file: some ten megabytes."""


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Full durability, and transactions that begin as writers: the driver's default loses updates."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"

Session = AsyncSession
"""What a transaction hands to query functions; the floors above know it by this name."""


class Database:
    """One database: reading sessions, writing sessions, and the proof that commits are durable.

    On SQLite one process writes, and its writers take turns here rather than in SQLite's
    busy loop, which sleeps up to 100 ms at a time.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine: AsyncEngine = (
            _reading_engine(self.url) if read_only else _engine(self.url, is_sqlite=self.is_sqlite)
        )
        self._writer = _writing_engine(self.url) if self.is_sqlite and not read_only else self.engine
        self._turn = asyncio.Lock() if self.is_sqlite else None
        self._moved = 0

    async def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        async with self.connect() as connection:
            await connection.run_sync(_migrations().upgrade)
            await connection.commit()
            if self.is_sqlite:
                await connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    async def schema_versions(self) -> tuple[str | None, str | None]:
        """The schema in the store (None for an empty one), and the newest that this program knows."""
        async with self.connect() as connection:
            return await connection.run_sync(_present_version), newest_version(scripts_folder())

    def knows(self, version: str) -> bool:
        """Whether this program knows how to go on from that schema."""
        return bool(_migrations().knows(version))

    async def copy_to(self, path: Path) -> None:
        """SQLite only: the whole store as it is now, in a file of its own, made durable before its name is there."""
        beside = path.with_suffix(".unfinished")
        beside.unlink(missing_ok=True)
        async with self.connect() as connection:
            await connection.execute(text("VACUUM INTO :file"), {"file": str(beside)})
        beside.replace(path)

    async def check_durable(self) -> None:
        """Refuse a database that may forget what it has acknowledged (invariant 1)."""
        async with self.connect() as connection:
            if self.is_sqlite:
                mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
                level = (await connection.execute(text("PRAGMA synchronous"))).scalar_one()
                durable = (mode, level) == ("wal", _FULL)
                seen = f"journal_mode={mode}, synchronous={level}"
            else:
                fsync = (await connection.execute(text("SHOW synchronous_commit"))).scalar_one()
                durable = fsync not in {"off", "local"}
                seen = f"synchronous_commit={fsync}"
        if not durable:
            raise ConfigurationError(
                f"The database may forget what it has confirmed ({seen}): CareHub will not use it."
            )

    async def checkpoint(self) -> None:
        """SQLite: where much was written, move it from the log into the file, so that the log can begin anew.

        Nearly all of it is moved beside the writer; only what was written meanwhile, while the writer waits. Left to
        SQLite, a commit does it all, once a second on a busy hub, and an alarm waited behind it for 10 to 17 ms.
        """
        written = quick.rows_written(self._writer) if self._turn else 0
        if self._turn is None or 0 <= written - self._moved < _MUCH:  # a connection that was opened anew begins at 0
            return
        self._moved = written
        async with self.connect() as connection:
            await connection.exec_driver_sql(_CHECKPOINT)
            async with self._turn:
                await connection.exec_driver_sql(_CHECKPOINT)

    async def ask(self) -> None:
        """Ask the store for nothing: raises one of `errors.UNAVAILABLE` if it does not answer."""
        async with self.connect() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection; what is not committed is rolled back."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, and never meets the canary."""
        async with AsyncSession(self.engine, expire_on_commit=False, sync_session_class=_Reading) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, or rolled back whole."""
        if self._turn is None:
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session
                await session.commit()
        else:
            async with self._turn, quick.writing(self._writer) as session:
                yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncSession]:
        """A session for one quick question on the way to a write; what may take long goes through `read`."""
        async with self._turn or nullcontext(), AsyncSession(self._writer, expire_on_commit=False) as session:
            yield session

    async def reopen(self) -> None:
        """Drop the connections that wait: after an error of the disk, what they hold in memory may be untrue."""
        if self._turn is not None:
            async with self._turn:  # whoever asked for a connection just then would wait 30 s for one that is gone
                await self._writer.dispose()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._writer.dispose()


class _Reading(SyncSession):
    """What the canary leaves is hidden from it (`unseen`)."""


event.listen(_Reading, "do_orm_execute", hide_canary)


def async_url(url: str) -> str:
    """The URL with the asynchronous driver that we use; plain `sqlite:` and `postgresql:` are welcome."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    wanted = drivers.get(parsed.drivername.split("+")[0])
    if wanted is None:
        raise ConfigurationError(
            f"CAREHUB_DATABASE_URL begins with {parsed.drivername!r}; use sqlite:// or postgresql://."
        )
    return parsed.set(drivername=wanted).render_as_string(hide_password=False)


def _engine(url: str, *, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        # The one that was used last: it knows our statements, where ten in turn each learned them all, amid an alarm.
        engine = create_async_engine(url, pool_size=10, max_overflow=10, pool_use_lifo=True, hide_parameters=True)
        event.listen(engine.sync_engine, "checkout", _ask_what_has_rested)
        event.listen(engine.sync_engine, "checkin", _note_rest)
        return engine
    path = make_url(url).database or ":memory:"
    Path(path).parent.mkdir(parents=True, exist_ok=True)

    async def connect() -> aiosqlite.Connection:
        return await reading.connect(path)

    engine = create_async_engine(
        url, async_creator=connect, poolclass=AsyncAdaptedQueuePool, pool_size=5, max_overflow=20, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _ask_what_has_rested(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that has rested may have died: asking it first costs three round trips, a fifth of a press.

    One that was in use a moment ago is not asked. If the server went away just then, the transaction fails as it
    would have in its midst, and whoever needs it tries again.
    """
    if time.monotonic() - record.info.get("rests_since", 0.0) < _RESTED_S:
        return
    try:
        connection.ping()
    except Exception as error:
        raise DisconnectionError("it died while it rested") from error


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


_RESTED_S = 2.0


def _reading_engine(url: str) -> AsyncEngine:
    """For whoever looks from outside: cannot write, and opens anew each time, since the file may be another one."""
    parsed = make_url(url)
    if not url.startswith("sqlite"):
        server = {"default_transaction_read_only": "on", "lock_timeout": "5s", "statement_timeout": "8s"}
        return create_async_engine(
            parsed, poolclass=NullPool, connect_args={"server_settings": server, "timeout": 5}, hide_parameters=True
        )
    file = f"file:{quote(str(Path(parsed.database or '').absolute()))}"
    parsed = parsed.set(database=file, query={"mode": "ro", "uri": "true"})
    return create_async_engine(parsed, poolclass=NullPool, connect_args={"timeout": 5}, hide_parameters=True)


def _writing_engine(url: str) -> AsyncEngine:
    """One connection, since SQLite has one writer at a time and ours take turns."""
    path = make_url(url).database or ":memory:"

    async def connect() -> aiosqlite.Connection:
        connection = quick.Connection(partial(sqlite3.connect, path, check_same_thread=False), 64)
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does: it must not hold a process that ends
        return await connection

    engine = create_async_engine(
        url, async_creator=connect, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    quick.remember(engine)
    return engine


def _migrations() -> Any:
    """Alembic takes a third of a second to load."""
    return import_module("carehub.store.migrations")


def _present_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found[0] if len(found) == 1 else None
