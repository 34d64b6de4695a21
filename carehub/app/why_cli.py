"""`carehub why` and `carehub why-not`: in plain words, in the reader's language. Residents are not named here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from carehub.app.settings import Settings
from carehub.app.speaking import Spoken, speak
from carehub.contracts import ConfigurationError
from carehub.core.showing.wording import alert_number
from carehub.flow import ledger
from carehub.store import pages
from carehub.store.database import Database, Session
from carehub.web import words
from carehub.web.tongue import _
from carehub.web.wording.explained import FORGOTTEN, Account, Happening, Reason, account_of, happening, silent_lines
from carehub.web.wording.retold import retold

app = typer.Typer(no_args_is_help=True, help="Why this alert, and why no alert, in plain words.")
commands = typer.Typer()
commands.add_typer(app, name="why")
Moment = Callable[[datetime], str]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The store, only to read: a hub may run beside us."""
    database = Database(settings.database)
    try:
        version, newest = await database.schema_versions()
        if version != newest:
            raise ConfigurationError("The store has another schema than this program: start the hub once.")
        yield database
    finally:
        await database.close()


def _tell(question: Callable[[Session, Moment], Awaitable[Iterator[str]]]) -> None:
    settings = Settings()

    async def told() -> list[str]:
        async with opened(settings) as database, database.read() as session:
            return list(await question(session, _local(settings)))

    for line in asyncio.run(told()):
        typer.echo(line)


def _local(settings: Settings) -> Moment:
    zone = settings.zone_info
    return lambda moment: f"{moment.astimezone(zone):%d.%m.%Y %H:%M:%S}"


@app.command("alert")
def why_alert(
    alert: Annotated[str, typer.Argument(help="The alert's id, or its number (A4F2).")], language: Spoken = None
) -> None:
    """Why an alert rose: events, rule, who was told, who came."""
    speak(language)

    async def question(session: Session, local: Moment) -> Iterator[str]:
        row = await pages.numbered(session, alert)
        account = await account_of(session, row.id) if row else None
        if account is None:
            raise ConfigurationError(f"There is no alert {alert!r}.")
        return _alert_lines(account, local)

    _tell(question)


@app.command("event")
def why_event(
    seq: Annotated[int, typer.Argument(help="The event's number in the ledger.")], language: Spoken = None
) -> None:
    """What became of an event, and what each rule that asks for its kind made of it."""
    speak(language)

    async def question(session: Session, local: Moment) -> Iterator[str]:
        answer = await ledger.why_event(session, seq, words.telling())
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
    language: Spoken = None,
) -> None:
    """Why a rule did not alert for a resident in a time, event by event."""
    speak(language)
    zone = Settings().zone_info
    first, last = start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)

    async def question(session: Session, _local: Moment) -> Iterator[str]:
        silent = await ledger.why_not(session, resident, rule, first, last, words.telling())
        return iter(await silent_lines(session, silent, rule))

    _tell(question)


def _event_lines(answer: ledger.Answer, local: Moment) -> Iterator[str]:
    event, told = answer.told.event, happening(answer.told.event.seq, answer.told)
    yield _event_line(event.seq, local(event.at), told)
    yield _("Utfall: %(outcome)s", outcome=words.OUTCOMES[event.outcome])
    if event.pending_until:
        yield "  " + _("Ventet til %(time)s", time=local(event.pending_until))
    if answer.general:
        yield answer.general
    for one in answer.verdicts:
        yield f"  {one.title} ({one.rule}): {one.words}"
    for alert in answer.alerts:
        number = alert_number(alert.id)
        yield "  " + _(
            "Varsel %(number)s: %(kind)s, %(time)s", number=number, kind=alert.kind, time=local(alert.raised_at)
        )
    yield from (_("OBS: %(note)s", note=note) for note in answer.notes)


def _event_line(seq: int, when: str, told: Happening) -> str:
    number = _("Hendelse %(seq)s", seq=seq)
    return f"{number}: {when}  {told.words}  {told.device}".rstrip()


def _alert_lines(account: Account, local: Moment) -> Iterator[str]:
    alert = account.card.alert
    number = _("Varsel %(number)s", number=alert_number(alert.id))
    yield f"{number} ({alert.id}), {alert.kind}, {local(alert.raised_at)}"
    if not account.reasons and alert.parent_id:
        parent = alert_number(alert.parent_id)
        yield _("Ingen regel står bak: det kommer fra varsel %(number)s, og ble laget av en ansatt.", number=parent)
    for reason in account.reasons:
        yield from _reason_lines(reason, local)
    if account.left_out:
        yield _("(%(many)s meldinger til er ikke vist.)", many=account.left_out)
    yield _("Hvem som fikk beskjed:")
    if account.forgotten:
        yield "  " + _(FORGOTTEN)
    for one in account.notices:
        yield f"  {local(one.at)}  {one.who}, {one.way}, {one.step}: {one.state}"
    yield _("Hva som ble gjort:")
    for step, name in account.journal:
        text = retold(step.text) if step.text else None
        yield "  " + "  ".join(part for part in (local(step.at), words.STEPS[step.step], name, text) if part)


def _reason_lines(reason: Reason, local: Moment) -> Iterator[str]:
    rule = reason.rule
    which = _("regel %(rule)s, utgave %(version)s", rule=rule.name, version=rule.version)
    yield f"{local(reason.at)}  {rule.title} ({which})"
    yield f"  {rule.words}"
    if rule.until:
        yield "  " + _("Denne utgaven gjaldt til %(time)s.", time=local(rule.until))
    yield from (f"  {one}" for one in reason.decided)
    for one in reason.happenings:
        yield f"  {_event_line(one.seq, local(one.at) if one.at else '–', one)}"
    for line in reason.lines:
        asked = _("%(name)s: spør om %(wanted)s; så %(seen)s", name=line.name, wanted=line.wanted, seen=line.seen)
        yield f"  {'x' if line.held else '-'} {asked}"
