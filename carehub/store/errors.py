"""What may go wrong in the store, in words that the floors above can use."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

STORE_FAILED: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, TimeoutError)
"""Whatever a store raises, for a door that only says that it failed."""

USED_ALREADY: tuple[type[Exception], ...] = (IntegrityError,)
"""What must be unique is there already."""

_DISK_FULL = "53100"
_UNFIT_STATES = ("22", "23")
"""Classes of SQLSTATE that speak of the value, not of the server: too long, NUL in a text, a key used twice.

asyncpg's have no class of their own in SQLAlchemy, so the type alone does not tell.
"""


def is_full(error: Exception) -> bool:
    """Whether there is no room on the disk."""
    text, state = str(getattr(error, "orig", error)), str(getattr(getattr(error, "orig", None), "sqlstate", None))
    return "disk is full" in text or state == _DISK_FULL


def is_unavailable(error: Exception) -> bool:
    """Whether the store is locked, full or gone: the same again, later. Anything else would fail for ever."""
    if isinstance(error, DataError | IntegrityError):
        return False
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return False  # a value of a type that SQLite cannot bind
    if isinstance(error, DBAPIError):
        return not str(getattr(error.orig, "sqlstate", None) or "").startswith(_UNFIT_STATES)
    return isinstance(error, NoConnectionLeft | OSError | TimeoutError)
