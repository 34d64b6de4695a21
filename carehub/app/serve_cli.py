"""`carehub serve`: nothing is loaded here that the first message does not need."""

import gc
from typing import Annotated

import typer

gc.disable()  # what is made in the start lives as long as the process: looking for garbage in it took a tenth of it

from carehub.app import serve  # noqa: E402 - as above
from carehub.app.settings import Settings  # noqa: E402
from carehub.contracts import ConfigurationError  # noqa: E402
from carehub.kit.log import configure  # noqa: E402

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
