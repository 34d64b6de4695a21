"""The telephone of home care: my alerts first, one thumb, and what I need to get in behind a tap."""

from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import About
from carehub.flow.hub import Hub
from carehub.store import logins, pages, roll_calls, tables, teams, ties, visits, ways_in
from carehub.store.database import Session
from carehub.web import cards
from carehub.web.cards import AlertView
from carehub.web.render import page
from carehub.web.rights.opening import reason_needed
from carehub.web.rights.readings import Readings
from carehub.web.security import Caring, TheHub, Visitor
from carehub.web.telephone import offline as telephone
from carehub.web.telephone import planned, way_in
from carehub.web.ward.board import board
from carehub.web.wording.retold import retold

router = APIRouter()
_AHEAD = timedelta(hours=12)


@router.get("/nurse")
async def nurse(request: Request, hub: TheHub, visitor: Caring) -> Response:
    """Mine, then those that nobody has, then the rest; my own unit before the others."""
    shown = await board(hub, visitor, visitor.person.unit_id)
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "nurse", [*shown.alerts, *shown.closed])
    mine = [one for one in [*shown.alerts, *shown.elsewhere] if one.mine]
    others = [one for one in shown.alerts if not one.mine]
    elsewhere = [one for one in shown.elsewhere if not one.mine]
    async with hub.database.read() as session:
        now, me = hub.clock(), visitor.person.id
        shift = await planned.duty_now(session, me, now)
        coming = planned.coming(await planned.of_shift(hub, session, visitor, shift))
        asked = await roll_calls.waiting_for(session, me, now)
    await readings.note(hub, visitor, "planned", coming, kind="visit")
    return page(
        request, "nurse.html", visitor, board=shown, mine=mine, others=others, elsewhere=elsewhere, shift=shift,
        asked=asked, coming=coming, moves=planned.MOVES, kept=telephone.kept([*mine, *others, *elsewhere]),
        **telephone.given(visitor),
    )  # fmt: skip


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
        alert = (await cards.with_pictures(hub, session, visitor, [card]))[0]
        journal = await pages.journal(session, alert_id)
        callable_ = await teams.on_duty(session, visitor.person.id, hub.clock())
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        ahead = await _next_visits(session, card, hub.clock())
        way = await ways_in.of_scope(session, card.scope.id) if revealed and card.scope else None
    if not alert.open_to_me or (revealed and not cards.opens(sight, card.alert, About.WAY_IN)):
        return reason_needed(request, visitor, alert)
    await _log(request, hub, visitor, alert, revealed=revealed)
    address = way_in.address_of(card.scope, way, hub)
    return page(
        request, "alert.html", visitor, alert=alert, journal=journal, revealed=revealed, scope=card.scope,
        resident=card.resident, way=way, address=address, route=way_in.route_to(hub, address) if revealed else None,
        dangers=way_in.dangers(way), callable=callable_, ahead=ahead, retold=retold, **telephone.given(visitor),
    )  # fmt: skip


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
