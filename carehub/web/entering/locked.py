"""What stays on a screen whose login has ended: that something waits, how urgent and for how long; nothing of whom.

An alarm is not hidden by a login page. Whoever logged out themselves, or was shut out, sees nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Permission, may
from carehub.core.severity import Severity
from carehub.core.showing.wording import URGENCY_NB
from carehub.flow.hub import Hub
from carehub.store import logins, pages, tables, ties
from carehub.store.tables.logins import Shows
from carehub.store.tables.places import ScopeKind
from carehub.web.cards import COLOURS
from carehub.web.render import page
from carehub.web.security import TheHub, cookie_name

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open alert as anybody who passes may see it: no name, no cause."""

    id: str
    severity: Severity
    urgency: str
    colour: str
    room: str
    held: bool
    raised_at: datetime


def masked(cards: Sequence[pages.Card], shows: Shows) -> list[Waiting]:
    """As the unit's policy has it, the most urgent first. A home is never named: its name is an address."""
    found = [
        Waiting(
            id=card.alert.id, severity=card.alert.severity, urgency=URGENCY_NB[card.alert.severity],
            colour=COLOURS[card.alert.severity], held=card.alert.status is not Status.OPEN,
            raised_at=card.alert.raised_at, room=_room(card.scope) if shows is Shows.ROOMS else "",
        )
        for card in cards
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.severity, one.held, one.raised_at))


def _room(scope: tables.Scope | None) -> str:
    return scope.name if scope is not None and scope.kind in {ScopeKind.ROOM, ScopeKind.WARD} else ""


async def waiting_here(request: Request, hub: Hub) -> list[Waiting] | None:
    """What waits in the units of whoever's login ended in this browser; None where it was nobody's on the staff."""
    secret = request.cookies.get(cookie_name(hub))
    if not secret:
        return None
    async with hub.database.read() as session:
        person = await logins.lapsed(session, logins.hash_of(secret), hub.clock())
        if person is None or not may(person.role, Permission.SEE_ALERTS):
            return None
        sight = await ties.sight_of(session, person, hub.clock())
        cards = [one for one in await pages.open_alerts(session) if sight.covers(one.alert.unit_id)]
    return masked(cards, Shows.COUNT)


@router.get("/login/waiting")
async def waiting(request: Request, hub: TheHub) -> Response:
    """The same by itself, for the login page that looks again; nothing where there is nothing to show."""
    found = await waiting_here(request, hub)
    return Response(status_code=204) if found is None else page(request, "_waiting.html", waiting=found)
