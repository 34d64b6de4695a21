"""Shifts by the API: who is on duty now, as ladders find them, and who is planned in a time. For whoever plans."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, Field

from carehub.core.people.shifts import Duty, Why, duties
from carehub.store import people, shifts, staffing
from carehub.web.api.parts import LIMIT, After, Limit, Part, part_of
from carehub.web.problems import told
from carehub.web.security import Planning, TheHub

router = APIRouter(prefix="/api/v1/schedules", tags=["schedules"], responses=told(401, 403, 422))
LONGEST, FARTHEST = timedelta(days=31), timedelta(days=731)
Unit = Annotated[str, Query(max_length=32, description="id of one unit; left out for all")]


class OnDutyOut(BaseModel):
    """Somebody whom a ladder finds on duty now."""

    person: str
    name: str
    units: list[str] = Field(description="ids of the units whose shift they have, or else of where they belong")
    planned: bool = Field(description="false: not by the plan, they have said so themselves")
    reachable: bool = Field(description="whether they have a verified way that works now")


class DutyOut(BaseModel):
    """A planned shift, [since, until)."""

    person: str
    name: str
    unit: str
    since: datetime
    until: datetime
    why: Why = Field(description="by a rotation, once, or in another's place")
    reachable: bool = Field(description="whether they have a verified way")


@router.get("/now", summary="Who is on duty now")
async def on_duty_now(
    hub: TheHub, _visitor: Planning, unit: Unit = "", after: After = "", limit: Limit = LIMIT
) -> Part[OnDutyOut]:
    """By person. Of one unit, those whom its ladder would ask."""
    now = hub.clock()
    async with hub.database.read() as session:
        staff = await people.staff(session, now)
        names = {one.id: one.name for one in await people.who_can_work(session)}
        able = await staffing.answering(session, now)
    there = [one for one in staff if (one.is_on_duty_in(unit) if unit else one.on_duty)]
    rows, following = part_of(there, lambda one: one.id, after, limit)
    items = [
        OnDutyOut(
            person=one.id, name=names[one.id], planned=bool(one.shifts), reachable=one.id in able,
            units=sorted(one.shifts) or [home for home in (one.unit,) if home],
        )
        for one in rows
    ]  # fmt: skip
    return Part(items=items, next=following)


@router.get("", summary="Planned shifts")
async def planned(
    hub: TheHub, _visitor: Planning,
    since: Annotated[AwareDatetime, Query(description="with a zone, within two years of now")],
    until: Annotated[AwareDatetime, Query(description="later, by at most 31 days")],
    unit: Unit = "", after: After = "", limit: Limit = LIMIT,
) -> Part[DutyOut]:  # fmt: skip
    """Every shift that touches [since, until), by when it begins: the plan as it is now, swaps and absences in it."""
    if abs(since - hub.clock()) > FARTHEST or not timedelta(0) < until - since <= LONGEST:
        raise RequestValidationError([{"loc": ("query", "since, until"), "type": "value_error"}])
    async with hub.database.read() as session:
        plan = await shifts.plan(session, hub.zone)
        names = {one.id: one.name for one in await people.who_can_work(session)}
        able = await staffing.reachable(session)
    found = [one for one in duties(plan, since, until) if not unit or one.unit == unit]
    rows, following = part_of(found, _key, after, limit)
    items = [
        DutyOut(
            person=one.person, name=names.get(one.person, ""), unit=one.unit, since=one.since, until=one.until,
            why=one.why, reachable=one.person in able,
        )
        for one in rows
    ]  # fmt: skip
    return Part(items=items, next=following)


def _key(one: Duty) -> str:
    """Of one shift and no other, and in the order in which they begin."""
    return f"{one.since.isoformat()}/{one.unit}/{one.line}/{one.day}/{one.person}"
