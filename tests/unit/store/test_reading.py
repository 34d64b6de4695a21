"""SQLite's readers: one way to the thread for each question, and what is given up in its midst."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import select

from carehub.store import errors, reading, sql, tables
from carehub.store.database import Database, Session
from carehub.store.tables.places import UnitKind

_LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500000) SELECT count(*) FROM n"


async def _behind(session: Session) -> reading.Connection:
    return await _behind_connection(await session.connection())


async def _behind_connection(connection: AsyncConnection) -> reading.Connection:
    found = (await connection.get_raw_connection()).driver_connection
    assert isinstance(found, reading.Connection)
    return found


async def test_a_question_goes_to_the_thread_once(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await database.migrate()
    async with database.write() as session:
        session.add_all(tables.Unit(id=f"u{n}", name=f"Sone {n}", kind=UnitKind.ZONE) for n in range(3))

    async with database.read() as session:
        connection = await _behind(session)
        before = connection.asked
        plain = await sql.ask(session, "SELECT id FROM unit ORDER BY id")
        mapped = (await session.exec(select(tables.Unit).order_by(tables.Unit.id))).all()
        nothing = (await session.exec(select(tables.Unit).where(tables.Unit.id == "x"))).first()

    assert (list(plain), [one.id for one in mapped], nothing) == ([("u0",), ("u1",), ("u2",)], ["u0", "u1", "u2"], None)
    assert connection.asked == before + 3
    await database.close()


async def test_whoever_asks_for_a_stream_is_told_every_row_too(sqlite_url: str) -> None:
    """The whole answer was fetched already: it must not seem to be empty."""
    database = Database(sqlite_url)
    async with database.connect() as connection:
        async with connection.stream(text("VALUES (1), (2), (3)")) as answer:
            assert [row[0] async for row in answer] == [1, 2, 3]
        cursor = await (await _behind_connection(connection)).cursor()
        await cursor.execute("VALUES (1), (2), (3)")
        assert [await cursor.fetchone() for _ in range(4)] == [(1,), (2,), (3,), None]
    await database.close()


async def test_a_question_that_is_given_up_does_not_disturb_the_next(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    async def asks_long() -> None:
        async with database.read() as session:
            await sql.ask(session, _LONG)

    for _ in range(3):
        await _given_up(asks_long())
        async with database.read() as session:
            assert list(await sql.ask(session, "SELECT 1")) == [(1,)]
    await database.close()


async def test_what_closes_a_question_that_was_given_up_waits_until_its_thread_is_done(sqlite_url: str) -> None:
    """SQLite's own library refuses to close a cursor that another thread is at."""
    connection = await reading.connect(make_url(sqlite_url).database or "")
    cursor = await connection.cursor()

    await _given_up(cursor.execute(_LONG))
    await cursor.close()
    await connection.rollback()

    assert list(await (await (await connection.cursor()).execute("SELECT 1")).fetchall()) == [(1,)]
    await connection.close()


async def _given_up(question: Coroutine[Any, Any, Any]) -> None:
    task = asyncio.create_task(question)
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_an_error_of_the_thread_is_what_sqlalchemy_would_raise_and_the_session_goes_on(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    async with database.read() as session:
        with pytest.raises(OperationalError) as gone:
            await sql.ask(session, "SELECT 1 FROM nowhere")
        assert list(await sql.ask(session, "SELECT 2")) == [(2,)]

    assert errors.is_unavailable(gone.value)
    await database.close()


async def test_what_is_written_through_a_reader_is_kept_and_what_is_given_up_is_not(sqlite_url: str) -> None:
    """Migrations go that way: a transaction that has begun is ended in the thread."""
    database = Database(sqlite_url)
    await database.migrate()

    async with database.connect() as connection:
        await connection.exec_driver_sql("BEGIN")
        await connection.exec_driver_sql("INSERT INTO unit (id, name, kind, roll_call) VALUES ('a', 'A', 'zone', 0)")
        await connection.commit()
        await connection.exec_driver_sql("BEGIN")
        await connection.exec_driver_sql("INSERT INTO unit (id, name, kind, roll_call) VALUES ('b', 'B', 'zone', 0)")
    async with database.read() as session:
        assert list(await sql.ask(session, "SELECT id FROM unit")) == [("a",)]
    await database.close()
