"""`carehub serve`: nothing is loaded here that the first message does not need."""

from typing import Annotated

import typer

from carehub.app import serve
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.log import configure

commands = typer.Typer()


@commands.command("serve")
def serve_command(
    role: Annotated[str, typer.Option(help="Which part runs here. Only `all` exists in this version.")] = "all",
) -> None:
    """Run the hub: ingest, rules, escalation, delivery and pages, in one process."""
    if role != "all":
        raise ConfigurationError("--role: only `all` can run in this version; splitting roles comes with several hubs.")
    settings = Settings()
    configure(as_json=settings.log_json)
    serve.run(settings)
