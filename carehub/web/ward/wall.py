"""The screen on a ward's wall: large, without controls, and telling only what everybody who walks past may know."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Cookie, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import Errand, Permission, Role, Where, tells
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import logins, pages, protected, tables, ties, walls
from carehub.store.errors import STORE_FAILED
from carehub.store.tables.places import WallShows
from carehub.web.cards import AlertView
from carehub.web.live import Stream, stream_while
from carehub.web.render import page
from carehub.web.rights.readings import Readings
from carehub.web.security import LoginNeeded, MaybeVisitor, NotAllowed, TheHub, Visitor, is_https, valid_login
from carehub.web.tongue import _
from carehub.web.ward.board import Board, board
from carehub.web.ward.floor_plan import SHAPES, FloorPlan, floor_plan

router = APIRouter(prefix="/tablet/wall")
COOKIE = "carehub-wall"
_YEAR_S = 400 * 24 * 3600
_MOST = 7
"""So many alerts stand on a wall; how many others there are is said."""
Secret = Annotated[str | None, Cookie(alias=COOKIE, max_length=64)]
Unit = Annotated[str | None, Query(max_length=32)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Who looks: a person who is logged in, or the wall itself."""

    unit: tables.Unit
    visitor: Visitor


async def _looking(hub: Hub, visitor: Visitor | None, secret: str | None, unit: str | None) -> Looking:
    """A login may see the walls of its own units; a wall's secret sees its own."""
    now = hub.clock()
    async with hub.database.read() as session:
        link = await walls.of_secret(session, secret)
        if visitor is not None and visitor.may(Permission.SEE_RESIDENTS) and unit is not None:
            found = await session.get(tables.Unit, unit)
            if found is None:
                raise HTTPException(404)
            if not (await ties.sight_of(session, visitor.person, now)).covers(unit):
                raise NotAllowed
            return Looking(unit=found, visitor=visitor)
        if link is None:
            raise LoginNeeded if visitor is None else NotAllowed
        found = await session.get_one(tables.Unit, link.unit_id)
    if walls.is_worth_noting(link, now):
        await _note_seen(hub, link.id)
    return Looking(unit=found, visitor=_wall_itself(link))


async def _note_seen(hub: Hub, link_id: str) -> None:
    """As with a login (`security`): a store that takes nothing must not take the wall away too."""
    try:
        async with hub.database.write() as session:
            (await session.get_one(tables.WallLink, link_id)).seen_at = hub.clock()
    except STORE_FAILED as error:
        log.error("wall.not_noted", error=type(error).__name__)


def _wall_itself(link: tables.WallLink) -> Visitor:
    """A wall sees its unit as the staff there do. What is read from it is read on the word of whoever hung it."""
    nobody = tables.Person(
        id=link.made_by_id, name="", username="", role=Role.CARE_CENTRE, unit_id=link.unit_id, password_hash=None
    )
    login = logins.Login(
        person=nobody, token_hash=link.token_hash, created_at=link.made_at, seen_at=link.made_at,
        expires_at=link.made_at + timedelta(days=36500),
    )  # fmt: skip
    return Visitor(person=nobody, login=login)


@router.get("")
async def wall(
    request: Request, hub: TheHub, visitor: MaybeVisitor, unit: Unit = None, secret: Secret = None
) -> Response:
    """What calls in the unit, where, and whether somebody is on the way; a login without a unit sees its first."""
    if visitor is not None and unit is None and secret is None:
        return await _first_wall(hub, visitor)
    looking = await _looking(hub, visitor, secret, unit)
    shows, now = looking.unit.wall_shows, hub.clock()
    async with hub.database.read() as session:
        marks = await protected.marks(session)
    graded = {who for who, mark in marks.items() if not tells(mark, Errand.WALL, Where.PRESENCE)}
    shown = _masked(await board(hub, looking.visitor, looking.unit.id), shows, graded)
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, looking.visitor.person, now)
        plan = _unnamed(await floor_plan(session, looking.unit.id, shown, sight, now), graded)
    if shows is WallShows.NAME:
        readings: Readings = request.app.state.readings
        seen = [(who, f"room:{spot.part.scope}") for spot in plan.rooms for who in spot.people] if plan else []
        await readings.see(hub, looking.visitor, "wall", seen)
        await readings.note(hub, looking.visitor, "wall", shown.alerts)
    return page(
        request, "wall.html", unit=looking.unit, board=shown, plan=_without_names(plan, shows), shows=shows, most=_MOST,
        shapes=SHAPES,
    )  # fmt: skip


