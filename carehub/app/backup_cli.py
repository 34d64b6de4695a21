"""`carehub backup` and `carehub restore`: a proven copy of the store, and back."""

from pathlib import Path
from typing import Annotated

import typer

from carehub.app import backups, rescue
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.clock import utc_now
from carehub.kit.lock import Held, only_process
from carehub.store import copies

commands = typer.Typer()


@commands.command()
def backup() -> None:
    """Copy the store now, while the hub runs, and prove the copy by restoring it beside."""
    settings = Settings()
    try:
        made = backups.make(_store(settings), settings.backups, utc_now())
    except (copies.Damaged, OSError) as error:
        raise ConfigurationError(f"No backup was made: {error}") from error
    typer.echo(f"{made}: restored beside and read through.")


@commands.command()
def restore(backup_file: Annotated[Path, typer.Argument(help="A file that `carehub backup` made.")]) -> None:
    """Put a backup in the store's place, while no hub runs; what was there is kept."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = _store(settings)
    try:
        with only_process(settings.data_dir / "hub.lock"):
            aside = backups.restore(backup_file, store, utc_now())
            rescue.mark_made(store)
    except Held as error:
        raise ConfigurationError("A hub runs on this data folder: stop it first.") from error
    except (copies.Damaged, OSError) as error:
        raise ConfigurationError(f"{backup_file} was not restored: {error}") from error
    typer.echo(f"Restored. {'What was there is in ' + str(aside) if aside else 'There was no store before'}.")


def _store(settings: Settings) -> Path:
    found = copies.file_of(settings.database)
    if found is None:
        raise ConfigurationError("PostgreSQL is backed up by its own tools: pg_dump, and pg_restore.")
    return found
