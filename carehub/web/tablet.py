"""The care centre's screen: who needs somebody, where, and who has gone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.store import pages, roll_calls
from carehub.web.cards import board
from carehub.web.readings import Readings
from carehub.web.render import page
from carehub.web.security import Caring, TheHub

router = APIRouter()
Unit = Annotated[str | None, Query(max_length=32)]
ShowBoard = Annotated[bool, Query(alias="board")]
"""The board also while something is unanswered, which else takes the whole screen."""


@router.get("/tablet")
async def tablet(
    request: Request, hub: TheHub, visitor: Caring, unit: Unit = None, *, show_board: ShowBoard = False
) -> Response:
    """The board of one unit, or of all; what is open elsewhere is counted, never hidden."""
    async with hub.database.read() as session:
        units = await pages.units(session)
    chosen = unit if any(one.id == unit for one in units) else None
    shown = await board(hub, visitor, chosen)
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "tablet", [*shown.alerts, *shown.closed])
    async with hub.database.read() as session:
        present = await roll_calls.present(session, hub.clock(), chosen)
    return page(
        request, "tablet.html", visitor, board=shown, units=units, unit=chosen, present=present, show_board=show_board
    )