async def _first_wall(hub: Hub, visitor: Visitor) -> RedirectResponse:
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        first = next((one.id for one in await pages.units(session) if sight.covers(one.id)), None)
    if first is None or not visitor.may(Permission.SEE_RESIDENTS):
        raise NotAllowed
    return RedirectResponse(f"/tablet/wall?unit={first}", status_code=303)


def _masked(shown: Board, shows: WallShows, graded: AbstractSet[str]) -> Board:
    """The board without what a wall may not tell: nothing that is left out here reaches the page."""
    return replace(
        shown,
        alerts=[_mask(one, shows, graded) for one in shown.alerts],
        elsewhere=(),
        closed=(),
        silent=(),
        blind=(),
        off=(),
    )


def _mask(alert: AlertView, shows: WallShows, graded: AbstractSet[str]) -> AlertView:
    name = shows is WallShows.NAME and alert.resident_id not in graded
    what = shows is not WallShows.ROOM or not alert.has_way_in  # the hub's own trouble tells of nobody
    return replace(
        # A home is never named where people walk past: its name is an address (the locked tablet says likewise).
        alert, room=_("Varsel") if alert.at_home else alert.room, mine=False, detail=None, picture=None, why=(),
        resident=alert.resident if name else "",
        resident_full="", title=alert.title if what else "", kind=alert.kind if what else "",
        spot=alert.spot if what else "", icon=alert.icon if what else "BellFill",
    )  # fmt: skip


def _unnamed(plan: FloorPlan | None, graded: AbstractSet[str]) -> FloorPlan | None:
    """A protected address is also the house in which somebody lives: of a room with them nobody is named."""
    if plan is None:
        return None
    spots = [replace(spot, who="", people=()) if graded & set(spot.people) else spot for spot in plan.spots]
    return replace(plan, spots=spots)


def _without_names(plan: FloorPlan | None, shows: WallShows) -> FloorPlan | None:
    if plan is None or shows is WallShows.NAME:
        return plan
    return replace(plan, spots=[replace(spot, who="", people=()) for spot in plan.spots])


@router.get("/open/{secret}")
async def open_wall(hub: TheHub, secret: str) -> Response:
    """The link that a coordinator made: from now on this browser is a wall."""
    async with hub.database.read() as session:
        if await walls.of_secret(session, secret) is None:
            raise HTTPException(404)
    answer = RedirectResponse("/tablet/wall", status_code=303)
    answer.set_cookie(
        COOKIE, secret, max_age=_YEAR_S, path="/tablet/wall", secure=is_https(hub), httponly=True, samesite="lax"
    )
    return answer


@router.get("/live", response_class=Stream)
async def live(hub: TheHub, visitor: MaybeVisitor, unit: Unit = None, secret: Secret = None) -> Stream:
    """The same signs of life as every page gets, for as long as the wall may show anything."""
    return Stream(stream_while(hub, partial(_may_still, hub, visitor, secret, unit)))


async def _may_still(hub: Hub, visitor: Visitor | None, secret: str | None, unit: str | None) -> bool:
    if visitor is not None and unit is not None:
        return await valid_login(hub, visitor.login.token_hash) is not None
    async with hub.database.read() as session:
        return await walls.of_secret(session, secret) is not None
