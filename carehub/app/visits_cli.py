"""`carehub visits`: the plan of another system, read into ours."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from carehub.app.people_cli import open_store
from carehub.app.settings import Settings
from carehub.app.speaking import Spoken, speak
from carehub.core.people.visit_plan import Fault, Row, read
from carehub.store import pages, visits
from carehub.store.visits import Line
from carehub.web.wording.retold import retold

app = typer.Typer(no_args_is_help=True, help="Planned visits of home care.")
commands = typer.Typer()
commands.add_typer(app, name="visits")


@app.callback()
def _visits() -> None:
    """Keeps `import` a word of its own."""


@app.command("import")
def import_plan(
    file: Annotated[Path, typer.Argument(help="A CSV file: beboer, enhet, brukernavn, fra, til, tittel.")],
    language: Spoken = None,
) -> None:
    """Read a plan; what was read before stays as it is. Exit 1 where a line could not be read."""
    speak(language)
    text = file.read_text(encoding="utf-8-sig")
    added, known, faults = asyncio.run(_import(text))
    typer.echo(f"{added} added, {known} as before.")
    for fault in faults:
        typer.echo(f"Line {fault.line}: {retold(fault.why)}", err=True)
    if faults:
        raise typer.Exit(1)


async def _import(text: str) -> tuple[int, int, list[Fault]]:
    found = list(read(text, Settings().zone_info))
    rows = [one for one in found if isinstance(one, Row)]
    faults = [one for one in found if isinstance(one, Fault)]
    async with open_store() as database, database.write() as session:
        there = await visits.known_to(session, {one.resident for one in rows})
        units = {name.casefold(): one.id for one in await pages.units(session) for name in (one.id, one.name)}
        people = await visits.named(session, {one.person for one in rows if one.person})
        lines = []
        for row in rows:
            unit = units.get(row.unit.casefold())
            if row.resident in there and unit and (row.person is None or row.person in people):
                lines.append(_line(row, unit, people))
            else:
                faults.append(Fault(line=row.line, why="Beboer, enhet eller person finnes ikke"))
        added = await visits.write_plan(session, lines)
    return added, len(lines) - added, sorted(faults, key=lambda one: one.line)


def _line(row: Row, unit: str, people: dict[str, str]) -> Line:
    return Line(
        resident_id=row.resident, unit_id=unit, person_id=people.get(row.person or ""), at=row.at, until=row.until,
        title=row.title,
    )  # fmt: skip
