"""`carehub why` and `carehub why-not`: in plain Norwegian. Residents are not named here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.core.showing.wording import alert_number
from carehub.flow import ledger
from carehub.store import pages
from carehub.store.database import Database, Session
from carehub.web import words
from carehub.web.wording.explained import Account, Reason, account_of, happening, silent_lines

app = typer.Typer(no_args_is_help=True, help="Why this alert, and why no alert, in plain Norwegian.")
commands = typer.Typer()
commands.add_typer(app, name="why")
Moment = Callable[[datetime], str]


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Session]:
    """The store as it is now, only to read: a hub may run beside us."""
    database = Database(settings.database)
    try:
        version, newest = await database.schema_versions()
        if version != newest:
            raise ConfigurationError("The store has another schema than this program: start the hub once.")
        async with database.read() as session:
            yield session
    finally:
        await database.close()


def _tell(question: Callable[[Session, Moment], Awaitable[Iterator[str]]]) -> None:
    settings = Settings()

    async def told() -> list[str]:
        async with reading(settings) as session:
            return list(await question(session, _local(settings)))

    for line in asyncio.run(told()):
        typer.echo(line)


def _local(settings: Settings) -> Moment:
    zone = settings.zone_info
    return lambda moment: f"{moment.astimezone(zone):%d.%m.%Y %H:%M:%S}"


@app.command("alert")
def why_alert(alert: Annotated[str, typer.Argument(help="The alert's id, or its number (A4F2).")]) -> None:
    """Why an alert rose: events, rule, who was told, who came."""

    async def question(session: Session, local: Moment) -> Iterator[str]:
        row = await pages.numbered(session, alert)
        account = await account_of(session, row.id) if row else None
        if account is None:
            raise ConfigurationError(f"There is no alert {alert!r}.")
        return _alert_lines(account, local)

    _tell(question)


@app.command("event")
def why_event(seq: Annotated[int, typer.Argument(help="The event's number in the ledger.")]) -> None:
    """What became of an event, and what each rule that asks for its kind made of it."""

    async def question(session: Session, local: Moment) -> Iterator[str]:
        answer = await ledger.why_event(session, seq)
        if answer is None:
            raise ConfigurationError(f"There is no event {seq}.")
        return _event_lines(answer, local)

    _tell(question)


@commands.command("why-not")
def why_not(
    resident: Annotated[str, typer.Option(help="The resident's id.")],
    rule: Annotated[str, typer.Option(help="The rule's id, such as night-exit.")],
    start: Annotated[datetime, typer.Option("--from", help="Local time, such as 2026-01-15T22:00.")],
    end: Annotated[datetime, typer.Option("--to", help="Local time.")],
) -> None:
    """Why a rule did not alert for a resident in a time, event by event."""
    zone = Settings().zone_info
    first, last = start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)

    async def question(session: Session, _: Moment) -> Iterator[str]:
        silent = await ledger.why_not(session, resident, rule, first, last)
        return iter(await silent_lines(session, silent, rule))

    _tell(question)


def _event_lines(answer: ledger.Answer, local: Moment) -> Iterator[str]:
    event, told = answer.told.event, happening(answer.told.event.seq, answer.told)
    yield f"Hendelse {event.seq}: {local(event.at)}  {told.words}  {told.device}".rstrip()
    yield f"Utfall: {words.OUTCOMES[event.outcome]}"
    if event.pending_until:
        yield f"  Ventet til {local(event.pending_until)}"
    if answer.general:
        yield answer.general
    for one in answer.verdicts:
        yield f"  {one.title} ({one.rule}): {one.words}"
    for alert in answer.alerts:
        yield f"  Varsel {alert_number(alert.id)}: {alert.kind}, {local(alert.raised_at)}"
    yield from (f"OBS: {note}" for note in answer.notes)


def _alert_lines(account: Account, local: Moment) -> Iterator[str]:
    alert = account.card.alert
    yield f"Varsel {alert_number(alert.id)} ({alert.id}), {alert.kind}, {local(alert.raised_at)}"
    if not account.reasons and alert.parent_id:
        yield f"Ingen regel står bak: det kommer fra varsel {alert_number(alert.parent_id)}, og ble laget av en ansatt."
    for reason in account.reasons:
        yield from _reason_lines(reason, local)
    if account.left_out:
        yield f"({account.left_out} meldinger til er ikke vist.)"
    yield "Hvem som fikk beskjed:"
    for one in account.notices:
        yield f"  {local(one.at)}  {one.who}, {one.way}, {one.step}: {one.state}"
    yield "Hva som ble gjort:"
    for step, name in account.journal:
        yield "  " + "  ".join(part for part in (local(step.at), words.STEPS[step.step], name, step.text) if part)


def _reason_lines(reason: Reason, local: Moment) -> Iterator[str]:
    rule = reason.rule
    yield f"{local(reason.at)}  {rule.title} (regel {rule.name}, utgave {rule.version})"
    yield f"  {rule.words}"
    if rule.until:
        yield f"  Regelen ble endret {local(rule.until)}."
    yield from (f"  {one}" for one in reason.decided)
    for one in reason.happenings:
        when = local(one.at) if one.at else "–"
        yield f"  Hendelse {one.seq}: {when}  {one.words}  {one.device}".rstrip()
    for line in reason.lines:
        yield f"  {'x' if line.held else '-'} {line.name}: spør om {line.wanted}; så {line.seen}"
