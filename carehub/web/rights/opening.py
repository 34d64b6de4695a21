"""Looking at somebody of another unit: one says why, it is written down, and the coordinator reads it (C37)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.store import logins, pages, tasks, ties
from carehub.web.cards import AlertView
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import Caring, TheHub, Visitor, local_path
from carehub.web.telephone import offline as telephone
from carehub.web.tongue import later

router = APIRouter(prefix="/alerts/{alert_id}")
_READ_WITHIN = timedelta(days=3)
REASONS = (
    later("Jeg hjelper en kollega"),
    later("Jeg er nærmest og kan rykke ut"),
    later("Beboeren eller pårørende har ringt"),
)


def reason_needed(request: Request, visitor: Visitor, alert: AlertView) -> Response:
    """The page that asks why. Nothing of the resident stands on it."""
    return page(request, "opening.html", visitor, status=403, alert=alert, reasons=REASONS, **telephone.given(visitor))


@router.post("/open")
async def open_file(
    request: Request,
    hub: TheHub,
    visitor: Caring,
    alert_id: str,
    reason: Annotated[str, Form(min_length=4, max_length=200)],
    back: Annotated[str, Form(max_length=400)] = "",
) -> RedirectResponse:
    """The reason, and an hour in which this resident may be seen; the coordinator finds it among the tasks."""
    now, me = hub.clock(), visitor.person
    async with hub.database.write() as session:
        card = await pages.card_of(session, alert_id)
        if card is None or card.alert.resident_id is None:
            raise HTTPException(404)
        who = card.alert.resident_id
        opened = ties.open_file(session, me.id, who, reason.strip(), now)
        logins.log_reading(session, me.id, "file.opened", [(who, f"alert:{alert_id}")], now, said=reason.strip())
        told = f"{me.name} har sett på opplysninger i en annen enhet. Grunn: {reason.strip()}"
        wanted = tasks.Wanted(
            kind="file-opened", subject=opened.id, words=told, due_at=now + _READ_WITHIN, unit=card.alert.unit_id,
            resident=who,
        )  # fmt: skip
        await tasks.ask(session, wanted, now)
    return onwards(hub, local_path(back, f"/nurse/{alert_id}"), None)
