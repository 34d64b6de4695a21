"""Administration of shifts: one unit's week, who has what, and where nobody has it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.coverage import Gap, gaps
from carehub.core.people.shifts import Duty, duties, instant
from carehub.flow.hub import Hub
from carehub.flow.staff import roster
from carehub.flow.staff.roster import Wish
from carehub.store import calendars, logins, pages, people, shifts, staffing, tables
from carehub.store.database import Session
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import Planning, TheHub, Visitor
from carehub.web.tongue import later

router = APIRouter(prefix="/admin/shifts")
_DAY = timedelta(days=1)
ROTATIONS = (0, 1, 2, 3, 4, 6, 12)
_Row = TypeVar("_Row")
_BACKWARDS = later("Fraværet må slutte etter at det begynner.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the week, with what begins on it."""

    start: datetime
    duties: list[Duty]
    gaps: list[Gap]


@router.get("")
async def week(
    request: Request,
    hub: TheHub,
    visitor: Planning,
    unit: Annotated[str, Query(max_length=32)] = "",
    day: date | None = None,
) -> Response:
    """One unit's week."""
    return await _page(request, hub, visitor, unit, day)


async def _page(  # noqa: PLR0913 - one page and what went wrong on it
    request: Request, hub: Hub, visitor: Visitor, unit: str, day: date | None, *, status: int = 200,
    wrong: str | None = None, address: str | None = None,
) -> Response:  # fmt: skip
    now = hub.clock()
    async with hub.database.read() as session:
        units = await pages.units(session)
        chosen = next((one for one in units if one.id == unit), units[0] if units else None)
        if chosen is None:
            return page(request, "admin_shifts.html", visitor, units=units, unit=None)
        zone = ZoneInfo(chosen.time_zone) if chosen.time_zone else hub.zone
        monday = _monday(day or now.astimezone(zone).date())
        days = await _days(hub, session, chosen.id, monday, zone)
        staff = await people.who_can_work(session)
        able = await staffing.reachable(session)
        lines = await shifts.lines_of_unit(session, chosen.id)
        absences = await shifts.absences_after(session, now)
        has_feed = await calendars.has_feed(session, unit_id=chosen.id)
    return page(
        request, "admin_shifts.html", visitor, status=status, wrong=wrong, units=units, unit=chosen, days=days,
        monday=monday, last=monday - 7 * _DAY, next=monday + 7 * _DAY, number=monday.isocalendar().week, staff=staff,
        names={one.id: one.name for one in staff}, able=able, lines=lines, absences=absences, rotations=ROTATIONS,
        has_feed=has_feed, address=address,
        uncovered=[gap for one in days for gap in one.gaps],
    )  # fmt: skip


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


async def _days(hub: Hub, session: Session, unit: str, monday: date, zone: ZoneInfo) -> list[Day]:
    starts = [instant(monday + n * _DAY, time(), zone) for n in range(8)]
    plan = await shifts.plan(session, hub.zone)
    found = [duty for duty in duties(plan, starts[0], starts[-1]) if duty.unit == unit]
    able = await staffing.reachable(session)
    spans = [(duty.since, duty.until) for duty in found if duty.person in able]
    empty = gaps(spans, max(starts[0], hub.clock()), starts[-1])
    return [
        Day(
            start=start,
            duties=[duty for duty in found if start <= duty.since < end],
            gaps=[gap for gap in empty if start <= gap.since < end],
        )
        for start, end in pairwise(starts)
    ]


def _back(hub: Hub, unit: str, day: date) -> RedirectResponse:
    return onwards(hub, f"/admin/shifts?unit={unit}&day={day}")


@router.post("")
async def add(  # noqa: PLR0913 - one form
    hub: TheHub,
    visitor: Planning,
    unit: Annotated[str, Form(max_length=32)],
    person: Annotated[str, Form(max_length=32)],
    day: Annotated[date, Form()],
    starts: Annotated[time, Form()],
    ends: Annotated[time, Form()],
    every_weeks: Annotated[int, Form(ge=0, le=52)] = 0,
    last_day: Annotated[date | None, Form()] = None,
) -> RedirectResponse:
    """A shift, once or again and again."""
    async with hub.database.write() as session:
        await _must_exist(session, tables.Unit, unit)
        await _must_exist(session, tables.Person, person)
        wish = Wish(
            unit=unit,
            person=person,
            first_day=day,
            starts=starts,
            ends=ends,
            every_weeks=every_weeks,
            last_day=last_day,
        )
        (line,) = await roster.add(hub, session, [wish], visitor.person.id)
        _note(session, visitor, "shift.added", line.id, hub)
    hub.live.change()
    return _back(hub, unit, day)


