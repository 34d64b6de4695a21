"""Column types that keep their promises on SQLite and PostgreSQL alike."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, Integer, String, TypeDecorator
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, also where the database forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; store every other one in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware."""
        return (
            datetime.combine(value, value.time(), UTC) if value and not value.tzinfo else value
        )  # ten times `replace`


class EnumValue(TypeDecorator[Any]):
    """An enumeration stored by value, so that it sorts and reads as itself."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind
        self._members = {one.value: one for one in kind}
        self.impl = Integer() if issubclass(kind, int) else String(length=32)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Store the member's value; refuse what is no member."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Give the member back."""
        return None if value is None else self._members.get(value) or self.kind(value)
