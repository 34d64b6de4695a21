"""Plain SQL for the road of an alarm: constant statements in words that both databases read.

A statement that the ORM builds costs ten times what SQLite takes to run it, and an alarm waits for a dozen.
Here `?` stands for a value and `= ANY (?)` for any one of a list, and `json_agg` gathers a group's values; rows come
back as plain tuples.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from operator import le
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Dialect, String
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from carehub.store import quick, server
from carehub.store.database import Session

_LISTS = (list, tuple, set, frozenset)
_WITHOUT_ZONE = len("2026-01-15 01:14:00.000000")
_SERVER: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
Rows = Sequence[Sequence[Any]]


class Insertion(NamedTuple):
    """Rows of one table, and what to do in a conflict, as SQL."""

    table: type[SQLModel]
    columns: tuple[str, ...]
    rows: Rows
    otherwise: str = ""

    @property
    def statement(self) -> str:
        """For one row."""
        return _insertion(str(self.table.__tablename__), self.columns, self.otherwise)


def insertion(table: type[SQLModel], rows: Sequence[Mapping[str, Any]], otherwise: str = "") -> Insertion:
    """Rows that all name the same columns."""
    return Insertion(table, tuple(rows[0]) if rows else (), [tuple(row.values()) for row in rows], otherwise)


def is_sqlite(session: Session) -> bool:
    """Whether this session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


async def ask(session: Session, statement: str, *values: Any) -> Rows:
    """The rows that a constant statement gives."""
    written, bind = _in_its_words(session, statement)
    if past := quick.of(session):
        return past.run(written, tuple(map(bind, values))).fetchall()
    found = await (await session.connection()).exec_driver_sql(written, tuple(map(bind, values)))
    return found.all()


async def ask_all(session: Session, *questions: tuple[Any, ...]) -> list[Rows]:
    """The rows of several constant questions, each with its values; a server is asked once for all of them.

    It answers as JSON, so ask for texts, numbers and truths, each column under a name of its own. What locks rows is
    no question: where no transaction has begun, none begins here.
    """
    if is_sqlite(session):
        return [await ask(session, statement, *values) for statement, *values in questions]
    parts = ", ".join(f"(SELECT json_agg(t)::text FROM ({statement}) AS t)" for statement, *_ in questions)  # noqa: S608 - ours
    given = [_postgresql_value(value) for _, *values in questions for value in values]
    (answer,) = await server.ask(session, _numbered(f"SELECT {parts}"), given)
    return [[tuple(row.values()) for row in msgspec.json.decode(found)] if found else [] for found in answer]


async def columns(
    session: Session, statement: str, names: Sequence[str], *values: Any, order: str | None = None
) -> list[Sequence[Any]]:
    """The same as `ask`, by columns, which are empty alike where there is no row: for thousands of rows.

    SQLite writes each column down at once, as JSON: row by row its thread takes the interpreter's lock for each, and
    everybody else in the process waits for it as often.

    Args:
        names: The statement's columns, of texts, numbers and moments.
        order: By which of them the rows are put in order, which never lacks. Not in the statement: SQLite would make
            each row twice.
    """
    if not is_sqlite(session):
        rows = await ask(session, f"{statement} ORDER BY {order}" if order else statement, *values)
        return [*zip(*rows, strict=True)] if rows else [()] * len(names)
    whole = ", ".join(f"json_group_array({name})" for name in names)
    (row,) = await ask(session, f"SELECT {whole} FROM ({statement})", *values)  # noqa: S608 - ours
    found = [msgspec.json.decode(column) for column in row]
    return found if order is None else in_order(found, names.index(order))


def in_order(columns: list[Sequence[Any]], by: int) -> list[Sequence[Any]]:
    """By the values of one column; as they are where an index has given them so."""
    key = columns[by]
    if all(map(le, key, islice(key, 1, None))):
        return columns
    places = sorted(range(len(key)), key=key.__getitem__)
    return [[column[place] for place in places] for column in columns]


async def change(session: Session, statement: str, *values: Any) -> int:
    """Run a constant statement once; give how many rows it changed."""
    written, bind = _in_its_words(session, statement)
    if past := quick.of(session):
        return past.run(written, tuple(map(bind, values))).rowcount
    return (await (await session.connection()).exec_driver_sql(written, tuple(map(bind, values)))).rowcount


async def write(session: Session, statement: str, rows: Rows) -> None:
    """Run a constant statement once for each row, in one call to the database; no row is no call."""
    if not rows:
        return
    _, bind = _in_its_words(session, statement)
    await write_bound(session, statement, [tuple(map(bind, row)) for row in rows])


