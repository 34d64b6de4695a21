"""A store that fails for a while."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

_P = ParamSpec("_P")
_T = TypeVar("_T")


def at_first(real: Callable[_P, Awaitable[_T]], times: int, reason: str) -> Callable[_P, Awaitable[_T]]:
    """The same, but so many times the store refuses first, in SQLite's words."""
    left = [reason] * times

    async def failing(*given: _P.args, **named: _P.kwargs) -> _T:
        if left:
            raise OperationalError("", {}, sqlite3.OperationalError(left.pop()))
        return await real(*given, **named)

    return failing
