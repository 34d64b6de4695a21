"""Brings the store to this release: with a copy beside it first, and with plain words where it cannot."""

import os
from pathlib import Path

from carehub.contracts import ConfigurationError
from carehub.kit.log import log
from carehub.store.database import Database


async def upgrade(database: Database, folder: Path) -> None:
    """Migrate if the store is older. Killed half-way it begins again: each version is one transaction.

    Raises:
        ConfigurationError: The store was made by a newer release.
    """
    version, newest = await database.schema_versions()
    if version == newest:
        return
    if version is not None and not database.knows(version):
        raise ConfigurationError(
            f"The store has schema {version}, which is newer than this release ({newest}). Start the newer release "
            f"again, or put the copy that it made ({folder}/before-{version}.db; PostgreSQL: your dump) in its place."
        )
    if version is not None:
        await _keep_copy(database, folder / f"before-{newest}.db")
        log.warning("schema.upgrading", of=version, to=newest)
    await database.migrate()


async def _keep_copy(database: Database, path: Path) -> None:
    """A copy of the store as it was; one that is there already is of a start that was broken off, and older."""
    if not database.is_sqlite:
        log.warning("schema.no_copy", advice="PostgreSQL: take a dump before each upgrade")
    elif not os.access(path, os.F_OK):
        await database.copy_to(path)
        log.info("schema.copied", to=path.name)
