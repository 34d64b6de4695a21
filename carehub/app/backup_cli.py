"""`carehub backup` and `carehub restore`: a proven copy of the store, and back."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from carehub.app import backups, rescue
from carehub.app.away import Away
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.clock import utc_now
from carehub.kit.lock import Held, only_process
from carehub.kit.sealed import NotSealed, new_key, unseal
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
    away = Away.of(settings)
    if away is not None:
        try:
            there = asyncio.run(away.send(made, utc_now()))
        except (NotSealed, OSError) as error:
            raise ConfigurationError(f"It was not sent away: {error}") from error
        typer.echo(f"{there}: sealed, and read through.")


@commands.command("backup-key")
def backup_key(
    key_file: Annotated[Path, typer.Argument(help="Where the key goes: a new file, for its owner alone.")],
) -> None:
    """Make the key that opens sealed backups; the hub is told its public half, and the file is kept elsewhere."""
    key, public_half = new_key()
    try:
        with key_file.open("x", encoding="utf-8") as written:
            written.write(f"# Opens the backups that CareHub sealed for {public_half}\n{key}\n")
    except OSError as error:
        raise ConfigurationError(f"{key_file}: {error.strerror}.") from error
    typer.echo(f"CAREHUB_BACKUP_AWAY_KEY={public_half}")
    typer.echo(
        f"{key_file} opens what is sealed for it, and nothing else does: keep it, and a copy on paper, away from this "
        "machine.",
        err=True,
    )


@commands.command()
def restore(
    backup_file: Annotated[Path, typer.Argument(help="A file that `carehub backup` made, sealed (.age) or not.")],
    key_file: Annotated[Path | None, typer.Option("--key", help="What opens a sealed one.")] = None,
) -> None:
    """Put a backup in the store's place, while no hub runs; what was there is kept."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = _store(settings)
    try:
        with only_process(settings.data_dir / "hub.lock"):
            with _opened(backup_file, key_file, settings.data_dir) as plain:
                aside = backups.restore(plain, store, utc_now())
            rescue.mark_made(store)
    except Held as error:
        raise ConfigurationError("A hub runs on this data folder: stop it first.") from error
    except (copies.Damaged, NotSealed, OSError) as error:
        raise ConfigurationError(f"{backup_file} was not restored: {error}") from error
    typer.echo(f"Restored. {'What was there is in ' + str(aside) if aside else 'There was no store before'}.")


@contextmanager
def _opened(backup: Path, key_file: Path | None, folder: Path) -> Iterator[Path]:
    """The backup itself, or for the while what a sealed one holds."""
    if backup.suffix != ".age":
        yield backup
        return
    if key_file is None:
        raise NotSealed("it is sealed, and opened with --key FILE")
    lines = key_file.read_text(encoding="utf-8").splitlines()
    key = next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
    plain = folder / "opened.part"
    try:
        unseal(backup, plain, key)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def _store(settings: Settings) -> Path:
    found = copies.file_of(settings.database)
    if found is None:
        raise ConfigurationError("PostgreSQL is backed up by its own tools: pg_dump, and pg_restore.")
    return found
