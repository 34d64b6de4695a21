"""`carehub shift`: the plan from the command line: list it, look for gaps, read a calendar into it."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from carehub.app.people_cli import open_store
from carehub.app.settings import Settings
from carehub.app.speaking import Spoken, speak
from carehub.contracts import ConfigurationError
from carehub.core.people.coverage import Horizon
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.flow.staff.calendar_import import Account, Import, take_in
from carehub.flow.staff.calendars import NotACalendar, read
from carehub.flow.staff.staffing import words
from carehub.kit.clock import utc_now
from carehub.store import calendars, people, shifts, staffing, tables
from carehub.store.database import Database
from carehub.web.wording.retold import retold

app = typer.Typer(no_args_is_help=True, help="Shifts: who is on duty when.")
commands = typer.Typer()
commands.add_typer(app, name="shift")
Unit = Annotated[str, typer.Option(help="Id of the ward or zone.")]


def _hub(database: Database) -> Hub:
    """Enough of a hub to change a plan: no doors, no stations."""
    settings = Settings()
    return Hub(
        database=database, clock=utc_now, zone=settings.zone_info, public_url=settings.public_url,
        municipality=settings.municipality, rulebook=Rulebook.safe_mode(),
    )  # fmt: skip


@app.command("list")
def list_shifts(unit: Unit, days: Annotated[int, typer.Option(help="How many days ahead, at most 16.")] = 7) -> None:
    """Who is on duty in a unit, from now on."""
    asyncio.run(_list(unit, days))


async def _list(unit: str, days: int) -> None:
    zone, now = Settings().zone_info, utc_now()
    async with open_store() as database, database.write() as session:
        await shifts.rebuild(session, zone, now)
        for duty, name in await calendars.of_unit(session, unit, now, now + timedelta(days=days)):
            since, until = (_local(moment) for moment in (duty.since, duty.until))
            typer.echo(f"{since}  {until}  {name}{'  (swapped)' if duty.why == 'swap' else ''}")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(Settings().zone_info):%Y-%m-%d %H:%M}"


@app.command("coverage")
def coverage(language: Spoken = None) -> None:
    """Every stretch of the next 14 days in which nobody in a unit can be reached; exit 1 if there is one."""
    speak(language)
    if asyncio.run(_coverage()):
        raise typer.Exit(1)


async def _coverage() -> bool:
    zone, now = Settings().zone_info, utc_now()
    async with open_store() as database, database.write() as session:
        await shifts.rebuild(session, zone, now)
        ahead = await staffing.gaps_ahead(session, now)
    gaps = [(unit, gap) for unit, found in ahead.items() for gap in found[Horizon.FORTNIGHT]]
    for unit, gap in gaps:
        typer.echo(f"{unit}: {retold(words(gap.since, gap.until, zone))}")
    if not gaps:
        typer.echo("Somebody can be reached at every minute, in every unit that has a plan.")
    return bool(gaps)


@app.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(help="An .ics file; - for standard input.", allow_dash=True)],
    unit: Unit,
    *,
    source: Annotated[str, typer.Option(help="The calendar's name here; read again, it replaces itself.")] = "ics",
    person: Annotated[str | None, typer.Option(help="Whose the events are that name nobody: a user name.")] = None,
    days: Annotated[int, typer.Option(help="How many days ahead are read.")] = 180,
    language: Spoken = None,
) -> None:
    """Read a calendar of another system as a plan: each event is a shift of whoever it names by e-mail or user name."""
    speak(language)
    raw = typer.get_binary_stream("stdin").read() if str(file) == "-" else file.read_bytes()
    account = asyncio.run(_import(raw, unit, source, person, days))
    typer.echo(f"{account.added} added, {account.kept} as before, {account.ended} fallen away.")
    for event in account.unknown:
        who = ", ".join(event.who) or "names nobody"
        typer.echo(f"not taken: {event.day} {event.starts:%H:%M} «{event.title}» ({who})", err=True)
    if account.unknown:
        raise typer.Exit(1)


async def _import(raw: bytes, unit: str, source: str, person: str | None, days: int) -> Account:
    async with open_store() as database:
        hub = _hub(database)
        async with database.write() as session:
            place = await session.get(tables.Unit, unit)
            owner = await people.by_username(session, person) if person else None
            if place is None or (person and owner is None):
                raise ConfigurationError(f"There is no {'unit' if place is None else 'user'} of that name.")
            zone = (await shifts.zones(session)).get(unit, hub.zone)
            first = hub.clock().astimezone(zone).date()
            try:
                events = read(raw, zone, first, first + timedelta(days=days))
            except NotACalendar as error:
                raise ConfigurationError(retold(str(error))) from error
            wanted = Import(unit=unit, source=source, person=owner.id if owner else None, first=first)
            return await take_in(hub, session, wanted, events, None)
