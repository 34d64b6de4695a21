"""Administration of the ledger: what became of every event, why, and why not. Each look at a resident is logged."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.findings import Outcome
from carehub.core.people.access import About, Permission
from carehub.flow import ledger as answers
from carehub.flow.hub import Hub
from carehub.store import daily, ledger, logins, registers, tables
from carehub.store.database import Session
from carehub.store.ledger import Count
from carehub.store.registers import Wanted
from carehub.web import words
from carehub.web.admin.rules import Deciding
from carehub.web.render import page
from carehub.web.rights.near import Near, near
from carehub.web.security import Accounting, NotAllowed, TheHub, Visitor
from carehub.web.tongue import _
from carehub.web.wording.explained import happening, held_reasons, silent_lines

router = APIRouter(prefix="/admin")
_COUNTED = 10_000
"""How many of the newest events are counted by outcome: enough to see, cheap to read."""
_LONGEST_QUESTION = timedelta(days=7)
_Text = Annotated[str, Query(max_length=80)]


@router.get("/events")
async def events(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Accounting,
    outcome: Outcome | None = None,
    q: _Text = "",
    resident: _Text = "",
    since: _Text = "",
    until: _Text = "",
    before: Annotated[int | None, Query(ge=1, le=10**18)] = None,
) -> Response:
    """The ledger: the newest events that are asked for, and what became of each; from there to the older ones."""
    async with hub.database.read() as session:
        close = await _may_ask_for(hub, session, visitor, resident)
        wanted = Wanted(
            outcome=outcome, words=q.strip(), resident=resident or None, since=moment(since, hub.zone),
            until=moment(until, hub.zone), units=_units(visitor, close),
            before=before,
        )  # fmt: skip
        found = await registers.ledger(session, wanted)
        counts = await registers.outcomes_since(session, await daily.newest_seq(session) - _COUNTED)
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
    rows, older = found[: registers.EVENTS], len(found) > registers.EVENTS
    await _log(hub, visitor, "ledger", (event for event, _, _ in rows))
    asked = {"outcome": outcome, "q": q, "resident": resident, "since": since, "until": until}
    return page(
        request, "admin_events.html", visitor, rows=rows, newest=_asking(asked) if before else None,
        older=_asking({**asked, "before": rows[-1][0].seq}) if older else None, counts=counts,
        outcome=outcome, Outcome=Outcome, q=q, resident=resident, since=since, until=until, residents=residents,
        wrong=_unread(since, hub.zone) or _unread(until, hub.zone),
    )  # fmt: skip


def _asking(asked: Mapping[str, object]) -> str:
    """The same search once more, from another place."""
    return f"/admin/events?{urlencode({name: one for name, one in asked.items() if one})}"


@router.get("/events/{seq}")
async def one_event(request: Request, hub: TheHub, visitor: Accounting, seq: str) -> Response:
    """What became of one event, and what each rule that asks for its kind made of it."""
    if not seq.isascii() or not seq.isdigit() or len(seq) > 18:  # noqa: PLR2004 - what a place in the order can be
        raise HTTPException(404)
    async with hub.database.read() as session:
        answer = await answers.why_event(session, int(seq), words.telling())
        if answer is None:
            raise HTTPException(404)
        if not await _is_theirs(hub, session, visitor, answer.told.event):
            raise NotAllowed
        held = await held_reasons(session, answer)
    await _log(hub, visitor, "ledger.event", [answer.told.event])
    told = happening(answer.told.event.seq, answer.told)
    return page(request, "admin_event.html", visitor, answer=answer, told=told, held=held)


@router.get("/why-not")
async def why_not(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    resident: _Text = "",
    rule: _Text = "",
    since: _Text = "",
    until: _Text = "",
) -> Response:
    """Why a rule did not alert for a resident in a time."""
    start, end = moment(since, hub.zone), moment(until, hub.zone)
    wrong, silent = _unread(since, hub.zone) or _unread(until, hub.zone), None
    async with hub.database.read() as session:
        close = await _may_ask_for(hub, session, visitor, resident)
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
        if resident and rule and start and end:
            wrong = wrong or _unanswerable(start, end)
            silent = None if wrong else await answers.why_not(session, resident, rule, start, end, words.telling())
        lines = await silent_lines(session, silent, rule) if silent else []
    if silent is not None:
        async with hub.database.write() as session:
            seen = [(resident, f"rule:{rule}")]
            logins.log_reading(session, visitor.person.id, "ledger.why_not", seen, hub.clock())
    return page(
        request, "admin_why_not.html", visitor, silent=silent, residents=residents, resident=resident, rule=rule,
        since=since, until=until, wrong=wrong, lines=lines,
        rules=sorted(hub.rulebook.rules.values(), key=lambda one: words.own(one.title)),
    )  # fmt: skip


@router.get("/ledger")
async def account(request: Request, hub: TheHub, visitor: Accounting, day: _Text = "") -> Response:
    """Whether every event is accounted for: a day by source and outcome, what waits, and what should not wait."""
    now = hub.clock()
    shown = _day(day) or now.astimezone(hub.zone).date()
    start, end = (datetime.combine(shown + timedelta(days=more), time(), hub.zone) for more in (0, 1))
    async with hub.database.read() as session:
        counts = await ledger.counts(session, start, end)
        waiting = await ledger.waiting(session, now)
        lost = await ledger.told(session, await ledger.unaccounted_seqs(session, now))
        units = _units(visitor, await near(session, visitor, now))
    waiting = [one for one in waiting if _is_in(one, units)]
    lost = {seq: one for seq, one in lost.items() if _is_in(one, units)}
    await _log(hub, visitor, "ledger", (one.event for one in (*waiting, *lost.values())))
    return page(
        request, "admin_ledger.html", visitor, counts=_by_source(counts), Outcome=Outcome, start=start, day=shown,
        before=shown - timedelta(days=1), after=shown + timedelta(days=1),
        waiting=[(one, happening(one.event.seq, one)) for one in waiting],
        lost=[(one, happening(one.event.seq, one)) for one in lost.values()],
    )  # fmt: skip


def _by_source(counts: Iterable[Count]) -> Mapping[str, Mapping[Outcome, int]]:
    table: dict[str, dict[Outcome, int]] = {}
    for one in counts:
        table.setdefault(one.source, {})[one.outcome] = one.events
    return table


async def _may_ask_for(hub: Hub, session: Session, visitor: Visitor, resident: str) -> Near:
    """Whom the visitor may ask about; raises for this resident, if they may not."""
    close = await near(session, visitor, hub.clock())
    if resident and not close.sees(resident, About.DAYS):
        raise NotAllowed
    return close


def _units(visitor: Visitor, close: Near) -> frozenset[str] | None:
    """Whose events are shown: of a coordinator's own units; to whoever sees no residents, all, without whose."""
    return close.sight.units if visitor.may(Permission.SEE_RESIDENTS) else None


