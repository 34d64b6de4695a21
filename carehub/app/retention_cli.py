"""`carehub retention`: what has grown old, and letting it go."""

import asyncio
from typing import Annotated

import typer

from carehub.app.people_cli import open_store
from carehub.app.settings import Settings
from carehub.flow.watching import retention
from carehub.kit.clock import utc_now

commands = typer.Typer()


@commands.command("retention")
def retention_command(
    *, dry_run: Annotated[bool, typer.Option(help="Say what would go, and change nothing.")] = False
) -> None:
    """What is older than its policy says, by kind, with the law; while no hub runs, it also goes now."""
    asyncio.run(_cleaned(dry_run=dry_run))


async def _cleaned(*, dry_run: bool) -> None:
    policies = Settings().policies
    async with open_store() as database:
        for one in await retention.count(database, utc_now, policies):
            policy = one.policy
            typer.echo(f"{policy.kind:<13} {policy.days:>5} days  {one.rows:>9} rows  {policy.title}: {policy.ground}")
        if not dry_run:
            gone = await retention.clean(database, utc_now, policies)
            typer.echo(f"Gone: {sum(gone.values())} rows.")
