"""Everything about one resident, to take along: JSON in a documented form, and a PDF to read (GDPR 15, 20)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from carehub.core.people.access import Errand, Role
from carehub.flow.hub import Hub
from carehub.kit.paper import Press
from carehub.store import logins, record, tables
from carehub.web.admin.rules import Deciding
from carehub.web.rights import record_pdf
from carehub.web.rights.near import must_see
from carehub.web.rights.readers import own_resident
from carehub.web.security import Own, TheHub, Visitor
from carehub.web.words import title_of

router = APIRouter()


@router.get("/record/{resident_id}/export.json")
async def my_json(hub: TheHub, visitor: Own, resident_id: str) -> Response:
    """For the resident, and whoever acts for them."""
    return await _json(hub, visitor, await own_resident(hub, visitor, resident_id), _own(visitor))


@router.get("/record/{resident_id}/export.pdf")
async def my_pdf(request: Request, hub: TheHub, visitor: Own, resident_id: str) -> Response:
    """The same to read."""
    return await _pdf(request, hub, visitor, await own_resident(hub, visitor, resident_id), _own(visitor))


@router.get("/admin/residents/{resident_id}/export.json")
async def their_json(hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """By the coordinator, to hand over."""
    return await _json(hub, visitor, await _theirs(hub, visitor, resident_id), Errand.REGISTER)


@router.get("/admin/residents/{resident_id}/export.pdf")
async def their_pdf(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """The same to print."""
    return await _pdf(request, hub, visitor, await _theirs(hub, visitor, resident_id), Errand.REGISTER)


async def _theirs(hub: Hub, visitor: Visitor, resident_id: str) -> tables.Resident:
    async with hub.database.read() as session:
        return await must_see(session, visitor, resident_id, hub.clock())


def _own(visitor: Visitor) -> Errand:
    """Whether it is the resident's own right, or that of whoever acts for them."""
    return Errand.SELF if visitor.person.role is Role.RESIDENT else Errand.GUARDIAN


async def _taken(
    hub: Hub, visitor: Visitor, resident: tables.Resident, form: str, errand: Errand
) -> dict[str, Any]:  # fmt: skip
    """All but the events; that it was taken is logged first."""
    async with hub.database.write() as session:
        seen: list[tuple[str | None, str]] = [(resident.id, f"record:{form}")]
        logins.log_reading(session, visitor.person.id, "record.exported", seen, hub.clock())
    async with hub.database.read() as session:
        found = await record.of_resident(session, resident, hub.clock(), errand)
    head = {"schema": record.SCHEMA, "made_at": hub.clock().isoformat(), "municipality": hub.municipality}
    return {**head, **found}


async def _json(hub: Hub, visitor: Visitor, resident: tables.Resident, errand: Errand) -> Response:
    """Sent as it is read, so that the browser shows how far it is, and a long life needs little memory."""
    found = await _taken(hub, visitor, resident, "json", errand)
    body = _pieces(hub, resident.id, json.dumps(found, ensure_ascii=False, indent=1))
    return StreamingResponse(body, media_type="application/json", headers=_named(hub, "json"))


async def _pieces(hub: Hub, resident: str, head: str) -> AsyncIterator[str]:
    yield head.removesuffix("\n}")
    many = (("events", record.events), ("rules_that_kept_quiet", record.kept_quiet))
    for name, asked in many:
        yield f',\n "{name}": ['
        before = "\n"
        async for rows in asked(hub.database, resident):
            yield before + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            before = ",\n"
        yield "\n ]"
    yield "\n}\n"


async def _pdf(request: Request, hub: Hub, visitor: Visitor, resident: tables.Resident, errand: Errand) -> Response:
    found = await _taken(hub, visitor, resident, "pdf", errand)
    events = await _by_day(record.events(hub.database, resident.id), hub.zone)
    quiet = await _by_day(record.kept_quiet(hub.database, resident.id), hub.zone)
    title = partial(title_of, rulebook=hub.rulebook, gone=hub.gone)
    held = await asyncio.to_thread(record_pdf.held, found, events, quiet, hub.zone, title)  # seconds, for a long life
    press: Press = request.app.state.press
    body = await press.pressed(record_pdf.TEMPLATE, record_pdf.FONTS, hub.clock(), held)
    return Response(body, media_type="application/pdf", headers=_named(hub, "pdf"))


async def _by_day(found: record.Rows, zone: ZoneInfo) -> dict[date, int]:
    """How many on each day where the resident lives."""
    days: dict[date, int] = {}
    async for rows in found:
        for row in rows:
            day = datetime.fromisoformat(row["at"]).astimezone(zone).date()
            days[day] = days.get(day, 0) + 1
    return days


def _named(hub: Hub, form: str) -> dict[str, str]:
    """A file's name without anybody's."""
    return {
        "content-disposition": f'attachment; filename="opplysninger-{hub.clock().astimezone(hub.zone):%Y-%m-%d}.{form}"'
    }
