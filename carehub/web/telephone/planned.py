"""The visits of a shift: when, whom, what for; done, moved, and what is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import About, Errands, Sight, Tie
from carehub.flow.hub import Hub
from carehub.store import logins, protected, shifts, tables, ties, visits
from carehub.store.database import Session
from carehub.store.tables.homecare import VisitState
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.readings import Readings
from carehub.web.security import Caring, TheHub, Visitor
from carehub.web.teams import sight_of
from carehub.web.telephone import offline as telephone
from carehub.web.telephone import way_in
from carehub.web.turns import once

router = APIRouter(prefix="/nurse/visits")
_BEFORE, _AFTER = timedelta(hours=4), timedelta(hours=12)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
"""No shift is longer."""
_NEXT = 3
_LATE = timedelta(minutes=15)
MOVES = (15, 30, 60, 120)
"""Minutes by which a visit can be moved with one tap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One planned visit as the telephone shows it."""

    id: str
    resident_id: str
    tie: Tie
    at: datetime
    until: datetime
    title: str
    who: str
    where: str
    is_done: bool
    is_late: bool
    """Nobody has been there a quarter of an hour after it should have been over."""
    mine: bool
    moved_from: datetime | None


async def of_shift(
    hub: Hub, session: Session, visitor: Visitor, duty: tables.Duty | None, sight: Sight, *, left: bool = False
) -> list[VisitView]:
    """What this visitor has to do in the shift; without a shift, what lies around now. Or only what is left of it."""
    now, me = hub.clock(), visitor.person
    since, until = (duty.since, duty.until) if duty else (now - _BEFORE, now + _AFTER)
    if left and not await _any(hub, session, sight, me.id):
        return []
    found = await visits.of_units(session, sight.units, me.id, since, until)
    return [one for line in found if (one := _view(line, sight, me.id, now)) is not None]


async def _any(hub: Hub, session: Session, sight: Sight, me: str) -> bool:
    """Whether anything at all is left on this person's list, or on nobody's in their units, a day either way."""
    now = hub.clock()
    left = await once(hub, "left", partial(visits.left, session, now - _DAY, now + _DAY))
    return any(person == me or (person is None and sight.covers(unit)) for person, unit in left)


def coming(found: Sequence[VisitView]) -> tuple[VisitView, ...]:
    """The next ones, those that are late first: their own, and as many of nobody's as there is room for."""
    left = sorted((one for one in found if not one.is_done), key=lambda one: (not one.mine, one.at))
    return tuple(sorted(left[:_NEXT], key=lambda one: one.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Visits on nobody's list that begin in one hour."""

    at: datetime
    until: datetime
    visits: tuple[VisitView, ...]

    @property
    def late(self) -> int:
        """How many should have been made by now."""
        return sum(one.is_late for one in self.visits)


def by_hour(found: Iterable[VisitView]) -> list[Hour]:
    """A whole day of them is a dozen lines, and not a hundred cards; our zones begin their hours as UTC does."""
    return [
        Hour(at=hour, until=hour + _HOUR, visits=tuple(those))
        for hour, those in groupby(found, lambda one: one.at.replace(minute=0, second=0, microsecond=0))
    ]


async def duty_now(hub: Hub, session: Session, visitor: Visitor) -> tables.Duty | None:
    """The shift that this person is in."""
    return (await once(hub, "duties", partial(shifts.everybodys, session, hub.clock()))).get(visitor.person.id)


def _view(line: visits.Planned, sight: Sight, me: str, now: datetime) -> VisitView | None:
    visit, who = line.visit, line.resident
    tie = _tie(sight, visit, me)
    if not sight.sees(About.IDENTITY, tie):
        return None
    is_done = visit.state is VisitState.DONE
    return VisitView(
        id=visit.id, resident_id=who.id, tie=tie, at=visit.at, until=visit.until, title=visit.title,
        who=f"{who.given_name} {who.family_name}", where=line.scope.name if line.scope else "", is_done=is_done,
        is_late=not is_done and now > visit.until + _LATE, mine=visit.person_id == me, moved_from=visit.moved_from,
    )  # fmt: skip


def _tie(sight: Sight, visit: tables.PlannedVisit, me: str) -> Tie:
    """Whoever has the visit on their list was asked to go there."""
    tie = sight.tie(unit=visit.unit_id, resident=visit.resident_id)
    return Tie.ASKED if tie is Tie.NONE and visit.person_id == me else tie


@router.get("")
async def list_visits(request: Request, hub: TheHub, visitor: Caring) -> Response:
    """The shift's visits: one's own, then by the hour those on nobody's list, then what is done."""
    async with hub.database.read() as session:
        duty = await duty_now(hub, session, visitor)
        found = await of_shift(hub, session, visitor, duty, await sight_of(hub, visitor))
    readings: Readings = request.app.state.readings
    await readings.note(hub, visitor, "planned", found, kind="visit")
    left = [one for one in found if not one.is_done]
    return page(
        request, "planned.html", visitor, visits=found, shift=duty, moves=MOVES, open_ones=_NEXT,
        mine=[one for one in left if one.mine], hours=by_hour(one for one in left if not one.mine),
        done=[one for one in found if one.is_done], **telephone.given(visitor),
    )  # fmt: skip


@router.post("/{visit_id}/access")
async def access(request: Request, hub: TheHub, visitor: Caring, visit_id: str) -> Response:
    """Where it is and how one gets in: asked for on purpose, and logged each time."""
    now, me = hub.clock(), visitor.person
    async with hub.database.write() as session:
        visit = await _mine(hub, session, visitor, visit_id, "visit.way_in", About.WAY_IN)
        sight = await ties.sight_of(session, me, now)
        soon = visit.state is VisitState.PLANNED and visit.at - _AFTER <= now <= visit.until + _BEFORE
        to = Errands(
            has=soon and visit.person_id == me.id, asked=True, shared=soon and visit.person_id is None,
            of_unit=sight.covers(visit.unit_id), on_duty=await protected.at_work(session, me, now),
        )  # fmt: skip
        scope, resident = await visits.home_of(session, visit), await session.get(tables.Resident, visit.resident_id)
        way = await way_in.shown(hub, session, scope, to)
    return page(
        request, "visit_access.html", visitor, visit=visit, scope=scope, resident=resident, way=way, revealed=True,
        **telephone.given(visitor),
    )  # fmt: skip


@router.post("/{visit_id}/done")
async def done(hub: TheHub, visitor: Caring, visit_id: str) -> RedirectResponse:
    """Somebody has been there: whoever taps."""
    async with hub.database.write() as session:
        visits.done(await _mine(hub, session, visitor, visit_id, "visit.done"), visitor.person.id, hub.clock())
    return _back(hub, visit_id)


@router.post("/{visit_id}/undo")
async def undo(hub: TheHub, visitor: Caring, visit_id: str) -> RedirectResponse:
    """Tapped by mistake."""
    async with hub.database.write() as session:
        visits.undone(await _mine(hub, session, visitor, visit_id, "visit.undone"))
    return _back(hub, visit_id)


@router.post("/{visit_id}/move")
async def move(
    hub: TheHub, visitor: Caring, visit_id: str, minutes: Annotated[int, Form(ge=-240, le=720)]
) -> RedirectResponse:
    """Later, or back: counted from the time that stands there now."""
    async with hub.database.write() as session:
        visit = await _mine(hub, session, visitor, visit_id, "visit.moved")
        visits.moved(visit, visit.at + timedelta(minutes=minutes))
    return _back(hub, visit_id)


async def _mine(
    hub: Hub, session: Session, visitor: Visitor, visit_id: str, action: str, about: About = About.IDENTITY
) -> tables.PlannedVisit:
    """The visit, where this visitor may see whom it is about; what they do with it is logged. Else 404."""
    visit = await session.get(tables.PlannedVisit, visit_id, with_for_update=True)
    now, me = hub.clock(), visitor.person
    sight = await ties.sight_of(session, me, now)
    if visit is None or not sight.sees(about, tie := _tie(sight, visit, me.id)):
        raise HTTPException(404)
    logins.log_reading(session, me.id, action, [(visit.resident_id, f"visit:{visit.id}")], now, because=tie)
    session.add(visit)
    return visit


def _back(hub: Hub, visit_id: str) -> RedirectResponse:
    hub.live.change()
    return onwards(hub, f"/nurse/visits#visit-{visit_id}")
