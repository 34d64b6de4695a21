"""Runs migrations on a connection that the hub hands over, or on CAREHUB_DATABASE_URL for the command line."""

import asyncio
import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from carehub.kit.failpoints import fail_at
from carehub.store import tables as _tables  # noqa: F401 - fills the metadata
from carehub.store.database import Database
from carehub.store.types import EnumValue, UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write plain types, so that an old migration never imports the application."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EnumValue):
        return f"sa.{item.impl!r}"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def between_versions(*_: Any, **__: Any) -> None:
    """A version's tables are changed and not yet committed."""
    fail_at("migrate.mid")


def run(connection: Connection) -> None:
    """Apply (or compare) on this connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_item,
        transaction_per_migration=True,
        on_version_apply=between_versions,
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '5s'")
    else:  # the driver would commit each statement by itself; foreign keys can be put aside only outside a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    with context.begin_transaction():
        context.run_migrations()


async def from_command_line() -> None:
    """The road of `alembic check` and `alembic revision`."""
    database = Database(os.environ.get("CAREHUB_DATABASE_URL", "sqlite:///build/alembic.db"))
    async with database.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await database.close()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(from_command_line())
