"""What may go wrong in the store, in words that the floors above can use."""

from sqlalchemy.exc import DataError, IntegrityError, StatementError

UNFIT: tuple[type[Exception], ...] = (DataError, IntegrityError)
"""The store cannot take this value, now or ever: set it aside."""

UNAVAILABLE: tuple[type[Exception], ...] = (StatementError, OSError, TimeoutError)
"""The store is locked, full or gone: the same again, later. Ask for `UNFIT` first, which these include."""
