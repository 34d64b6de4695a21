"""Bringing a store to the schema of this release, by Alembic. Loaded only where there is something to bring."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from carehub.store.schema import scripts_folder


def alembic_config() -> Config:
    """Alembic's configuration, built here: from the repository, or from the wheel's data."""
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()))
    return config


def upgrade(connection: Connection) -> None:
    """To the newest version."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def knows(version: str) -> bool:
    """Whether this program knows how to go on from that schema."""
    script = ScriptDirectory.from_config(alembic_config())
    return any(one.revision == version for one in script.walk_revisions())
