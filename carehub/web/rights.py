"""The resident's right: who looked at what, when and why; made to be printed and handed over (C80)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.store import logins, readings, tables
from carehub.web import reading_words
from carehub.web.render import page
from carehub.web.security import HandingOver, TheHub

router = APIRouter(prefix="/admin/residents/{resident_id}")
Days = Annotated[int, Query(ge=1, le=3660)]


@router.get("/readings")
async def who_looked(
    request: Request, hub: TheHub, visitor: HandingOver, resident_id: str, days: Days = 90
) -> Response:
    """Everybody who looked at this resident's data, in words; this look too is logged."""
    now = hub.clock()
    async with hub.database.read() as session:
        resident = await session.get(tables.Resident, resident_id)
        found = await readings.about(session, resident_id, now - timedelta(days=days), now)
    if resident is None:
        raise HTTPException(404)
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "readings", [(resident_id, "readings")], now)
    return page(
        request, "readings.html", visitor, resident=resident, rows=found, days=days, most=readings.MOST,
        did=reading_words.did, why=reading_words.why,
    )  # fmt: skip
