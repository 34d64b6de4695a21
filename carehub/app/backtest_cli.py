"""`carehub rules backtest`: a draft, or the rulebook in force, over the recorded past. Residents are not named here."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from carehub.app.backtest import Wanted, backtest, read_into
from carehub.app.backtest.sources import Store
from carehub.app.settings import Settings, names
from carehub.app.speaking import Spoken, speak
from carehub.contracts import ConfigurationError
from carehub.core.backtest.words import lines_of
from carehub.core.rules.drafting import read_draft, with_draft
from carehub.core.rules.errors import RuleError
from carehub.core.rules.language import Rule
from carehub.core.rules.rulebook import Rulebook
from carehub.kit.clock import utc_now
from carehub.plugins import load_rulebook, load_sources
from carehub.store import rulebooks
from carehub.store.database import Database
from carehub.web import words


def backtest_command(  # noqa: PLR0913 - one for each option
    draft: Annotated[
        Path | None, typer.Argument(help="A file with the changed rules; left out: the rulebook in force.")
    ] = None,
    *,
    days: Annotated[float, typer.Option(min=0.1, max=400, help="So many days back.")] = 30.0,
    recording: Annotated[
        Path | None, typer.Option(help="A recording instead of the hub's own past: a file, or TIHM's folder.")
    ] = None,
    format: Annotated[str | None, typer.Option(help="Of the recording; by default told by its content.")] = None,  # noqa: A002 - its name there
    json: Annotated[Path | None, typer.Option(help="Write the whole summary here too.")] = None,
    folder: Annotated[Path | None, typer.Option(help="The folder of rules; by default the one in use.")] = None,
    language: Spoken = None,
) -> None:
    """What rules would have alerted in the recorded past, whom they would have woken, what they would have missed."""
    speak(language)
    settings = Settings()
    book, faults = load_rulebook(folder or settings.rulebook_dir, settings.zone)
    for fault in faults:
        typer.echo(fault, err=True)
    rules, began = _read(draft), time.monotonic()
    with _wanted(settings, book, rules, timedelta(days=days), recording, format) as wanted:
        try:
            summary = asyncio.run(backtest(wanted, _progress))
        except RuleError as error:
            raise ConfigurationError(f"{draft}: {error}") from error
    for line in lines_of(summary, with_draft(wanted.book, rules or ()), words.telling()):
        typer.echo(line)
    typer.echo(f"({time.monotonic() - began:.1f} s)", err=True)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1))


def _read(draft: Path | None) -> tuple[Rule, ...] | None:
    if draft is None:
        return None
    try:
        return read_draft(draft.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RuleError) as error:
        raise ConfigurationError(f"{draft}: {error}") from error


@contextmanager
def _wanted(
    settings: Settings, book: Rulebook, rules: tuple[Rule, ...] | None, span: timedelta, recording: Path | None,
    format: str | None,  # noqa: A002 - the command line's word
) -> Iterator[Wanted]:  # fmt: skip
    now = utc_now()
    if recording is None:
        off = asyncio.run(_switched_off(settings))
        book = book.without([rule for rule, version in off if book.versions.get(rule) == version])
        yield Wanted(source=Store(settings.database), book=book, draft=rules, since=now - span, until=now, now=now)
        return
    with tempfile.TemporaryDirectory(prefix="carehub-backtest-") as aside:
        sources = load_sources(names(settings.sources))
        source, first, last = read_into(Path(aside), recording, format, settings.zone, sources, _reading)
        until = last + timedelta(seconds=1)
        yield Wanted(source=source, book=book, draft=rules, since=max(first, until - span), until=until, now=now)


async def _switched_off(settings: Settings) -> set[tuple[str, str]]:
    """Rules that raised too often, as the hub keeps them off."""
    database = Database(settings.database, read_only=True)
    try:
        version, newest = await database.schema_versions()
        if version != newest:
            raise ConfigurationError("The store has another schema than this program: start the hub once.")
        async with database.read() as session:
            return await rulebooks.switched_off(session)
    finally:
        await database.close()


def _reading(messages: int) -> None:
    _say(f"reading: {messages} messages")


async def _progress(done: int, total: int) -> bool:
    _say(f"homes: {done} of {total}")
    return True


def _say(words: str) -> None:
    """Where somebody looks on, one line that changes."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{words} ")
        sys.stderr.flush()
