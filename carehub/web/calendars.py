"""Calendar feeds: an address with a secret, for a calendar program that has no login (C67)."""

from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from carehub.flow.staff import calendars as flow
from carehub.store import calendars, shifts, tables
from carehub.web.security import TheHub
from carehub.web.tongue import _, speak

router = APIRouter(prefix="/calendar")
_BACK, _AHEAD = timedelta(days=14), timedelta(days=60)


@router.get("/{token}.ics")
async def feed(hub: TheHub, token: str) -> Response:
    """The duties of one person or one unit; whoever has no valid secret learns nothing, not even that."""
    now = hub.clock()
    async with hub.database.read() as session:
        found = await calendars.of_token(session, token)
        if found is None:
            raise HTTPException(404)
        if found.person_id:
            speak((await session.get_one(tables.Person, found.person_id)).language)
            mine = await shifts.of_person(session, found.person_id, now - _BACK, now + _AHEAD)
            lines = [(duty, _("Vakt %(whose)s", whose=unit)) for duty, unit in mine]
            name = _("Vakter")
        else:
            unit = await session.get_one(tables.Unit, found.unit_id)
            listed = await calendars.of_unit(session, unit.id, now - _BACK, now + _AHEAD)
            lines = [(duty, _("Vakt %(whose)s", whose=person)) for duty, person in listed]
            name = _("Vakter %(unit)s", unit=unit.name)
    return Response(flow.feed(lines, name, now), media_type="text/calendar; charset=utf-8")
