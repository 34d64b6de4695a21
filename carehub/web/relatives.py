"""The relatives' page: what the resident lets them know, calmly, and not a word about health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.consent import Insight
from carehub.flow.hub import Hub
from carehub.store import logins, pages, tables
from carehub.store.database import Session
from carehub.web.render import page
from carehub.web.security import Relative, TheHub

router = APIRouter()
_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """That something was followed up, and when. There is no more to it than this, by design."""

    raised_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What one relative may know of one resident."""

    name: str
    kinship: str
    insight: Insight
    sentence: str
    calm: bool
    handled: tuple[Handled, ...]


@router.get("/relatives")
async def relatives(request: Request, hub: TheHub, visitor: Relative) -> Response:
    """Everybody whom this person is a relative of, each as far as they have consented."""
    now = hub.clock()
    async with hub.database.read() as session:
        found = await pages.relatives_of(session, visitor.person.id, now)
        shown = [await _insights(hub, session, relation, resident) for relation, resident in found]
    async with hub.database.write() as session:
        seen = [(resident.id, relation.insight.value) for relation, resident in found]
        logins.log_reading(session, visitor.person.id, "relatives", seen, now)
    return page(request, "relatives.html", visitor, residents=shown)


async def _insights(hub: Hub, session: Session, relation: tables.Relation, resident: tables.Resident) -> Insights:
    name = resident.given_name
    if relation.insight is Insight.NOTHING:
        return Insights(
            name=name, kinship=relation.kinship, insight=relation.insight, calm=True, handled=(),
            sentence=f"Det er ikke avtalt at opplysninger om {name} vises her.",
        )  # fmt: skip
    sentence, calm = await _sentence(hub, session, resident)
    handled = await _handled(session, relation, hub.clock()) if relation.insight is Insight.HANDLED_ALERTS else ()
    return Insights(
        name=name, kinship=relation.kinship, insight=relation.insight, sentence=sentence, calm=calm, handled=handled
    )


async def _sentence(hub: Hub, session: Session, resident: tables.Resident) -> tuple[str, bool]:
    """True before it is calming: a hub that hears nothing does not say that all is well."""
    if hub.health.broker is False:
        return "Vi får ikke oppdateringer akkurat nå. Personalet følger opp på vanlig måte.", False
    if await pages.has_open(session, resident.id):
        return f"Personalet følger opp et varsel hos {resident.given_name} nå.", False
    return f"Ingen varsler venter på svar hos {resident.given_name} nå.", True


async def _handled(session: Session, relation: tables.Relation, now: datetime) -> tuple[Handled, ...]:
    """Only since the resident agreed to it."""
    since = max(now - _SHOWN, relation.since)
    closed = await pages.handled_for(session, relation.resident_id, since)
    return tuple(
        Handled(raised_at=alert.raised_at, closed_at=alert.closed_at)
        for alert in closed
        if alert.closed_at and alert.raised_at >= since
    )
