"""PostgreSQL, on the road of an alarm: a way past SQLAlchemy, which sends BEGIN before the first word.

It and its COMMIT are round trips of their own, and on a busy machine a press waits for the processor twice in each.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.kit.late import late

if TYPE_CHECKING:
    import asyncpg
else:
    asyncpg = late("asyncpg", at_leisure=False)

Rows = Sequence[Sequence[Any]]


async def ask(session: AsyncSession, statement: str, values: Sequence[Any]) -> Rows:
    """The rows that a statement gives: within the transaction where one has begun, and else as one by itself.

    What is written so is durable when this returns, if nothing was written before it: so only what comes last may be.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    async with _driver(session, statement) as driver:
        found: Rows = await driver.fetch(statement, *values)
        return found


async def copy(session: AsyncSession, table: type[SQLModel], columns: Sequence[str], rows: Rows) -> None:
    """In a transaction that has begun: many rows by COPY, for a third of what arrays ask of us."""
    name = str(table.__tablename__)
    async with _driver(session, f"COPY {name}") as driver:
        await driver.copy_records_to_table(name, columns=columns, records=rows)


@asynccontextmanager
async def _driver(session: AsyncSession, what: str) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """The driver's own connection.

    Raises:
        DBAPIError: As SQLAlchemy would, so that nobody need know which way a statement went.
    """
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - the engine makes no other
    try:
        yield driver
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if driver.is_closed():
            await connection.invalidate(error)
        raise DBAPIError(what, None, error, hide_parameters=True) from error
