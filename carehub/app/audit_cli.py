"""`carehub audit`."""

import asyncio

import typer

from carehub.app import audit
from carehub.app.settings import Settings
from carehub.kit.log import configure

commands = typer.Typer()


@commands.command("audit")
def audit_command() -> None:
    """Watch a hub from outside: read its tables, and shout past it when people are not told."""
    settings = Settings()
    configure(as_json=settings.log_json)
    asyncio.run(audit.run_audit(settings))
