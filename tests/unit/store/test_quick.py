"""SQLite's one writer: given up in the midst of what its thread does, and what it says of errors."""

import asyncio
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from carehub.store import errors, quick, sql, tables
from carehub.store.database import Database
from carehub.store.tables.places import UnitKind
from tests.journeys.building import NIGHT

_ADD = (
    "INSERT INTO ownership (partition, owner, epoch, lease_until, next_seq, broker_session) VALUES (?, ?, ?, ?, ?, ?)"
)


async def test_a_writer_that_is_given_up_leaves_nothing_and_the_next_one_writes(sqlite_url: str) -> None:
    """Its thread may go on with what it was given: neither a transaction nor a row of it may be left behind."""
    database = Database(sqlite_url)
    await database.migrate()
    many = [(number, "x", 0, NIGHT, 0, 0) for number in range(100, 20_100)]

    async def waits_for_the_lock() -> None:
        async with database.write() as session:
            await sql.write(session, _ADD, many[:1])

    async def writes_long() -> None:
        async with database.write() as session:
            await sql.write(session, _ADD, many)

    other = sqlite3.connect(make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for given in (waits_for_the_lock, writes_long):
        task = asyncio.create_task(given())
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        if other.in_transaction:
            other.execute("ROLLBACK")

        async with database.write() as session:
            assert await sql.ask(session, "SELECT count(*) FROM ownership WHERE partition >= 100") == [(0,)]
            await sql.write(session, _ADD, [(7, "y", 0, NIGHT, 0, 0)])
        async with database.write() as session:
            assert await sql.change(session, "DELETE FROM ownership WHERE partition = 7") == 1
    other.close()
    await database.close()


async def test_what_went_past_sqlalchemy_and_what_did_not_are_one_transaction(sqlite_url: str) -> None:
    """Kept together, and gone together: also where the session had no part in it, or failed."""
    database = Database(sqlite_url)
    await database.migrate()

    async def write(number: int, unit: str = "", *, fails: bool = False) -> None:
        async with database.write() as session:
            await sql.write(session, _ADD, [(number, "y", 0, NIGHT, 0, 0)])
            if unit:
                session.add(tables.Unit(id=unit, name=unit, kind=UnitKind.WARD))
            if fails:
                raise ValueError("whatever it was")

    await write(7, "sol")
    assert await _there(database) == [7, "sol"]
    with pytest.raises(ValueError, match="whatever"):
        await write(8, fails=True)
    with pytest.raises(ValueError, match="whatever"):
        await write(8, "ny", fails=True)
    with pytest.raises(IntegrityError):
        await write(8, "sol")
    assert await _there(database) == [7, "sol"]
    await write(9)
    assert await _there(database) == [7, 9, "sol"]
    await database.close()


async def _there(database: Database) -> list[Any]:
    async with database.read() as session:
        owners = await sql.ask(session, "SELECT partition FROM ownership WHERE partition > 0 ORDER BY partition")
        units = await sql.ask(session, "SELECT id FROM unit ORDER BY id")
    return [one for (one,) in (*owners, *units)]


async def test_a_transaction_that_goes_past_sqlalchemy_takes_nothing_of_it(sqlite_url: str) -> None:
    """Nor does the connection stay behind when the store is opened anew."""
    database = Database(sqlite_url)
    await database.migrate()
    taken: list[object] = []
    event.listen(database._writer.sync_engine, "checkout", lambda *_: taken.append(_))
    for number in range(7, 10):
        async with database.write() as session:
            await sql.write(session, _ADD, [(number, "y", 0, NIGHT, 0, 0)])
    assert len(taken) == 1

    await database.reopen()
    async with database.write() as session:
        await sql.write(session, _ADD, [(10, "y", 0, NIGHT, 0, 0)])
    assert await _there(database) == [7, 8, 9, 10]
    assert len(taken) == 2
    await database.close()


async def test_another_process_with_the_lock_holds_up_the_writer_and_nobody_else(sqlite_url: str) -> None:
    """A press is heard, and pages are answered, while somebody else writes; then the writer has its turn."""
    database = Database(sqlite_url)
    await database.migrate()
    other = sqlite3.connect(make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def writes() -> None:
        async with database.write() as session:
            await sql.write(session, _ADD, [(7, "y", 0, NIGHT, 0, 0)])

    writing = asyncio.create_task(writes())
    for _ in range(20):
        began = time.monotonic()
        await asyncio.sleep(0.005)
        assert time.monotonic() - began < 1, "the loop waited for the lock"
    assert not writing.done()
    other.execute("ROLLBACK")
    await writing
    async with database.read() as session:
        assert await sql.ask(session, "SELECT owner FROM ownership WHERE partition = 7") == [("y",)]
    other.close()
    await database.close()


class _Recovering(sqlite3.Connection):
    """Says once what SQLite says while another process recovers the log; too short a moment to be met on purpose."""

    told = False

    def execute(self, *args: Any) -> sqlite3.Cursor:
        if args[0] == "BEGIN IMMEDIATE" and not self.told:
            self.told = True
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
            raise error
        return super().execute(*args)


async def test_a_lock_of_any_sort_is_waited_for(tmp_path: Path) -> None:
    opened = partial(
        sqlite3.connect, tmp_path / "a.db", check_same_thread=False, isolation_level=None, factory=_Recovering
    )
    connection = quick.Connection(opened, 64)
    async with connection:
        await connection.begin()
        assert connection.in_transaction


async def test_any_number_of_rows_is_written_once_each_and_in_order(sqlite_url: str) -> None:
    """Few are written at once, many by the thread; either way some at a time, and the rest one by one."""
    database = Database(sqlite_url)
    await database.migrate()
    for many in (0, 1, 9, 10, 11, 49, 50, 59, 60, 61, 121):
        rows = [(100 + number, f"owner {number}", 0, NIGHT, number, 0) for number in range(many)]
        async with database.write() as session:
            await sql.write(session, _ADD, rows)
            there = "SELECT partition, owner, next_seq FROM ownership WHERE partition >= 100 ORDER BY rowid"
            assert await sql.ask(session, there) == [(place, owner, seq) for place, owner, _, _, seq, _ in rows]
            assert await sql.change(session, "DELETE FROM ownership WHERE partition >= 100") == many
    await database.close()


async def test_an_error_past_sqlalchemy_is_what_sqlalchemy_would_raise(sqlite_url: str) -> None:
    """What waits for the store (F25) and what sets a message aside must not know which way a statement went."""
    database = Database(sqlite_url)
    await database.migrate()

    with pytest.raises(IntegrityError) as twice:
        async with database.write() as session:
            await sql.write(session, _ADD, [(7, "y", 0, NIGHT, 0, 0)] * 2)
    with pytest.raises(OperationalError) as gone:
        async with database.write() as session:
            await sql.ask(session, "SELECT 1 FROM nowhere")

    assert not errors.is_unavailable(twice.value)
    assert errors.is_unavailable(gone.value)
    assert "SELECT 1" in str(gone.value)
    await database.close()


async def test_many_rows_are_written_as_each_alone_would_be(sqlite_url: str) -> None:
    """Some at a time or one by one, by what follows the values, and whatever the statement is."""
    database = Database(sqlite_url)
    await database.migrate()
    many = [(number, f"'{number}", number % 3, NIGHT, number, 0) for number in range(100, 233)]
    newer = f"{_ADD} ON CONFLICT (partition) DO UPDATE SET owner = excluded.owner, epoch = ownership.epoch + 10"

    async with database.write() as session:
        await sql.write(session, _ADD, many)
        await sql.write(session, newer, [(number, "y", 0, NIGHT, 0, 0) for number in range(120, 233)])
        set_seq = "UPDATE ownership SET next_seq = ? WHERE partition = ?"
        await sql.write(session, set_seq, [(7, number) for number in range(130, 233)])

    async with database.write() as session:
        found = await sql.ask(session, "SELECT partition, owner, epoch, next_seq FROM ownership WHERE partition >= 100")
    assert sorted(map(tuple, found)) == [
        (
            number,
            "y" if number >= 120 else f"'{number}",
            number % 3 + 10 * (number >= 120),
            7 if number >= 130 else number,
        )
        for number in range(100, 233)
    ]
    await database.close()
