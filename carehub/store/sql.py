"""Plain SQL for the road of an alarm: constant statements in words that both databases read.

A statement that the ORM builds costs ten times what SQLite takes to run it, and an alarm waits for a dozen.
Here `?` stands for a value and `= ANY (?)` for any one of a list; rows come back as plain tuples.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlmodel import SQLModel

from carehub.store.database import Session

_LISTS = (list, tuple, set, frozenset)
Rows = Sequence[Sequence[Any]]


def is_sqlite(session: Session) -> bool:
    """Whether this session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


async def ask(session: Session, statement: str, *values: Any) -> Rows:
    """The rows that a constant statement gives."""
    written, bind = _in_its_words(session, statement)
    found = await (await session.connection()).exec_driver_sql(written, tuple(map(bind, values)))
    return found.all()


async def change(session: Session, statement: str, *values: Any) -> int:
    """Run a constant statement once; give how many rows it changed."""
    written, bind = _in_its_words(session, statement)
    return (await (await session.connection()).exec_driver_sql(written, tuple(map(bind, values)))).rowcount


async def write(session: Session, statement: str, rows: Rows) -> None:
    """Run a constant statement once for each row, in one call to the database."""
    written, bind = _in_its_words(session, statement)
    await (await session.connection()).exec_driver_sql(written, [tuple(map(bind, row)) for row in rows])


async def write_bound(session: Session, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """The same with moments from `moments_of`: the stream pays for every look at a value."""
    written, _ = _in_its_words(session, statement)
    await (await session.connection()).exec_driver_sql(written, rows)


def moments_of(session: Session) -> Callable[[datetime | None], Any]:
    """How the database at hand takes a moment."""
    return _sqlite_value if is_sqlite(session) else _as_is


async def add(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]], otherwise: str = "") -> None:
    """Insert rows that all name the same columns.

    Args:
        otherwise: What to do in a conflict, as SQL: `ON CONFLICT ... DO NOTHING`.
    """
    if rows:
        statement = _insertion(str(table.__tablename__), tuple(rows[0]), otherwise)
        await write(session, statement, [tuple(row.values()) for row in rows])


@lru_cache
def _insertion(table: str, columns: tuple[str, ...], otherwise: str) -> str:
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) {otherwise}".rstrip()  # noqa: S608 - the names are ours


def _in_its_words(session: Session, statement: str) -> tuple[str, Callable[[Any], Any]]:
    return (_for_sqlite(statement), _sqlite_value) if is_sqlite(session) else (_numbered(statement), _postgresql_value)


@lru_cache
def _for_sqlite(statement: str) -> str:
    """SQLite knows no arrays, and its one writer needs no locks on rows."""
    listed = statement.replace("= ANY (?)", "IN (SELECT value FROM json_each(?))")
    return listed.replace("FOR UPDATE SKIP LOCKED", "")


@lru_cache
def _numbered(statement: str) -> str:
    """The same statement with PostgreSQL's marks: $1, $2 ..."""
    first, *rest = statement.split("?")
    return first + "".join(f"${place}{part}" for place, part in enumerate(rest, 1))


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return _as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(list(value)) if isinstance(value, _LISTS) else value


def _postgresql_value(value: Any) -> Any:
    return list(value) if isinstance(value, _LISTS) else value


def _as_is(value: Any) -> Any:
    return value


def _as_text(moment: datetime) -> str:
    """As SQLAlchemy writes a moment in SQLite: UTC without a zone, to the microsecond."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be stored.")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")
