"""The handover on one page that prints: what is open, what was, what is unusual, what does not work, and notes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.flow.hub import Hub
from carehub.store import floor_plans, handover, logins, pages, roll_calls, rounds, silences, tables, ties
from carehub.store.database import Session
from carehub.store.handover import Found, Note
from carehub.store.rounds import Listed
from carehub.web.cards import AlertView, view
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.readings import Readings
from carehub.web.security import Answering, Caring, NotAllowed, TheHub, Visitor
from carehub.web.teams import context_of
from carehub.web.ward.board import Lacking, in_turn, is_in, lacking
from carehub.web.ward.rounds import SEENS

router = APIRouter(prefix="/tablet/handover")
Unit = Annotated[str | None, Query(max_length=32)]
_SHIFT = timedelta(hours=8)
_NOTES = timedelta(hours=24)
_MANY = 3
"""So many alerts of one resident in a shift are worth a word."""
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Everything that the page shows.

    Attributes:
        since: When the shift began; what was closed and missed is from then on.
        on_now: Who is at work, and whether their telephone did not answer when the shift began.
        often: Who had many alerts, and how many.
    """

    since: datetime
    open: Sequence[AlertView]
    closed: Sequence[AlertView]
    often: Sequence[tuple[str, int]]
    lacks: Lacking
    found: Sequence[Found]
    worn: Sequence[tuple[tables.Device, tables.Scope]]
    silences: Sequence[silences.Line]
    due: Sequence[Listed]
    lately: Sequence[Listed]
    notes: Sequence[tuple[Note, bool]]
    on_now: Sequence[tuple[str, bool]]
    come: Sequence[tuple[datetime, str]]
    living: Sequence[floor_plans.Living]


@router.get("")
async def shown(request: Request, hub: TheHub, visitor: Caring, unit: Unit = None) -> Response:
    """The handover of one of the reader's own units."""
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        units = [one for one in await pages.units(session) if sight.covers(one.id)]
    chosen = next((one for one in units if one.id == unit), units[0] if units else None)
    if chosen is None or (unit is not None and chosen.id != unit):
        raise NotAllowed
    handed = await _gather(hub, visitor, chosen.id)
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "handover", [*handed.open, *handed.closed])
    await readings.see(hub, visitor, "handover", _seen(handed))
    return page(request, "handover.html", visitor, it=handed, units=units, unit=chosen, SEENS=SEENS)


def _seen(handed: Handover) -> list[tuple[str, str]]:
    seen = [(one.resident.id, f"round:{one.turn.id}") for one in [*handed.due, *handed.lately]]
    seen += [(one.resident.id, f"note:{one.note.id}") for one, _may in handed.notes if one.resident]
    return seen + [(resident.id, f"finding:{row.key}") for row, resident, _scope in handed.found]


async def _gather(hub: Hub, visitor: Visitor, unit: str) -> Handover:
    now = hub.clock()
    async with hub.database.read() as session:
        since = await handover.began(session, unit, now) or now - _SHIFT
        cards = [one for one in await pages.open_alerts(session) if is_in(one, unit)]
        done = await pages.closed_since(session, since, _MOST, unit=unit)
        context = await context_of(hub, session, visitor, [*cards, *done], now)
        waiting, closed = ([view(hub, card, context) for card in some] for some in (cards, done))
        planned = await roll_calls.present(session, now, unit)
        on_now = [(one.person.name, one.is_silent) for one in planned]
        me = visitor.person.id
        return Handover(
            since=since, open=in_turn(waiting), closed=closed, often=_often([*waiting, *closed]),
            lacks=await lacking(hub, session, unit, context.sight),
            found=await handover.found(session, unit, since, now), worn=await handover.worn(session, unit, now),
            silences=await silences.shown(session, now, now, unit),
            due=[one for one in await rounds.due(session, now, {unit}) if one.scope.unit_id == unit],
            lately=[one for one in await rounds.since(session, since, now, {unit}) if one.scope.unit_id == unit],
            notes=[
                (one, handover.may_change(one.note, me, now))
                for one in await handover.notes(session, unit, now - _NOTES)
            ],
            on_now=on_now or [(name, False) for name in await handover.marked(session, unit)],
            come=await handover.coming(session, unit, now), living=await floor_plans.living(session, unit, now),
        )  # fmt: skip


def _often(alerts: Sequence[AlertView]) -> list[tuple[str, int]]:
    """Who had many: "Rom 104, Astrid N."."""
    counted = Counter(f"{one.room}, {one.resident}" for one in alerts if one.resident_id)
    return [(who, many) for who, many in counted.most_common() if many >= _MANY]


Text = Annotated[str, Form(max_length=1000)]


@router.post("/notes")
async def write(
    hub: TheHub, visitor: Answering, unit: Annotated[str, Form(max_length=32)], text: Text,
    resident: Annotated[str, Form(max_length=32)] = "",
) -> Response:  # fmt: skip
    """Tell the next shift something, about the unit or about somebody who lives there."""
    now, by = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        await _must_be_theirs(session, visitor, unit, now)
        living = {one.id for home in await floor_plans.living(session, unit, now) for one in home.residents}
        if not text.strip() or (resident and resident not in living):
            raise HTTPException(422)
        note = handover.write(session, unit=unit, resident=resident or None, text=text.strip(), by=by, now=now)
        logins.log_reading(session, by, "note.written", [(note.resident_id, f"note:{note.id}")], now)
    hub.live.change()
    return onwards(hub, f"/tablet/handover?unit={unit}#notes")


async def _must_be_theirs(session: Session, visitor: Visitor, unit: str, now: datetime) -> None:
    if await session.get(tables.Unit, unit) is None:
        raise HTTPException(404)
    if not (await ties.sight_of(session, visitor.person, now)).covers(unit):
        raise NotAllowed


@router.post("/notes/{note_id}")
async def change(hub: TheHub, visitor: Answering, note_id: str, text: Text = "") -> Response:
    """Put right what one wrote oneself, within half an hour; with no text it is taken back."""
    now, by = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        old = await session.get(tables.ShiftNote, note_id)
        if old is None:
            raise HTTPException(404)
        await _must_be_theirs(session, visitor, old.unit_id, now)
        new = await handover.change(session, note_id, text.strip(), by, now)
        if new is None:
            raise NotAllowed
        what = "note.changed" if text.strip() else "note.taken_back"
        logins.log_reading(session, by, what, [(new.resident_id, f"note:{note_id}")], now)
    hub.live.change()
    return onwards(hub, f"/tablet/handover?unit={old.unit_id}#notes")
