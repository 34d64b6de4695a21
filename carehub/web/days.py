"""A resident's days: the picture of the last 28, for whoever sees the alerts. Each look is logged."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.store import history, logins, pages, tables
from carehub.web import actogram
from carehub.web.render import page
from carehub.web.security import Caring, TheHub

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
        seen = await history.of_resident(session, resident_id, start)
        marks = (await pages.alerts_of(session, [resident_id], start)).get(resident_id, [])
    drawn = await asyncio.to_thread(actogram.drawn, seen, marks, alert, now, zone)  # a month of events takes its time
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "resident.days", [(resident_id, f"alert:{alert}")], now)
    known = alert if any(one.id == alert for one in marks) else ""
    return page(request, "days.html", visitor, resident=resident, drawn=drawn, alert=known)
