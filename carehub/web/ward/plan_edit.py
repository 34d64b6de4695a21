"""Drawing a ward: moved by hand or by arrow keys where there is a script, by numbers where there is none."""

from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from carehub.core.showing.floor_plan import COLUMNS, FAULTS, ROWS, Part, PartKind, completed, faults
from carehub.flow.hub import Hub
from carehub.store import floor_plans, logins, pages, tables, ties
from carehub.store.database import Session
from carehub.store.floor_plans import Drawing
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import NotAllowed, Planning, TheHub, Visitor
from carehub.web.tongue import Spoken, _, later

router = APIRouter(prefix="/tablet/plan")
_FAULTS = Spoken({one: one for one in FAULTS})
Unit = Annotated[str, Query(max_length=32)]
_CHANGED = later("Noen andre har lagret tegningen imens. Se over deres, og gjør endringen din på nytt.")
Text = Annotated[str, Field(max_length=80)]
Number = Annotated[int, Field(ge=-99, le=99)]
Rooms = list[tuple[str, str]]


class Drawn(BaseModel, extra="forbid"):
    """The form: the parts' fields one below the other, in the same order. Those of `gone` (from 0) are taken away."""

    version: int = 0
    kind: list[PartKind] = []
    scope: list[Text] = []
    name: list[Text] = []
    x: list[Number] = []
    y: list[Number] = []
    w: list[Number] = []
    h: list[Number] = []
    gone: list[int] = []
    act: Annotated[str, Field(max_length=8)] = "save"

    def parts(self) -> list[Part]:
        """What is drawn; raises HTTPException where a field is missing."""
        rows = zip_longest(self.kind, self.scope, self.name, self.x, self.y, self.w, self.h)
        return [_part(row) for place, row in enumerate(rows) if place not in self.gone]


def _part(row: tuple[object, ...]) -> Part:
    kind, scope, name, x, y, w, h = row
    if not (isinstance(kind, PartKind) and isinstance(scope, str) and isinstance(name, str)):
        raise HTTPException(422)
    if not (isinstance(x, int) and isinstance(y, int) and isinstance(w, int) and isinstance(h, int)):
        raise HTTPException(422)
    room = scope if kind is PartKind.ROOM and scope else None
    # People count from 1.
    return Part(kind=kind, scope=room, name=name.strip(), x=x - 1, y=y - 1, w=w, h=h)


async def _rooms(hub: Hub, session: Session, visitor: Visitor, unit: str) -> tuple[tables.Unit, Rooms]:
    """The unit and its rooms, for whoever may draw it."""
    found = await session.get(tables.Unit, unit)
    if found is None:
        raise HTTPException(404)
    sight = await ties.sight_of(session, visitor.person, hub.clock())
    if not sight.covers(unit):
        raise NotAllowed
    living = await floor_plans.rooms(session, unit, hub.clock())
    return found, [(one.scope.id, one.scope.name) for one in living]


@router.get("")
async def edit(
    request: Request, hub: TheHub, visitor: Planning, unit: Annotated[str | None, Query(max_length=32)] = None
) -> Response:
    """The drawing as it is, or the one that the rooms make by themselves; without a unit, the first of one's own."""
    async with hub.database.read() as session:
        if unit is None:
            sight = await ties.sight_of(session, visitor.person, hub.clock())
            first = next((one.id for one in await pages.units(session) if sight.covers(one.id)), None)
            return RedirectResponse(f"/tablet/plan?unit={first}" if first else "/tablet/screens", status_code=303)
        found, rooms = await _rooms(hub, session, visitor, unit)
        drawing = await floor_plans.newest(session, unit)
    whole = Drawing(drawing.version, completed(drawing.parts, rooms))
    return _page(request, visitor, found, rooms, whole)


def _page(  # noqa: PLR0913 - what the page shows
    request: Request, visitor: Visitor, unit: tables.Unit, rooms: Rooms, drawing: Drawing, *,
    wrong: list[str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    return page(
        request, "plan_edit.html", visitor, status=status, unit=unit, rooms=rooms, drawing=drawing, wrong=wrong or [],
        names=dict(rooms), kinds=KIND_WORDS, columns=COLUMNS, rows=ROWS,
    )  # fmt: skip


KIND_WORDS = Spoken({
    PartKind.ROOM: "Rom", PartKind.SHARED: "Fellesrom", PartKind.CORRIDOR: "Gang", PartKind.DOOR: "Dør",
})  # fmt: skip


@router.post("")
async def save(
    request: Request, hub: TheHub, visitor: Planning, unit: Unit, drawn: Annotated[Drawn, Form()]
) -> Response:
    """Keep it, or show it again with one part more. What cannot be kept is said, and nothing is lost of it."""
    parts = drawn.parts()
    async with hub.database.write() as session:
        found, rooms = await _rooms(hub, session, visitor, unit)
        drawing = Drawing(drawn.version, parts)
        if drawn.act == "add":
            return _page(request, visitor, found, rooms, Drawing(drawn.version, [*parts, _new(parts)]))
        wrong = faults(parts, rooms)
        if wrong:
            return _page(
                request,
                visitor,
                found,
                rooms,
                drawing,
                wrong=[_FAULTS[text] % values for text, values in wrong],
                status=422,
            )
        now, by = hub.clock(), visitor.person.id
        if not await floor_plans.save(session, unit, parts, after=drawn.version, by=by, now=now):
            newest = await floor_plans.newest(session, unit)
            return _page(request, visitor, found, rooms, newest, wrong=[_(_CHANGED)], status=409)
        logins.log_reading(session, by, "plan.saved", [(None, f"plan:{unit}/{drawn.version + 1}")], now)
    hub.live.change()
    return onwards(hub, f"/tablet?unit={unit}&view=plan")


def _new(parts: list[Part]) -> Part:
    """A part to be placed: below what is there."""
    low = max((one.y + one.h for one in parts), default=0)
    return Part(kind=PartKind.SHARED, x=0, y=min(low, ROWS - 2), w=4, h=2)


@router.post("/undo")
async def undo(hub: TheHub, visitor: Planning, unit: Unit, version: Annotated[int, Form()]) -> Response:
    """Back to the drawing before this one."""
    async with hub.database.write() as session:
        await _rooms(hub, session, visitor, unit)
        if await floor_plans.undo(session, unit, version):
            now, by = hub.clock(), visitor.person.id
            logins.log_reading(session, by, "plan.undone", [(None, f"plan:{unit}/{version}")], now)
    hub.live.change()
    return onwards(hub, f"/tablet/plan?unit={unit}")
