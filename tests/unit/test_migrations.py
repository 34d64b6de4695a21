"""Migrations: all the way up, down and up again, and nothing that the code knows is missing."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from carehub.store.database import Database, alembic_config


async def alembic(database: Database, ask: Callable[[Config], None]) -> set[str]:
    """Let Alembic work on this database; gives the tables that are there afterwards."""

    def _run(connection: Connection) -> set[str]:
        config = alembic_config()
        config.attributes["connection"] = connection
        ask(config)
        connection.commit()
        return set(inspect(connection).get_table_names()) - {"alembic_version"}

    async with database.connect() as connection:
        return await connection.run_sync(_run)


async def test_migrations_go_up_down_and_up(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    first = await alembic(database, lambda config: command.upgrade(config, "head"))
    nothing = await alembic(database, lambda config: command.downgrade(config, "base"))
    second = await alembic(database, lambda config: command.upgrade(config, "head"))
    await database.close()

    assert "alert" in first
    assert nothing == set()
    assert second == first


async def test_a_migrated_database_is_what_the_code_expects(database: Database) -> None:
    await alembic(database, command.check)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = await alembic(database, command.current)

    await database.migrate()

    assert await alembic(database, command.current) == before


async def test_a_migrated_database_is_durable(database: Database) -> None:
    await database.check_durable()
