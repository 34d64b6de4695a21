"""The list of the day: who is not looked after as they should be, and why. Made to be printed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.flow.watching.blindness import unwatched
from carehub.store import logins, pages, ties
from carehub.web.paging import PageNumber, paged
from carehub.web.render import page
from carehub.web.security import Caring, TheHub

router = APIRouter()
_MOST = 200
"""So many on a page: more than any unit has."""


@router.get("/blind")
async def blind(
    request: Request, hub: TheHub, visitor: Caring, unit: Annotated[str | None, Query(max_length=32)] = None,
    number: PageNumber = 1,
) -> Response:  # fmt: skip
    """Everybody who lacks a protection now; those whose life hangs on it first, then by risk."""
    now = hub.clock()
    async with hub.database.read() as session:
        units = await pages.units(session)
        chosen = unit if any(one.id == unit for one in units) else None
        sight = await ties.sight_of(session, visitor.person, now)
        every = await unwatched(hub, session, now, chosen)
        rows = [one for one in every if sight.covers(one.scope.unit_id)]
        shown = paged(rows, number, "/blind", _MOST, unit=chosen)
    async with hub.database.write() as session:
        seen: list[tuple[str | None, str]] = [(one.resident.id, "blind") for one in shown.rows]
        await logins.log_list(session, visitor.person.id, "blind", seen, now)
    return page(request, "blind.html", visitor, shown=shown, others=len(every) - len(rows), units=units, unit=chosen)
