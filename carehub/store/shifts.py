"""Shift plans, and the duties that are made of them in the same transaction as each change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from carehub.core.people.shifts import Absence, Duty, Line, Plan, duties
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.stream import upsert

AHEAD = timedelta(days=16)
"""How far ahead duties are written down: the fortnight of the coverage check, and two days in which nobody looked."""

_EVER = datetime.min.replace(tzinfo=UTC)
_Key = tuple[str, date, str, datetime]


async def plan(session: Session, zone: ZoneInfo) -> Plan:
    """Everything that people have decided of shifts.

    Args:
        zone: The municipality's.
    """
    lines = await session.exec(select(tables.ShiftLine).order_by(tables.ShiftLine.id))
    changes = await session.exec(select(tables.ShiftChange))
    absences = await session.exec(select(tables.Absence))
    gone = await session.exec(select(tables.Person.id).where(~col(tables.Person.active)))
    return Plan(
        lines=[line_of(row) for row in lines],
        changes={(row.line_id, row.day): row.person_id for row in changes},
        absences=[
            *(Absence(row.person_id, row.since, row.until) for row in absences),
            *(Absence(person, _EVER, None) for person in gone),
        ],
        zones=await zones(session),
        zone=zone,
    )


def line_of(row: tables.ShiftLine) -> Line:
    """A stored line as the plan reads it."""
    return Line(
        id=row.id, unit=row.unit_id, person=row.person_id, first_day=row.first_day, last_day=row.last_day,
        every_weeks=row.every_weeks, starts=row.starts, ends=row.ends, nights=row.nights,
    )  # fmt: skip


async def zones(session: Session) -> dict[str, ZoneInfo]:
    """The units that have a time zone of their own."""
    statement = select(tables.Unit.id, tables.Unit.time_zone).where(col(tables.Unit.time_zone).is_not(None))
    return {unit: ZoneInfo(zone) for unit, zone in (await session.exec(statement)).all() if zone}


async def rebuild(session: Session, zone: ZoneInfo, now: datetime) -> int:
    """Write down who is on duty from now on; gives how many rows that changed.

    What has been stays as it was: a shift that is taken away while it runs ends now. To be called in the
    transaction of every change of plan, after it, and daily.
    """
    await _in_turn(session)
    wanted = {_key(one, now): one for one in duties(await plan(session, zone), now, now + AHEAD)}
    there = {_row_key(row, now): row for row in await _from(session, now)}
    changed = await _end(session, [row for key, row in there.items() if key not in wanted], now)
    for key in wanted.keys() & there.keys():
        if there[key].until != wanted[key].until:
            there[key].until = wanted[key].until
            changed += 1
    fresh = [_clipped(one, now) for key, one in wanted.items() if key not in there]
    await _add(session, fresh)
    return changed + len(fresh)


async def _in_turn(session: Session) -> None:
    """Two who change the plan at once do it one after the other; nobody who merely refers to a unit waits."""
    statement = select(tables.Unit.id).order_by(tables.Unit.id).with_for_update(key_share=True)
    await session.exec(statement)


def _key(one: Duty, now: datetime) -> _Key:
    return one.line, one.day, one.person, max(one.since, now)


def _row_key(row: tables.Duty, now: datetime) -> _Key:
    return row.line_id, row.day, row.person_id, max(row.since, now)


def _clipped(one: Duty, now: datetime) -> Duty:
    """Whoever gets a shift that runs already has it from now on, and had it not before."""
    return replace(one, since=max(one.since, now))


async def _from(session: Session, now: datetime) -> Sequence[tables.Duty]:
    return (await session.exec(select(tables.Duty).where(col(tables.Duty.until) > now))).all()


async def _end(session: Session, rows: Sequence[tables.Duty], now: datetime) -> int:
    for row in rows:
        if row.since < now:
            row.until = now
    future = [row.id for row in rows if row.since >= now]
    if future:
        await session.flush()
        await session.exec(delete(tables.Duty).where(col(tables.Duty.id).in_(future)))
    return len(rows)


async def _add(session: Session, fresh: Sequence[Duty]) -> None:
    if not fresh:
        return
    rows = [
        {
            "person_id": one.person, "unit_id": one.unit, "since": one.since, "until": one.until, "why": one.why,
            "line_id": one.line, "day": one.day,
        }
        for one in fresh
    ]  # fmt: skip
    statement = upsert(session, tables.Duty).on_conflict_do_nothing(
        index_elements=["line_id", "day", "person_id", "since"]
    )
    await (await session.connection()).execute(statement, rows)


async def forget_change(session: Session, line_id: str, day: date) -> None:
    """This shift is again whoever's the plan says."""
    change = tables.ShiftChange
    await session.exec(delete(change).where(col(change.line_id) == line_id, col(change.day) == day))


async def lines_of_unit(session: Session, unit: str) -> dict[str, tables.ShiftLine]:
    """Every line of a unit's plan, by its id."""
    statement = select(tables.ShiftLine).where(tables.ShiftLine.unit_id == unit)
    return {line.id: line for line in (await session.exec(statement)).all()}


async def absences_after(session: Session, now: datetime) -> list[tuple[tables.Absence, str]]:
    """Who is away now or will be, with their names, in order."""
    absence, person = tables.Absence, tables.Person
    statement = (
        select(absence, person.name)
        .join(person, col(person.id) == col(absence.person_id))
        .where(col(absence.until).is_(None) | (col(absence.until) > now))
        .order_by(col(absence.since), person.name)
    )
    return [(one, name) for one, name in (await session.exec(statement)).all()]


async def of_person(
    session: Session, person_id: str, since: datetime, until: datetime
) -> list[tuple[tables.Duty, str]]:
    """This person's shifts in a stretch of time, with the unit's name."""
    duty = tables.Duty
    statement = (
        select(duty, tables.Unit.name)
        .join(tables.Unit, col(tables.Unit.id) == col(duty.unit_id))
        .where(duty.person_id == person_id, duty.until > since, duty.since < until)
        .order_by(col(duty.since), col(duty.unit_id))
    )
    return [(one, unit) for one, unit in (await session.exec(statement)).all()]


async def everybodys(session: Session, now: datetime) -> dict[str, tables.Duty]:
    """The shift that each person is in now; the first that began, of several."""
    duty = tables.Duty
    statement = select(duty).where(duty.since <= now, duty.until > now)
    rows = (await session.exec(statement.order_by(col(duty.since).desc(), col(duty.unit_id).desc()))).all()
    return {one.person_id: one for one in rows}


async def on_duty(session: Session, unit: str, now: datetime) -> Sequence[str]:
    """Who has a shift in this unit now."""
    duty = tables.Duty
    statement = select(duty.person_id).where(duty.unit_id == unit, duty.since <= now, duty.until > now).distinct()
    return (await session.exec(statement.order_by(duty.person_id))).all()


async def every_line(
    session: Session, unit: str | None = None, person: str | None = None
) -> Sequence[tables.ShiftLine]:
    """Lines of the shift plans: of one unit and person, or all."""
    line = tables.ShiftLine
    statement = select(line).order_by(col(line.first_day), col(line.starts), col(line.id))
    if unit is not None:
        statement = statement.where(line.unit_id == unit)
    if person is not None:
        statement = statement.where(line.person_id == person)
    return (await session.exec(statement)).all()
