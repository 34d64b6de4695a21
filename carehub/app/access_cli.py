"""`carehub access table`: who may what, as the doors have it."""

from pathlib import Path
from typing import Annotated

import typer
from fastapi.routing import APIRoute

from carehub.web import DOORS
from carehub.web.rights.access_table import written

app = typer.Typer(no_args_is_help=True, help="Who may see and do what.")
commands = typer.Typer()
commands.add_typer(app, name="access")


@app.command("table")
def table(out: Annotated[Path | None, typer.Option(help="A file to write it to.")] = None) -> None:
    """Every route by role and tie, with what is read and by what it is decided; Markdown."""
    text = written(route for door in DOORS for route in door.router.routes if isinstance(route, APIRoute))
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text)


@app.callback()
def _group() -> None:
    """Keep `table` a word of its own."""
