"""SQLite's readers: one way to the thread and back for each question, where aiosqlite goes four times.

To make a cursor, to ask, to fetch and to close each took two switches of threads, and a page of a ward asks thirty
questions: of a hundred milliseconds they were a third.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import aiosqlite


class _Whole(sqlite3.Cursor):
    """Fetches the whole answer where it is asked: SQLAlchemy does so anyhow."""

    _rows: Iterator[Any] = iter(())

    def execute(self, *args: Any) -> "_Whole":
        """Ask, and fetch what there is."""
        super().execute(*args)
        self._rows = iter(super().fetchall() if self.description else ())
        return self

    def fetchall(self) -> list[Any]:
        """What was fetched; once."""
        return list(self._rows)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """The next of it; for whoever asks for a stream, which is none here."""
        return list(islice(self._rows, size))

    def fetchone(self) -> Any:
        """The next row; None when all are told."""
        return next(iter(self.fetchmany()), None)


class _WholeAnswers(sqlite3.Connection):
    def cursor(self) -> _Whole:  # type: ignore[override]
        """Of ours."""
        return super().cursor(_Whole)


def connect(path: str) -> "Connection":
    """To be awaited."""
    return Connection(lambda: sqlite3.connect(path, check_same_thread=False, factory=_WholeAnswers), 64)


class Connection(aiosqlite.Connection):
    """What asks the file goes to its thread; what does not, runs at once, unless the thread is still at something.

    Whoever gives up does not wait for the thread: it may still be at that question when the session is closed.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int) -> None:
        super().__init__(connector, iter_chunk_size)
        self._thread.daemon = True  # as SQLAlchemy does: it must not hold a process that ends
        self.asked = self._answered = 0  # each is written by one thread only

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.asked == self._answered and self._asks_nothing(fn):
            return fn(*args, **kwargs)
        self.asked += 1
        return await super()._execute(self._counted, fn, args, kwargs)  # type: ignore[no-untyped-call]

    def _counted(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return fn(*args, **kwargs)
        finally:
            self._answered += 1

    def _asks_nothing(self, fn: Callable[..., Any]) -> bool:
        of = getattr(fn, "__self__", None)
        if of is self._connection:
            return fn.__name__ == "cursor" or (fn.__name__ in _ENDS and not self._conn.in_transaction)
        return isinstance(of, _Whole) and fn.__name__ in _AFTER_THE_ANSWER


_ENDS = {"commit", "rollback"}
"""Of a transaction, which no question begins."""
_AFTER_THE_ANSWER = {"fetchall", "close"}