async def write_bound(session: Session, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """The same with moments from `moments_of`: the stream pays for every look at a value."""
    written, _ = _in_its_words(session, statement)
    if past := quick.of(session):
        await past.run_each(written, rows)
    else:
        await (await session.connection()).exec_driver_sql(written, rows)


async def set_each(session: Session, table: type[SQLModel], column: str, values: Mapping[str, Any]) -> None:
    """Give rows, each by its id, their values of one column, in one statement: one for each row is work for both."""
    if not values:
        return
    name = str(table.__tablename__)
    if past := quick.of(session):
        given = json.dumps({one: _sqlite_value(value) for one, value in values.items()})
        written = f"UPDATE {name} SET {column} = given.value FROM json_each(?) AS given WHERE {name}.id = given.key"  # noqa: S608 - the names are ours
        await past.run_long(written, (given,))
    else:
        listed = f"unnest(CAST(? AS TEXT[]), CAST(? AS {_server_type(table, column)}[])) AS given (id, value)"
        written = f"UPDATE {name} SET {column} = given.value FROM {listed} WHERE {name}.id = given.id"  # noqa: S608 - ours
        await change(session, written, list(values), list(values.values()))


def moments_of(session: Session) -> Callable[[datetime | None], Any]:
    """How the database at hand takes a moment."""
    return _sqlite_value if is_sqlite(session) else _as_is


def moment(value: Any) -> datetime:
    """A moment as `ask` gives it: SQLite has text without a zone, which is UTC; a server has the moment."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(f"{value}+00:00")


def day(value: Any) -> date:
    """A day as `ask` gives it: SQLite has text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


async def add(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]], otherwise: str = "") -> None:
    """Insert rows that all name the same columns.

    Args:
        otherwise: What to do in a conflict, as SQL: `ON CONFLICT ... DO NOTHING`.
    """
    if rows:
        statement = _insertion(str(table.__tablename__), tuple(rows[0]), otherwise)
        await write(session, statement, [tuple(row.values()) for row in rows])


async def add_all(session: Session, insertions: Sequence[Insertion]) -> None:
    """The same for several tables, in the order in which one row may name another; a server is told once of all."""
    given = [one for one in insertions if one.rows]
    if is_sqlite(session):
        for one in given:
            await write(session, one.statement, one.rows)
    elif given:
        await ask(session, _together("SELECT 1 AS one", _shapes(given)), *_columns(given))


async def change_and_add(
    session: Session, statement: str, values: Sequence[Any], insertions: Sequence[Insertion], *, last: bool
) -> int:
    """A server only: change one thing and add rows, told at once; give how many rows were changed.

    Where none was, none is added.

    Args:
        last: Nothing is written after it: where nothing was before it either, it is committed with the same word.
    """
    given = [one for one in insertions if one.rows]
    whole, bound = _together(f"{statement} RETURNING 1", _shapes(given)), [*values, *_columns(given)]
    found = await (server.ask(session, _numbered(whole), bound) if last else ask(session, whole, *bound))
    return len(found)


def _shapes(insertions: Sequence[Insertion]) -> "tuple[_Shape, ...]":
    return tuple((one.table, one.columns, one.otherwise) for one in insertions)


def _columns(insertions: Sequence[Insertion]) -> list[list[Any]]:
    return [list(column) for one in insertions for column in zip(*one.rows, strict=True)]


_Shape = tuple[type[SQLModel], tuple[str, ...], str]


@lru_cache
def _together(first: str, insertions: tuple[_Shape, ...]) -> str:
    """One statement for any number of rows; its foreign keys are looked at when all of it is done.

    No row is added where the first part has changed nothing.
    """
    parts = [
        f"part{place} AS ({_of_columns(table, columns)} WHERE EXISTS (SELECT FROM begun) {otherwise})"
        for place, (table, columns, otherwise) in enumerate(insertions)
    ]
    return f"WITH {', '.join([f'begun AS ({first})', *parts])} SELECT * FROM begun"  # noqa: S608 - ours


def _of_columns(table: type[SQLModel], columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(f"CAST(? AS {_server_type(table, column)}[])" for column in columns)
    return f"INSERT INTO {table.__tablename__} ({names}) SELECT * FROM unnest({marks})"  # noqa: S608 - the names are ours


def _server_type(table: type[SQLModel], column: str) -> str:
    """A text of any length: cast to a shorter one it would lose its end in silence, where it must be refused."""
    kind = table.metadata.tables[str(table.__tablename__)].c[column].type.dialect_impl(_SERVER)
    written = kind.compile(dialect=_SERVER)
    return "TEXT" if isinstance(kind, String) or written.startswith("VARCHAR") else written


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
    listed = listed.replace("json_agg(", "json_group_array(")
    return listed.replace("FOR UPDATE SKIP LOCKED", "").replace("FOR UPDATE", "")


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
    return utc.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]
