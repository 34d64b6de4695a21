"""What stays on a screen whose login has ended: that something waits, how urgent and for how long; nothing of whom.

An alarm is not hidden by a login page. Whoever logged out themselves, or was shut out, sees nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Permission, may
from carehub.core.severity import Severity
from carehub.core.showing.wording import URGENCY_NB
from carehub.flow.hub import Hub
from carehub.store import logins, pages, tables, ties
from carehub.store.database import Session
from carehub.store.tables.logins import Shows
from carehub.store.tables.places import ScopeKind
from carehub.web.cards import COLOURS
from carehub.web.entering.shared import tablet_of
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


class Wall(TypedDict):
    """What a shared tablet shows of its unit, whatever stands on it while nobody is logged in."""

    unit: tables.Unit
    waiting: list[Waiting]


async def on_the_wall(session: Session, tablet: tables.Tablet) -> Wall:
    """Its unit's alerts, and those of no unit."""
    unit = await session.get_one(tables.Unit, tablet.unit_id)
    cards = [one for one in await pages.open_alerts(session) if one.alert.unit_id in {None, tablet.unit_id}]
    return Wall(unit=unit, waiting=masked(cards, tablet.shows))


class Still(TypedDict):
    """What a page without a login shows of the one that ended here."""

    waiting: list[Waiting] | None
    """In the person's units; None where it was nobody's on the staff."""
    ring: str | None
    """The telephone of their unit, in E.164."""
    idle: int | None
    """On a shared tablet: after so many seconds without a press the board comes back."""


_NOTHING = Still(waiting=None, ring=None, idle=None)


async def still_here(request: Request, hub: Hub) -> Still:
    """What waits for whoever's login ended in this browser, and whom they may ring who cannot get in.

    A shared tablet goes on saying what waits in its unit, whoever is about to write a password.
    """
    tablet = await tablet_of(request, hub)
    if tablet is not None:
        async with hub.database.read() as session:
            wall = await on_the_wall(session, tablet)
        return Still(waiting=wall["waiting"], ring=wall["unit"].phone, idle=tablet.lock_after_s)
    secret = request.cookies.get(cookie_name(hub))
    if not secret:
        return _NOTHING
    async with hub.database.read() as session:
        person = await logins.lapsed(session, logins.hash_of(secret), hub.clock())
        if person is None or not may(person.role, Permission.SEE_ALERTS):
            return _NOTHING
        unit = await session.get(tables.Unit, person.unit_id) if person.unit_id else None
        sight = await ties.sight_of(session, person, hub.clock())
        cards = [one for one in await pages.open_alerts(session) if sight.covers(one.alert.unit_id)]
    return Still(waiting=masked(cards, Shows.COUNT), ring=unit.phone if unit else None, idle=None)


@router.get("/login/waiting")
async def waiting(request: Request, hub: TheHub) -> Response:
    """The same by itself, for the login page that looks again; nothing where there is nothing to show."""
    found = await still_here(request, hub)
    return Response(status_code=204) if found["waiting"] is None else page(request, "_waiting.html", **found)
