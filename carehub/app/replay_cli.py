"""`carehub replay`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from carehub.app import replay

commands = typer.Typer()


@commands.command("replay")
def replay_command(  # noqa: PLR0913 - the options of a replay
    path: Annotated[Path, typer.Argument(help="The recording: a file, gzipped or not, or TIHM's folder.")],
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Into a report on the recording's own clock, with no broker.")
    ] = False,
    format: Annotated[str | None, typer.Option(help="By default told by its content.")] = None,  # noqa: A002 - its name there
    zone: Annotated[str, typer.Option(help="Zone of timestamps without one.")] = "Europe/Oslo",
    speed: Annotated[float, typer.Option(help="Recorded seconds for each real one; 0 for as fast as it goes.")] = 0.0,
    limit: Annotated[int, typer.Option(help="At most so many messages; 0 for all.")] = 0,
    alerts: Annotated[
        Path | None, typer.Option(help="CSV file for every alert, beside what the recording says that was done then.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the replay keeps its store; emptied first.")] = Path(
        "build/replay"
    ),
) -> None:
    """Recorded homes through a whole hub over a real broker, and what came of every input."""
    wanted = replay.Wanted(path=path, format=format, zone=zone, speed=speed, limit=limit, folder=folder)
    account = asyncio.run(replay.into_report(wanted) if report else replay.over_broker(wanted))
    for line in account.lines():
        typer.echo(line)
    if alerts:
        account.write_alerts(alerts)
    if account.unaccounted:
        raise typer.Exit(1)