@router.post("/{line_id}/give")
async def give(
    hub: TheHub,
    visitor: Planning,
    line_id: str,
    day: Annotated[date, Form()],
    person: Annotated[str, Form(max_length=32)] = "",
) -> RedirectResponse:
    """One shift goes to somebody else, to nobody, or back to whose it was."""
    async with hub.database.write() as session:
        line = await _must_exist(session, tables.ShiftLine, line_id)
        if person:
            await _must_exist(session, tables.Person, person)
        await roster.give(hub, session, line_id, day, person or None, visitor.person.id)
        _note(session, visitor, "shift.given", line_id, hub)
    hub.live.change()
    return _back(hub, line.unit_id, day)


@router.post("/{line_id}/end")
async def end(
    hub: TheHub,
    visitor: Planning,
    line_id: str,
    day: Annotated[date, Form()],
    again: Annotated[bool, Form()] = False,  # noqa: FBT002 - a form's field
) -> RedirectResponse:
    """The line ends before this day; or does not after all."""
    async with hub.database.write() as session:
        line = await _must_exist(session, tables.ShiftLine, line_id)
        await roster.end(hub, session, line_id, None if again else day - _DAY)
        _note(session, visitor, "shift.resumed" if again else "shift.ended", line_id, hub)
    hub.live.change()
    return _back(hub, line.unit_id, day)


@router.post("/absence")
async def absence(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Planning,
    unit: Annotated[str, Form(max_length=32)],
    person: Annotated[str, Form(max_length=32)],
    since: Annotated[datetime, Form()],
    until: Annotated[datetime | None, Form()] = None,
) -> Response:
    """Somebody is not there; their shifts stand empty until another has them."""
    start, stop = (moment and _moment(moment, hub.zone) for moment in (since, until))
    if start is None or (stop and stop <= start):
        return await _page(request, hub, visitor, unit, since.date(), status=422, wrong=_BACKWARDS)
    async with hub.database.write() as session:
        await _must_exist(session, tables.Person, person)
        await roster.absent(hub, session, person, start, stop, visitor.person.id)
        _note(session, visitor, "absence.added", person, hub)
    hub.live.change()
    return _back(hub, unit, since.date())


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """What a form says is the clock on the wall."""
    return instant(wall.date(), wall.time(), zone) if wall.tzinfo is None else wall.astimezone(UTC)


@router.post("/absence/{absence_id}/back")
async def back(
    hub: TheHub,
    visitor: Planning,
    absence_id: str,
    unit: Annotated[str, Form(max_length=32)],
    day: Annotated[date, Form()],
) -> RedirectResponse:
    """They are there after all."""
    async with hub.database.write() as session:
        await roster.back(hub, session, absence_id)
        _note(session, visitor, "absence.ended", absence_id, hub)
    hub.live.change()
    return _back(hub, unit, day)


@router.post("/calendar")
async def calendar(
    request: Request,
    hub: TheHub,
    visitor: Planning,
    unit: Annotated[str, Form(max_length=32)],
    on: Annotated[bool, Form()],
) -> Response:
    """An address for calendar programs, shown once; or the end of the one there is."""
    address = None
    async with hub.database.write() as session:
        await _must_exist(session, tables.Unit, unit)
        if on:
            token = await calendars.issue(session, hub.clock(), visitor.person.id, unit_id=unit)
            address = f"{hub.public_url}/calendar/{token}.ics"
        else:
            await calendars.revoke(session, unit_id=unit)
        _note(session, visitor, "calendar.issued" if on else "calendar.revoked", unit, hub)
    return await _page(request, hub, visitor, unit, None, address=address)


@router.post("/roll-call")
async def roll_call(
    hub: TheHub, visitor: Planning, unit: Annotated[str, Form(max_length=32)], on: Annotated[bool, Form()]
) -> RedirectResponse:
    """Whether this unit's telephones are asked at the start of each shift."""
    async with hub.database.write() as session:
        (await _must_exist(session, tables.Unit, unit)).roll_call = on
        _note(session, visitor, "roll_call.on" if on else "roll_call.off", unit, hub)
    return _back(hub, unit, hub.clock().astimezone(hub.zone).date())


async def _must_exist(session: Session, table: type[_Row], key: str) -> _Row:
    found = await session.get(table, key)
    if found is None:
        raise HTTPException(404)
    return found


def _note(session: Session, visitor: Visitor, action: str, subject: str, hub: Hub) -> None:
    logins.log_reading(session, visitor.person.id, action, [(None, f"shift:{subject}")], hub.clock())
