"""The care centre's screen: who needs somebody, where, and who has gone. As a list, or as the ward is drawn."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import Response

from carehub.core.access import Permission
from carehub.store import pages, roll_calls, ties
from carehub.web.board import board
from carehub.web.floor_plan import floor_plan
from carehub.web.readings import Readings
from carehub.web.render import page
from carehub.web.security import Caring, TheHub, is_https

router = APIRouter()
Unit = Annotated[str | None, Query(max_length=32)]
ShowBoard = Annotated[bool, Query(alias="board")]
"""The board also while something is unanswered, which else takes the whole screen."""
_YEAR_S = 365 * 24 * 3600
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
    remembered: Annotated[str | None, Cookie(alias=REMEMBERED, max_length=8)] = None, *, show_board: ShowBoard = False,
) -> Response:  # fmt: skip
    """The board of one unit, or of all; what is open elsewhere is counted, never hidden."""
    async with hub.database.read() as session:
        units = await pages.units(session)
    chosen = unit if any(one.id == unit for one in units) else None
    shown = await board(hub, visitor, chosen)
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "tablet", [*shown.alerts, *shown.closed])
    now = hub.clock()
    async with hub.database.read() as session:
        present = await roll_calls.present(session, now, chosen)
        sight = await ties.sight_of(session, visitor.person, now)
        plan = await floor_plan(session, chosen, shown, sight, now) if chosen and sight.covers(chosen) else None
    as_plan = (view or remembered or View.PLAN) == View.PLAN
    answer = page(
        request, "tablet.html", visitor, board=shown, units=units, unit=chosen, present=present, show_board=show_board,
        plan=plan, as_plan=bool(plan) and as_plan, may_draw=visitor.may(Permission.PLAN_SHIFTS),
    )  # fmt: skip
    if view is not None:
        answer.set_cookie(
            REMEMBERED, view, max_age=_YEAR_S, path="/tablet", secure=is_https(hub), httponly=True, samesite="lax"
        )
    return answer
