"""`carehub doctor`, `train` and `push-key`."""

import asyncio

import typer

from carehub.app import doctor, training
from carehub.app.push_key import push_key
from carehub.app.settings import Settings

commands = typer.Typer()


@commands.command("doctor")
def doctor_command() -> None:
    """What is wrong with this installation, and what to do about it."""
    faults = asyncio.run(_examined())
    raise typer.Exit(1 if faults else 0)


@commands.command("train")
def train_command() -> None:
    """Train every detector now, while no hub runs; a running hub trains by itself at night."""
    for line in asyncio.run(training.train_all(Settings())):
        typer.echo(line)


@commands.command("push-key")
def push_key_command() -> None:
    """Print a new key for `CAREHUB_VAPID_PRIVATE_KEY`: with it browsers can be sent notifications."""
    typer.echo(push_key())


async def _examined() -> int:
    marks, faults = {True: "ok  ", None: "note", False: "BAD "}, 0
    async for found in doctor.examine(Settings()):
        typer.echo(f"{marks[found.well]}  {found.what:<10} {found.words}")
        faults += found.well is False
    return faults
