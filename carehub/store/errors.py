"""What may go wrong in the store, in words that the floors above can use."""

import errno
import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from carehub.contracts import HubError

STORE_FAILED: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, TimeoutError)
"""Whatever a store raises, for a door that only says that it failed."""

USED_ALREADY: tuple[type[Exception], ...] = (IntegrityError,)
"""What must be unique is there already."""

REFUSED_BY_STORE: tuple[type[Exception], ...] = (DBAPIError,)
"""What the database itself says no to; `is_unkeepable` tells a text that it cannot hold from all others."""


class StoreDamaged(HubError):
    """The store turned malformed while we ran: end, so that the next start looks at it and takes the rescue road."""


_DISK_FULL, _IO_ERROR = "53100", "58030"
_MALFORMED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_NO_LIVING = "This connection is closed"
"""SQLAlchemy's pool, when each connection that it tried was dead or died at once; its other requests that are invalid
are faults of ours."""
_UNFIT_STATES = ("22", "23")
"""Classes of SQLSTATE that speak of the value, not of the server: too long, NUL in a text, a key used twice.

asyncpg's have no class of their own in SQLAlchemy, so the type alone does not tell.
"""
_NO_SUCH_SIGN = ("22021", "22P05")
"""PostgreSQL keeps no NUL in a text, however it was escaped."""


def is_full(error: Exception) -> bool:
    """Whether there is no room on the disk."""
    text, state = str(getattr(error, "orig", error)), str(getattr(getattr(error, "orig", None), "sqlstate", None))
    return "disk is full" in text or state == _DISK_FULL


def is_unkeepable(error: Exception) -> bool:
    """Whether a text holds a sign that the store cannot keep, or be asked for: whoever wrote it is to be told."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None)) in _NO_SUCH_SIGN


def is_malformed(error: Exception) -> bool:
    """Whether the store's own file is damaged (F29): the same again fails for ever, and makes it worse."""
    orig = getattr(error, "orig", error)
    return isinstance(orig, sqlite3.DatabaseError) and _name_of(orig).startswith(_MALFORMED)


def is_failing_disk(error: Exception) -> bool:
    """Whether the disk did not write or read what it was asked to (F27): EIO, a sync that failed."""
    orig = getattr(error, "orig", error)
    if isinstance(orig, sqlite3.OperationalError):
        return _name_of(orig).startswith("SQLITE_IOERR")
    state = str(getattr(orig, "sqlstate", None))
    return state == _IO_ERROR or (isinstance(orig, OSError) and orig.errno == errno.EIO)


def _name_of(error: sqlite3.Error) -> str:
    """SQLite's name of it; an error that the driver itself makes has none."""
    return str(getattr(error, "sqlite_errorname", ""))


def is_unavailable(error: Exception) -> bool:
    """Whether the store is locked, full or gone: the same again, later. Anything else would fail for ever."""
    if isinstance(error, DataError | IntegrityError):
        return False
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return False  # a value of a type that SQLite cannot bind
    if isinstance(error, DBAPIError):
        return not str(getattr(error.orig, "sqlstate", None) or "").startswith(_UNFIT_STATES)
    if isinstance(error, InvalidRequestError):
        return _NO_LIVING in str(error)
    return isinstance(error, NoConnectionLeft | OSError | TimeoutError)
