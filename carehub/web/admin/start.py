"""Administration: what needs somebody today, and how the hub is."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.people.basis import NAMES as BASES
from carehub.core.people.basis import Basis
from carehub.core.people.legal import NAMES
from carehub.core.watching.audit import words_of
from carehub.store import canary, letters, logins, pages, registers, ties, today
from carehub.web import words
from carehub.web.admin.rules import Deciding
from carehub.web.admin.today import Hurry, counts_of, needs
from carehub.web.health import REASONS, auditor_says, not_ready
from carehub.web.paging import PageNumber, holds, paged
from carehub.web.render import page
from carehub.web.security import Administering, TheHub
from carehub.web.wording.retold import retold

router = APIRouter(prefix="/admin")


@router.get("")
async def overview(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """What needs the visitor today, and the hub's own health."""
    now = hub.clock()
    async with hub.database.read() as session:
        counts = await counts_of(hub, session)
        dead = await letters.waiting(session, now - timedelta(days=1))
        shown: dict[str, Any] = {
            "devices": counts,
            "needs": await needs(hub, session, visitor, counts, dead),
            "waiting": await registers.waiting_notices(session),
            "open": sum((await registers.open_by_severity(session)).values()),
            "last_event_at": await pages.last_event_at(session),
            "canary": await canary.months(session),
        }
    concerns = hub.health.auditor.concerns if hub.health.auditor else {}
    return page(
        request, "admin.html", visitor, health=hub.health, Hurry=Hurry,
        reasons=[REASONS[one][1] for one in await not_ready(hub)], auditor=auditor_says(hub),
        concerns=[retold(words_of(*one)) for one in concerns.items()], **shown,
    )  # fmt: skip


@router.get("/reviews")
async def reviews(
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    q: Annotated[str, Query(max_length=80)] = "",
    days: Annotated[int, Query(ge=0, le=3650)] = today.REVIEW_WITHIN.days,
    number: PageNumber = 1,
) -> Response:
    """Legal bases that must be looked at again within so many days, and those that have run out."""
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
        due = await today.reviews(session, now + timedelta(days=days), sight.covers)
    found = [one for one in due if holds(one.name.casefold(), q)]
    shown = paged(found, number, "/admin/reviews", q=q, days=days)
    if shown.rows:
        async with hub.database.write() as session:
            seen: list[tuple[str | None, str]] = [(one.resident_id, "reviews") for one in shown.rows]
            await logins.log_list(session, visitor.person.id, "protection", seen, now)
    return page(
        request, "admin_reviews.html", visitor, shown=shown, q=q, days=days, functions=NAMES,
        bases={one: BASES[one][words.spoken()] for one in Basis if one is not Basis.NONE},
    )  # fmt: skip
