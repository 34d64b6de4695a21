"""The screens of the wards: which tablets can be heard, and which screens hang on a wall."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.store import pages, screens, tables, ties, walls
from carehub.store.database import Session
from carehub.store.tables.places import WallShows
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import NotAllowed, Planning, TheHub, Visitor
from carehub.web.tongue import Spoken

router = APIRouter(prefix="/tablet/screens")
_SINCE = timedelta(days=7)
SHOWS = Spoken({
    WallShows.ROOM: "Bare rommet", WallShows.WHAT: "Rommet, og hva som skjedde",
    WallShows.NAME: "Rommet, hva som skjedde og fornavn",
})  # fmt: skip


@router.get("")
async def shown(request: Request, hub: TheHub, visitor: Planning) -> Response:
    """Every tablet of the last week, every screen on a wall, and what each wall may tell."""
    return await _page(request, hub, visitor)


async def _page(request: Request, hub: TheHub, visitor: Visitor, link: str | None = None) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
        units = [one for one in await pages.units(session) if sight.covers(one.id)]
        lines = [one for one in await screens.known(session, now, now - _SINCE) if sight.covers(one.screen.unit_id)]
        hung = [one for one in await walls.hung(session) if sight.covers(one.link.unit_id)]
    return page(
        request, "screens.html", visitor, lines=lines, walls=hung, units=units, shows=SHOWS, link=link
    )  # fmt: skip


async def _unit(hub: TheHub, session: Session, visitor: Visitor, unit: str) -> tables.Unit:
    found = await session.get(tables.Unit, unit)
    if found is None:
        raise HTTPException(404)
    if not (await ties.sight_of(session, visitor.person, hub.clock())).covers(unit):
        raise NotAllowed
    return found


@router.post("/walls")
async def hang(request: Request, hub: TheHub, visitor: Planning, unit: Annotated[str, Form(max_length=32)]) -> Response:
    """Make a link for a screen on a wall; it is shown this once."""
    async with hub.database.write() as session:
        await _unit(hub, session, visitor, unit)
        secret = walls.hang(session, unit, visitor.person.id, hub.clock())
    return await _page(request, hub, visitor, f"{hub.public_url}/tablet/wall/open/{secret}")


@router.post("/walls/{link_id}/end")
async def take_down(hub: TheHub, visitor: Planning, link_id: str) -> Response:
    """The screen shows nothing more, within five seconds."""
    async with hub.database.write() as session:
        link = await session.get(tables.WallLink, link_id)
        if link is None:
            raise HTTPException(404)
        await _unit(hub, session, visitor, link.unit_id)
        link.ended_at = link.ended_at or hub.clock()
    hub.live.change()
    return onwards(hub, "/tablet/screens")


@router.post("/shows")
async def tell(
    hub: TheHub, visitor: Planning, unit: Annotated[str, Form(max_length=32)], shows: Annotated[WallShows, Form()]
) -> Response:
    """What the wall of a unit tells those who walk past, from now on."""
    async with hub.database.write() as session:
        (await _unit(hub, session, visitor, unit)).wall_shows = shows
    hub.live.change()
    return onwards(hub, "/tablet/screens")
