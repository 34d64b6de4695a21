"""The telephone of home care: my alerts first, one thumb, and what I need to get in behind a tap."""

from datetime import datetime, timedelta
from functools import partial

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.alerts import Status
from carehub.core.people.access import About
from carehub.flow.hub import Hub
from carehub.store import logins, pages, protected, roll_calls, tables, teams, visits
from carehub.store.database import Session
from carehub.web import cards
from carehub.web.cards import AlertView
from carehub.web.render import board_page, page, region
from carehub.web.rights.opening import reason_needed
from carehub.web.rights.readings import Readings
from carehub.web.security import AUTOMATIC, Caring, TheHub, Visitor
from carehub.web.teams import Context, context_of, sight_of
from carehub.web.telephone import offline as telephone
from carehub.web.telephone import planned, way_in
from carehub.web.tongue import _
from carehub.web.turns import once
from carehub.web.ward.board import board

router = APIRouter()
_AHEAD = timedelta(hours=12)


@router.get("/nurse")
async def nurse(request: Request, hub: TheHub, visitor: Caring) -> Response:
    """Mine, then those that nobody has, then the rest; my own unit before the others."""
    unit = visitor.person.unit_id
    async with hub.database.read() as session:
        sight = await sight_of(hub, visitor)
        shown = await board(hub, visitor, unit, sight)
        shift, asked = await planned.duty_now(hub, session, visitor), await _is_asked(hub, session, visitor)
        coming = planned.coming(await planned.of_shift(hub, session, visitor, shift, sight, left=True))
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "nurse", [*shown.alerts, *shown.closed])
    await readings.note(hub, visitor, "planned", coming, kind="visit")
    drawn = await region(
        request, "_nurse_board.html", board=shown, unit=unit, until=shift.until if shift else None, asked=asked,
        coming=coming, moves=planned.MOVES, kept=telephone.kept,
    )  # fmt: skip
    answered = {"answered": "answered" in request.query_params}
    whose = {} if AUTOMATIC in request.headers else telephone.given(visitor) | answered
    return await board_page(request, "nurse.html", visitor, board=shown, region=drawn, **whose)


async def _is_asked(hub: Hub, session: Session, visitor: Visitor) -> bool:
    """Whether their telephone has been asked whether it works."""
    waiting = await once(hub, "asked", partial(roll_calls.waiting, session, hub.clock()))
    return visitor.person.id in waiting


@router.get("/a/{number}")
async def short_link(hub: TheHub, visitor: Caring, number: str) -> RedirectResponse:
    """The link of an SMS. It changes nothing: a phone that previews links must not take an alert."""
    if not number.isalnum() or len(number) > 32:  # noqa: PLR2004 - the length of an id
        raise HTTPException(404)
    async with hub.database.read() as session:
        alert = await pages.numbered(session, number)
    if alert is None:
        raise HTTPException(404)
    return RedirectResponse(f"/nurse/{alert.id}", status_code=303)


@router.get("/nurse/{alert_id}")
async def one_alert(request: Request, hub: TheHub, visitor: Caring, alert_id: str) -> Response:
    """One alert with all that is known of it; each look is logged."""
    return await _alert_page(request, hub, visitor, alert_id, revealed=False)


@router.post("/nurse/{alert_id}/access")
async def reveal(request: Request, hub: TheHub, visitor: Caring, alert_id: str) -> Response:
    """The same, with telephone and key box: asked for on purpose, and logged as that."""
    return await _alert_page(request, hub, visitor, alert_id, revealed=True)


async def _alert_page(request: Request, hub: Hub, visitor: Visitor, alert_id: str, *, revealed: bool) -> Response:
    async with hub.database.read() as session:
        card = await pages.card_of(session, alert_id)
        if card is None:
            raise HTTPException(404)
        context = await context_of(hub, session, visitor, [card], hub.clock())
        alert = (await cards.with_pictures(hub, session, [card], context))[0]
        journal = await pages.journal(session, alert_id)
        callable_ = [*_ward(card), *await teams.on_duty(session, visitor.person.id, hub.clock())]
        ahead = await _next_visits(session, card, hub.clock())
        way = await _way_in(hub, session, visitor, card, context) if revealed else None
    if not alert.open_to_me or (revealed and not cards.opens(context.sight, card.alert, About.WAY_IN)):
        return reason_needed(request, visitor, alert)
    await _log(request, hub, visitor, alert, revealed=revealed)
    return page(
        request, "alert.html", visitor, alert=alert, journal=journal, revealed=revealed, resident=card.resident,
        way=way, tap=f"/nurse/{alert.id}/access", callable=callable_, ahead=ahead,
        **telephone.given(visitor),
    )  # fmt: skip


def _ward(card: pages.Card) -> list[teams.Callable]:
    """The telephone of the unit itself, first: whoever is there answers."""
    unit = card.unit
    return [teams.Callable(name=unit.name, phone=unit.phone, unit=_("Enhetens telefon"))] if unit and unit.phone else []


async def _way_in(hub: Hub, session: Session, visitor: Visitor, card: pages.Card, context: Context) -> way_in.Shown:
    """How one gets in, as far as this visitor must go there."""
    alert, held = card.alert, card.alert.status in {Status.TAKEN, Status.ARRIVED}
    to = await protected.errands(
        session, visitor.person, alert, context.sight, hub.clock(), has=held and alert.owner_id == visitor.person.id
    )
    return await way_in.shown(hub, session, card.scope, to, alert.id)


async def _next_visits(session: Session, card: pages.Card, now: datetime) -> list[tables.PlannedVisit]:
    """Who comes to this resident next, whether or not somebody goes there now."""
    if card.resident is None:
        return []
    found = await visits.planned_for(session, card.resident.id, now, now + _AHEAD)
    return found[:2]


async def _log(request: Request, hub: Hub, visitor: Visitor, alert: AlertView, *, revealed: bool) -> None:
    """A look is logged once a login; opening telephone and key box each time."""
    if not revealed:
        readings: Readings = request.app.state.readings
        await readings.note(hub, visitor, "alert", [alert])
        return
    async with hub.database.write() as session:
        seen = [(alert.resident_id, f"alert:{alert.id}")]
        logins.log_reading(session, visitor.person.id, "access_note", seen, hub.clock(), because=alert.tie)
