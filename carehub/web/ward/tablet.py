"""The care centre's screen: who needs somebody, where, and who has gone. As a list, or as the ward is drawn."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Query, Request
from fastapi.responses import Response

from carehub.core.people.access import Permission, Role
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import pages, roll_calls, screens
from carehub.store.database import Session
from carehub.store.screens import Said, Sound
from carehub.store.tables import Screen
from carehub.web.entering.shared import TheTablet
from carehub.web.render import board_page, region
from carehub.web.rights.readings import Readings
from carehub.web.security import Caring, Staff, TheHub, Visitor, is_https
from carehub.web.tongue import language
from carehub.web.turns import once
from carehub.web.ward.board import Board, board
from carehub.web.ward.floor_plan import FloorPlan, floor_plan
from carehub.web.ward.rounds import HOWS, for_board, seen_choices

router = APIRouter()
Unit = Annotated[str | None, Query(max_length=32)]
ShowBoard = Annotated[bool, Query(alias="board")]
"""The board also while something is unanswered, which else takes the whole screen."""
_YEAR_S = 365 * 24 * 3600
SCREEN = "carehub-screen"
"""The cookie with this browser's own name, by which the hub knows whether the tablet can be heard."""
REMEMBERED = "carehub-view"
"""The cookie that says how this tablet shows a ward. It holds one of two words."""


class View(StrEnum):
    """How a ward is shown."""

    PLAN = "plan"
    """The drawing beside the list."""
    LIST = "list"


@router.get("/tablet")
async def tablet(  # noqa: PLR0913 - what may stand in the address
    request: Request, hub: TheHub, visitor: Caring, unit: Unit = None, view: View | None = None,
    remembered: Annotated[str | None, Cookie(alias=REMEMBERED, max_length=8)] = None,
    screen: Annotated[str | None, Cookie(alias=SCREEN, max_length=32)] = None, *, show_board: ShowBoard = False,
) -> Response:  # fmt: skip
    """The board of one unit, or of all; what is open elsewhere is counted, never hidden."""
    now = hub.clock()
    async with hub.database.read() as session:
        units = await once(hub, "units", partial(pages.units, session))
        chosen = unit if any(one.id == unit for one in units) else None
        shown = await board(hub, visitor, chosen)
        sight = shown.sight
        present = await once(hub, ("present", chosen), partial(roll_calls.present, session, now, chosen))
        plan = await _plan(hub, session, chosen, shown)
        due = await once(hub, ("due", chosen, sight.units), partial(for_board, session, sight, chosen, now))
    sound, known = await _sound_of(hub, screen) if is_tablet(visitor) else (None, None)
    readings: Readings = request.app.state.readings
    rounds_seen = [(one.line.resident.id, f"round:{one.line.turn.id}") for one in due.listed]
    as_plan = bool(plan) and (view or remembered or View.PLAN) == View.PLAN
    in_plan = [(who, f"room:{spot.part.scope}") for spot in plan.rooms for who in spot.people] if plan else []
    await readings.note(hub, visitor, "tablet", [*shown.alerts, *shown.closed])
    await readings.see(hub, visitor, "tablet", [*rounds_seen, *(in_plan if as_plan else [])])
    drawn = await region(
        request, "_tablet_board.html", board=shown, units=units, unit=chosen, present=present, show_board=show_board,
        plan=plan, as_plan=as_plan, may_draw=visitor.may(Permission.PLAN_SHIFTS), due=due, mine=sight.covers(chosen),
        HOWS=HOWS, seen_choices=seen_choices,
    )  # fmt: skip
    answer = await board_page(
        request, "tablet.html", visitor, board=shown, region=drawn, unit=chosen, sound=sound,
        heard_at=known.heard_at if known else None,
    )  # fmt: skip
    _remember(answer, hub, view, screen)
    return answer


async def _sound_of(hub: Hub, screen: str | None) -> tuple[Sound, Screen | None]:
    """What may be relied on of this tablet, asked together with the others; mute where it has never said anything."""
    known = await hub.sounds.get(screen) if screen else None
    return known or (Sound.OFF, None)


async def _plan(hub: Hub, session: Session, unit: str | None, shown: Board) -> FloorPlan | None:
    """The drawing, for whoever looks after the unit. It is made of the board, with the board's own sight."""
    if unit is None or not shown.sight.covers(unit):
        return None
    made = partial(floor_plan, session, unit, shown, shown.sight, hub.clock())
    return (await once(hub, ("plan", id(shown), language()), partial(_beside, shown, made)))[1]


async def _beside(shown: Board, made: Callable[[], Awaitable[FloorPlan | None]]) -> tuple[Board, FloorPlan | None]:
    return shown, await made()  # with the board, whose `id` is in the key: nobody else's may be the same meanwhile


def is_tablet(visitor: Visitor) -> bool:
    """Whether this is a screen that must be heard: whoever looks in from a desk or a telephone is called otherwise."""
    return visitor.person.role is Role.CARE_CENTRE


def _remember(answer: Response, hub: Hub, view: View | None, screen: str | None) -> None:
    """The view that was chosen here, and a name for this browser that means nothing."""
    if view is not None:
        answer.set_cookie(
            REMEMBERED, view, max_age=_YEAR_S, path="/tablet", secure=is_https(hub), httponly=True, samesite="lax"
        )
    if screen is None:
        _name(answer, hub, new_id())


def _name(answer: Response, hub: Hub, screen: str) -> None:
    answer.set_cookie(
        SCREEN, screen, max_age=_YEAR_S, path="/tablet", secure=is_https(hub), httponly=True, samesite="lax"
    )


@router.post("/tablet/sound")
async def sound(
    hub: TheHub, visitor: Staff, on: Annotated[bool, Form()], unit: Annotated[str, Form(max_length=32)] = "",
    screen: Annotated[str | None, Cookie(alias=SCREEN, max_length=32)] = None, *,
    heard: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """A tablet says whether it makes sound, and whether somebody has just heard it (F80)."""
    if screen is not None and is_tablet(visitor):
        by = visitor.person.id if heard else None
        async with hub.database.write() as session:
            await screens.note(session, Said(screen=screen, unit=unit or None, on=on, heard_by=by), hub.clock())
        if heard:
            hub.live.change()
    return Response(status_code=204)


@router.post("/tablet/sound/locked")
async def sound_while_locked(
    hub: TheHub, tablet: TheTablet, on: Annotated[bool, Form()],
    screen: Annotated[str | None, Cookie(alias=SCREEN, max_length=32)] = None,
) -> Response:  # fmt: skip
    """The same of a shared tablet while nobody is logged in: it calls then too, or somebody is told that it cannot."""
    name = screen or new_id()
    async with hub.database.write() as session:
        await screens.note(session, Said(screen=name, unit=tablet.unit_id, on=on), hub.clock())
    answer = Response(status_code=204)
    _name(answer, hub, name)
    return answer
