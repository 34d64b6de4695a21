"""Whoever cares for a resident plans their visits: when, what for, on whose list; changed, cancelled and undone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import logins, people, places, tables, visits
from carehub.store.database import Session
from carehub.store.tables.homecare import VisitState
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import Caring, TheHub, Visitor
from carehub.web.tongue import later

router = APIRouter(prefix="/residents/{resident_id}/planned")
_BEFORE, _AHEAD = timedelta(hours=12), timedelta(days=90)
_SHORTEST, _LONGEST = 5, 480
_WRONG = later("Skriv en dag de neste 90 dagene, et klokkeslett, hvor mange minutter (5–480), og hva det er.")
_NO_UNIT = later("Beboeren hører ikke til en enhet nå, så besøket kan ikke planlegges.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the form says, once it can be read."""

    at: datetime
    until: datetime
    title: str
    person_id: str | None


@router.get("")
async def planned(request: Request, hub: TheHub, visitor: Caring, resident_id: str) -> Response:
    """What is planned from now on, and a form for one more."""
    return await _shown(request, hub, visitor, resident_id)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, *, wrong: str | None = None
) -> Response:
    now = hub.clock()
    async with hub.database.write() as session:
        resident = await _theirs(session, visitor, resident_id, now)
        found = await visits.plan_of(session, resident_id, now - _BEFORE, now + _AHEAD)
        staff = await people.who_can_work(session)
        logins.log_reading(session, visitor.person.id, "visits.planned", [(resident_id, "visits")], now)
    return page(
        request, "visit_plan.html", visitor, status=422 if wrong else 200, wrong=wrong, resident=resident,
        visits=found, staff=staff, names={one.id: one.name for one in staff}, today=now.astimezone(hub.zone).date(),
        local=lambda moment: moment.astimezone(hub.zone), shortest=_SHORTEST, longest=_LONGEST,
    )  # fmt: skip


async def _theirs(session: Session, visitor: Visitor, resident_id: str, now: datetime) -> tables.Resident:
    """The resident, for whoever may know who they are; as on the page of their days."""
    if await session.get(tables.Resident, resident_id) is None:
        raise HTTPException(404)
    return await must_see(session, visitor, resident_id, now)


Day = Annotated[str, Form(max_length=10)]
Clock = Annotated[str, Form(max_length=5)]
Title = Annotated[str, Form(max_length=60)]
Who = Annotated[str, Form(max_length=32)]


@router.post("")
async def plan(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Caring, resident_id: str, day: Day = "", at: Clock = "",
    minutes: Annotated[int, Form()] = 30, title: Title = "", person: Who = "", visit: Who = "",
) -> Response:  # fmt: skip
    """One more, or, where a visit is named, that one as it stands in the form now."""
    now = hub.clock()
    async with hub.database.write() as session:
        await _theirs(session, visitor, resident_id, now)
        unit = (await places.units_of_residents(session, now)).get(resident_id)
        staff = {one.id for one in await people.who_can_work(session)}
        wanted = _read(day, at, minutes, title, person if person in staff else "", hub.zone)
        good = wanted is not None and now - _BEFORE <= wanted.at <= now + _AHEAD
        row = None
        if wanted is not None and good and unit is not None:
            row = await _changed(session, resident_id, visit, wanted) if visit else _new(resident_id, unit, wanted)
            session.add(row)
            action = "visit.changed" if visit else "visit.planned"
            logins.log_reading(session, visitor.person.id, action, [(resident_id, f"visit:{row.id}")], now)
    if row is None:
        return await _shown(request, hub, visitor, resident_id, wrong=_NO_UNIT if good else _WRONG)
    return _back(hub, resident_id, row.id)


def _read(day: str, at: str, minutes: int, title: str, person: str, zone: ZoneInfo) -> Wanted | None:
    """A local day and time; None where something cannot be read."""
    if not title.strip() or not _SHORTEST <= minutes <= _LONGEST:
        return None
    try:
        start = datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(at), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    until = start + timedelta(minutes=minutes)
    return Wanted(at=start, until=until, title=title.strip(), person_id=person or None)


def _new(resident_id: str, unit: str, wanted: Wanted) -> tables.PlannedVisit:
    return tables.PlannedVisit(
        id=new_id(), resident_id=resident_id, unit_id=unit, person_id=wanted.person_id, at=wanted.at,
        until=wanted.until, title=wanted.title,
    )  # fmt: skip


async def _changed(session: Session, resident_id: str, visit_id: str, wanted: Wanted) -> tables.PlannedVisit:
    row = await _one(session, resident_id, visit_id)
    if row.state is not VisitState.PLANNED:
        raise HTTPException(409)
    if row.at != wanted.at:
        visits.moved(row, wanted.at)
    row.until, row.title, row.person_id = wanted.until, wanted.title, wanted.person_id
    return row


@router.post("/{visit_id}/cancel")
async def cancel(hub: TheHub, visitor: Caring, resident_id: str, visit_id: str) -> Response:
    """It does not take place; it stays on the page, so that it can be undone."""
    return await _set(hub, visitor, resident_id, visit_id, (VisitState.PLANNED, VisitState.CANCELLED))


@router.post("/{visit_id}/restore")
async def restore(hub: TheHub, visitor: Caring, resident_id: str, visit_id: str) -> Response:
    """It was cancelled by mistake."""
    return await _set(hub, visitor, resident_id, visit_id, (VisitState.CANCELLED, VisitState.PLANNED))


async def _set(
    hub: Hub, visitor: Visitor, resident_id: str, visit_id: str, step: tuple[VisitState, VisitState]
) -> Response:
    now = hub.clock()
    async with hub.database.write() as session:
        await _theirs(session, visitor, resident_id, now)
        row = await _one(session, resident_id, visit_id)
        if row.state is step[0]:
            row.state = step[1]
            session.add(row)
            action = "visit.cancelled" if step[1] is VisitState.CANCELLED else "visit.restored"
            logins.log_reading(session, visitor.person.id, action, [(resident_id, f"visit:{row.id}")], now)
    return _back(hub, resident_id, visit_id)


async def _one(session: Session, resident_id: str, visit_id: str) -> tables.PlannedVisit:
    row = await session.get(tables.PlannedVisit, visit_id, with_for_update=True)
    if row is None or row.resident_id != resident_id:
        raise HTTPException(404)
    return row


def _back(hub: Hub, resident_id: str, visit_id: str) -> RedirectResponse:
    hub.live.change()
    return onwards(hub, f"/residents/{resident_id}/planned#visit-{visit_id}")
