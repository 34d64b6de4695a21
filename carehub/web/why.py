"""Why this alert: one page with the events, the rule, who was told and who came."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from carehub.store import logins
from carehub.web import cards
from carehub.web.render import page
from carehub.web.rights.opening import reason_needed
from carehub.web.security import Caring, TheHub
from carehub.web.teams import context_of
from carehub.web.tongue import _
from carehub.web.wording.explained import FORGOTTEN, account_of

router = APIRouter()


@router.get("/alerts/{alert_id}/why")
async def why(request: Request, hub: TheHub, visitor: Caring, alert_id: str) -> Response:
    """All that is known of one alert; each look is logged."""
    async with hub.database.read() as session:
        account = await account_of(session, alert_id)
        context = await context_of(hub, session, visitor, [account.card] if account else [], hub.clock())
    if account is None:
        raise HTTPException(404)
    alert = cards.view(hub, account.card, context)
    if not alert.open_to_me:
        return reason_needed(request, visitor, alert)
    async with hub.database.write() as session:
        seen = [(account.card.alert.resident_id, f"alert:{alert_id}")]
        logins.log_reading(session, visitor.person.id, "alert.why", seen, hub.clock(), because=alert.tie)
    return page(request, "alert_why.html", visitor, account=account, alert=alert, forgotten=_(FORGOTTEN))
