"""Bringing a store to this release: a copy first, and plain words where it cannot be done."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from carehub.app.upgrade import upgrade
from carehub.contracts import ConfigurationError
from carehub.store.database import Database
from carehub.store.migrations import alembic_config


def _to(connection: object, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def _old(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    async with database.connect() as connection:
        await connection.run_sync(_to, "0001")
        await connection.commit()
    return database


def _copies(folder: Path) -> list[Path]:
    return list(folder.glob("before-*"))


async def test_before_an_upgrade_the_store_is_copied_f22(tmp_path: Path) -> None:
    """F22: should the new release not run, the old one can go on with the copy."""
    database = await _old(tmp_path / "carehub.db")
    await upgrade(database, tmp_path)

    version, newest = await database.schema_versions()
    await database.close()
    assert version == newest
    copy = Database(f"sqlite:///{tmp_path / f'before-{newest}.db'}")
    assert (await copy.schema_versions())[0] == "0001"
    await copy.close()


async def test_a_copy_of_a_start_that_was_broken_off_is_kept_f22(tmp_path: Path) -> None:
    """F22: it is the older one, of before anything was changed."""
    database = await _old(tmp_path / "carehub.db")
    _, newest = await database.schema_versions()
    (tmp_path / f"before-{newest}.db").write_text("the first")
    await upgrade(database, tmp_path)
    await database.close()

    assert (tmp_path / f"before-{newest}.db").read_text() == "the first"


async def test_an_old_release_on_a_new_store_says_what_to_do_f22(tmp_path: Path) -> None:
    """F22: it does not touch it, and names the copy."""
    database = await _old(tmp_path / "carehub.db")
    async with database.connect() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.commit()

    with pytest.raises(ConfigurationError, match=r"newer release again.*before-9999\.db"):
        await upgrade(database, tmp_path)
    await database.close()


async def test_a_fresh_store_needs_no_copy(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'carehub.db'}")
    await upgrade(database, tmp_path)
    await database.close()

    assert _copies(tmp_path) == []
