"""What all tables share: constraint names that migrations can rely on, and column helpers."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlmodel import Field, SQLModel

from carehub.store.types import EnumValue, UtcDateTime

SQLModel.model_config["defer_build"] = True  # rows are not validated: a validator is built where one is asked for
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def moment(**options: Any) -> Any:
    """A required moment in UTC."""
    return Field(sa_type=UtcDateTime, **options)


def moment_or_none(**options: Any) -> Any:
    """A moment in UTC that may be unknown."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True, **options)


def choice(kind: type[Enum], **options: Any) -> Any:
    """A member of an enumeration, stored by value."""
    return Field(sa_type=EnumValue(kind), **options)


__all__ = ["SQLModel", "choice", "datetime", "moment", "moment_or_none"]