async def _is_theirs(hub: Hub, session: Session, visitor: Visitor, event: tables.Event) -> bool:
    close, scope = await near(session, visitor, hub.clock()), await session.get(tables.Scope, event.scope_id)
    units = _units(visitor, close)
    return units is None or scope is None or scope.unit_id is None or scope.unit_id in units


async def _log(hub: Hub, visitor: Visitor, action: str, seen: Iterable[tables.Event]) -> None:
    """Each resident whose events are shown, once for each look."""
    residents = dict.fromkeys(event.resident_id for event in seen if event.resident_id)
    if residents:
        async with hub.database.write() as session:
            rows = [(one, "events") for one in residents]
            await logins.log_list(session, visitor.person.id, action, rows, hub.clock())


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment as a form gives it, in local time; None where there is none or it cannot be read."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or zone) if found else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _unread(text: str, zone: ZoneInfo) -> str | None:
    if not text or moment(text, zone):
        return None
    return _("«%(text)s» er ikke et tidspunkt. Skriv for eksempel 2026-01-15T22:00.", text=text)


def _unanswerable(start: datetime, end: datetime) -> str | None:
    if end <= start:
        return _("Slutten må være etter begynnelsen.")
    return _("Spør om høyst sju døgn om gangen.") if end - start > _LONGEST_QUESTION else None


def _is_in(told: ledger.Told, units: frozenset[str] | None) -> bool:
    return units is None or told.scope is None or told.scope.unit_id is None or told.scope.unit_id in units
