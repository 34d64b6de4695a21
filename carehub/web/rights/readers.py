"""The resident's right (C80): who looked at what, when and why; for them, whoever acts for them, and to hand over."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.people.access import About, Permission
from carehub.flow.hub import Hub
from carehub.store import consents, logins, readings, tables
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import HandingOver, Own, TheHub, Visitor
from carehub.web.wording import reading_words

router = APIRouter()
Days = Annotated[int, Query(ge=1, le=3660)]


@router.get("/admin/residents/{resident_id}/readings")
async def who_looked(
    request: Request, hub: TheHub, visitor: HandingOver, resident_id: str, days: Days = 90
) -> Response:
    """Everybody who looked at this resident's data, in words; this look too is logged."""
    async with hub.database.read() as session:
        if visitor.may(Permission.AUDIT):
            resident = await session.get(tables.Resident, resident_id)
        else:
            resident = await must_see(session, visitor, resident_id, hub.clock())
    if resident is None:
        raise HTTPException(404)
    return await _shown(request, hub, visitor, resident, days)


@router.get("/record/{resident_id}/readings")
async def who_looked_at_me(request: Request, hub: TheHub, visitor: Own, resident_id: str, days: Days = 90) -> Response:
    """The same for the resident, and for whoever acts for them by a decision that holds."""
    return await _shown(request, hub, visitor, await own_resident(hub, visitor, resident_id), days)


async def own_resident(hub: Hub, visitor: Visitor, resident_id: str) -> tables.Resident:
    """The resident whose record is the visitor's own to read; raises 404 for anybody else, there or not (C36)."""
    async with hub.database.read() as session:
        resident = await consents.to_resident(session, visitor.person.id, resident_id, About.RECORD, hub.clock())
    if resident is None:
        raise HTTPException(404)
    return resident


def _export_of(visitor: Visitor, resident_id: str) -> str | None:
    """Where everything that is kept can be had; nowhere for an auditor, who reads the log alone."""
    if not visitor.may(Permission.READ_LOG):
        return f"/record/{resident_id}/export"
    return f"/admin/residents/{resident_id}/export" if visitor.may(Permission.ADMINISTER) else None


async def _shown(request: Request, hub: Hub, visitor: Visitor, resident: tables.Resident, days: int) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        found = await readings.about(session, resident.id, now - timedelta(days=days), now)
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "readings", [(resident.id, "readings")], now)
    return page(
        request, "readings.html", visitor, resident=resident, rows=found, days=days, most=readings.MOST,
        did=reading_words.did, why=reading_words.why,
        export=_export_of(visitor, resident.id),
    )  # fmt: skip
