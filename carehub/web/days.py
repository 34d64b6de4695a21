"""A resident's days: the picture of the last 28, for whoever sees the alerts. Each look is logged."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.people.access import About, Tie
from carehub.store import history, logins, pages, tables, ties
from carehub.store.database import Session
from carehub.web import actogram, cards
from carehub.web.render import page
from carehub.web.security import Caring, NotAllowed, TheHub, Visitor

router = APIRouter(prefix="/residents")


@router.get("/{resident_id}/days")
async def days(
    request: Request, hub: TheHub, visitor: Caring, resident_id: str,
    alert: Annotated[str, Query(max_length=32)] = "",
) -> Response:  # fmt: skip
    """The rhythm of the days, with the alert from which one came."""
    now, zone = hub.clock(), hub.zone
    start = actogram.first_moment(now, zone)
    async with hub.database.read() as session:
        resident = await session.get(tables.Resident, resident_id)
        if resident is None:
            raise HTTPException(404)
        marks = (await pages.alerts_of(session, [resident_id], start)).get(resident_id, [])
        came_from = next((one for one in marks if one.id == alert), None)
        tie = await _tie(session, visitor, resident_id, came_from, now)
        seen = await history.of_resident(session, resident_id, start)
    drawn = await asyncio.to_thread(actogram.drawn, seen, marks, alert, now, zone)  # a month of events takes its time
    async with hub.database.write() as session:
        about = [(resident_id, f"alert:{came_from.id}" if came_from else "days")]
        logins.log_reading(session, visitor.person.id, "resident.days", about, now, because=tie)
    known = came_from.id if came_from else ""
    return page(request, "days.html", visitor, resident=resident, drawn=drawn, alert=known)


async def _tie(session: Session, visitor: Visitor, resident: str, alert: tables.Alert | None, now: datetime) -> Tie:
    """By what the visitor may see these days: as the alert's own picture, or as one of the home's unit."""
    sight = await ties.sight_of(session, visitor.person, now)
    home = await history.scope_of(session, resident, now)
    scope = await session.get(tables.Scope, home) if home else None
    tie = sight.tie(unit=scope.unit_id if scope else None, resident=resident)
    if alert is not None and not sight.sees(About.DAYS, tie):
        tie = cards.tie_to(sight, alert)
    if not sight.sees(About.DAYS, tie):
        raise NotAllowed
    return tie
