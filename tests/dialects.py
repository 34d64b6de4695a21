"""Engines of one kind share a dialect, and with it every statement that it has compiled.

A hub opens its store once and compiles a statement once in its life. A suite opens a store in each test, and the cache
of SQLAlchemy belongs to the engine: much of the suite's time went into compiling the same statements again.
SQLite and PostgreSQL share nothing, and every statement still runs on the real one.
"""

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

_STATEMENTS = 4000
_compiled = LRUCache[Any, Any](_STATEMENTS)  # its keys name the dialect


class _OneForAll(type):
    """Whoever makes another one gets the first."""

    def __call__(cls, **given: Any) -> Any:
        if "the_one" not in cls.__dict__:
            cls.the_one = super().__call__(**given)
        return cls.the_one


class SharedSqlite(SQLiteDialect_aiosqlite, metaclass=_OneForAll):
    supports_statement_cache = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


class SharedPostgres(PGDialect_asyncpg, metaclass=_OneForAll):
    supports_statement_cache = True
    _asked = False

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)

    def initialize(self, connection: Connection) -> None:
        """There is one server in a run: its version and habits are asked for once."""
        if not self._asked:
            super().initialize(connection)  # type: ignore[no-untyped-call]
            self._asked = True


def share() -> None:
    """From now on, in this process."""
    registry.register("sqlite.aiosqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.asyncpg", __name__, SharedPostgres.__name__)
