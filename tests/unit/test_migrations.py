"""Migrations: all the way up, down and up again, and nothing that the code knows is missing."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from carehub.kit.failpoints import LIST, SWITCH
from carehub.store.database import Database
from carehub.store.migrations import alembic_config


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


async def test_when_older_alerts_were_first_answered_is_read_from_their_steps(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await alembic(database, lambda config: command.upgrade(config, "0048"))
    async with database.connect() as connection:
        for one in ("answered", "by the hub", "unanswered"):
            await connection.exec_driver_sql(_OLD_ALERT.format(one))
        for one, minute, step, person, words in _OLD_STEPS:
            await connection.exec_driver_sql(_OLD_STEP.format(one, minute, step, person, words))
        await connection.commit()

    await alembic(database, lambda config: command.upgrade(config, "head"))
    async with database.connect() as connection:
        found = list(map(tuple, (await connection.exec_driver_sql(_FIRST)).all()))
    await database.close()

    assert dict(found) == {"answered": "first", "by the hub": None, "unanswered": None}


_OLD_ALERT = """
    INSERT INTO alert (id, dedup_key, kind, severity, status, scope_id, rule_id, rule_version, raised_at, last_event_at,
        presses, rung, turn, rungs)
    VALUES ('{0}', '{0}', 'fall', 2, 'closed', 's', 'r', '1', '2026-01-15 01:00', '2026-01-15 01:00', 1, 1, 1, 1)
"""
_OLD_STEP = """
    INSERT INTO alert_step (alert_id, at, step, person_id, text)
    VALUES ('{}', '2026-01-15 01:{}:00.000000', '{}', {}, '{}')
"""
_OLD_STEPS = (
    ("answered", "01", "escalated", "'ola'", "named by the ladder"), ("answered", "09", "closed", "'ola'", "last"),
    ("answered", "02", "taken", "'kari'", "first"), ("answered", "03", "released", "'kari'", "gave it back"),
    ("by the hub", "05", "closed", "NULL", "gathered"), ("unanswered", "01", "notified", "NULL", "asked"),
)  # fmt: skip
_FIRST = "SELECT id, (SELECT text FROM alert_step WHERE alert_id = alert.id AND at = answered_at) FROM alert"


async def test_a_migrated_database_is_what_the_code_expects(database: Database) -> None:
    await alembic(database, command.check)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = await alembic(database, command.current)

    await database.migrate()

    assert await alembic(database, command.current) == before


async def test_a_migrated_database_is_durable(database: Database) -> None:
    await database.check_durable()


def test_an_upgrade_that_is_killed_half_way_has_changed_nothing_and_the_next_start_finishes_it_f22(
    tmp_path: Path,
) -> None:
    """F22: a version's tables are made in one transaction with its number, on SQLite too."""
    url = f"sqlite:///{tmp_path / 'carehub.db'}"
    start = (
        "import asyncio, os\n"
        "from carehub.kit.failpoints import arm\n"
        "from carehub.store.database import Database\n"
        "arm(os.environ)\n"
        f"asyncio.run(Database({url!r}).migrate())\n"
        "os._exit(0)\n"
    )
    killed = os.environ | {LIST: "migrate.mid=kill", SWITCH: "yes"}

    assert subprocess.run([sys.executable, "-c", start], env=killed, check=False).returncode == -signal.SIGKILL
    left = _tables(tmp_path / "carehub.db")
    assert subprocess.run([sys.executable, "-c", start], check=False).returncode == 0

    assert left == set()
    assert "alert" in _tables(tmp_path / "carehub.db")


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as store:
        return {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
