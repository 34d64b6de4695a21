"""`carehub serve`: nothing is loaded here that the first message does not need."""

from typing import Annotated

import typer

from carehub.app import serve
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.log import configure

commands = typer.Typer()
_APART = ("ingest", "worker", "web")
"""The parts that the interface names, and that do not run alone yet (docs/adr/0030)."""


@commands.command("serve")
def serve_command(
    role: Annotated[str, typer.Option(help="Which part runs here: `all`, and no other yet.")] = "all",
) -> None:
    """Run the hub: ingest, rules, escalation, delivery and pages, in one process."""
    if role in _APART:
        raise ConfigurationError(
            f"--role {role}: this part does not run alone yet; leave --role out. On PostgreSQL a second "
            "`carehub serve` waits as a spare, and takes over when this one ends (docs/adr/0030)."
        )
    if role != "all":
        raise ConfigurationError(f"--role {role}: there is no such part. Leave --role out.")
    settings = Settings()
    configure(as_json=settings.log_json)
    serve.run(settings)
