"""Who can be reached when, by the plan; and the gaps that have been warned of."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, true
from sqlmodel import col, select

from carehub.core.people.coverage import AHEAD, Gap, Horizon, Warned, gaps, within
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind

Spans = list[tuple[datetime, datetime]]


async def gaps_ahead(session: Session, now: datetime) -> dict[str, dict[Horizon, list[Gap]]]:
    """Unit to the stretches in which nobody on duty can be reached, for each horizon; of units that have a plan.

    A telephone that messages got lost on lately counts as unreachable for the coming day; it says
    nothing of the week after.
    """
    planned = select(tables.ShiftLine.unit_id).distinct().order_by(tables.ShiftLine.unit_id)
    units = (await session.exec(planned)).all()
    found: dict[str, dict[Horizon, list[Gap]]] = {unit: {} for unit in units}
    for horizon, ahead in AHEAD.items():
        edge = now + ahead
        reached = await _reached(session, now, edge, trusting=horizon is Horizon.FORTNIGHT)
        for unit in units:
            found[unit][horizon] = within(gaps(reached[unit], now, edge), edge)
    return found


async def units_without_plan(session: Session) -> list[str]:
    """Names of the units that have never had a shift planned: there only those who say so are on duty."""
    planned = select(tables.ShiftLine.unit_id)
    statement = select(tables.Unit.name).where(col(tables.Unit.id).not_in(planned)).order_by(tables.Unit.name)
    return list((await session.exec(statement)).all())


async def _reached(session: Session, since: datetime, until: datetime, *, trusting: bool) -> dict[str, Spans]:
    """Unit to the spans in which somebody with a way that works is on duty."""
    duty, person, method = tables.Duty, tables.Person, tables.ContactMethod
    statement = (
        select(duty.unit_id, duty.since, duty.until)
        .join(person, col(person.id) == col(duty.person_id))
        .join(method, col(method.person_id) == col(person.id))
        .where(duty.until > since, duty.since < until, person.active, works(trusting=trusting))
        .where(true() if trusting else ~_is_silent())
        .distinct()
    )
    spans: defaultdict[str, Spans] = defaultdict(list)
    for unit, start, end in (await session.exec(statement)).all():
        spans[unit].append((start, end))
    return spans


async def reachable(session: Session) -> set[str]:
    """Who has a way that is verified and in use."""
    return set((await session.exec(select(tables.ContactMethod.person_id).where(works(trusting=True)))).all())


async def answering(session: Session, now: datetime) -> set[str]:
    """Who has a way that works now, and did not fail the roll-call of a shift that they have now."""
    duty, method = tables.Duty, tables.ContactMethod
    mute = exists().where(
        col(duty.person_id) == col(method.person_id), col(duty.since) <= now, col(duty.until) > now, _is_silent()
    )
    return set((await session.exec(select(method.person_id).where(works(trusting=False), ~mute))).all())


def _is_silent() -> ColumnElement[bool]:
    """No answer at the roll-call of this shift: as good as not there."""
    duty, call = tables.Duty, tables.RollCall
    return exists().where(
        col(call.person_id) == col(duty.person_id), col(call.since) == col(duty.since),
        col(call.answered_at).is_(None), col(call.told_at).is_not(None),
    )  # fmt: skip


def works(*, trusting: bool) -> ColumnElement[bool]:
    """Whether a contact method is verified, in use, and (unless trusting) not under suspicion."""
    method = tables.ContactMethod
    usable = col(method.verified_at).is_not(None) & col(method.disabled_reason).is_(None)
    return usable if trusting else usable & col(method.suspect_since).is_(None)


Told = dict[tuple[str, Horizon], list[Warned]]
"""Gaps that have been warned of, by unit and horizon."""


async def warned(session: Session) -> Told:
    """What has been told."""
    told: Told = defaultdict(list)
    for row in (await session.exec(select(tables.StaffingGap))).all():
        told[row.unit_id, row.horizon].append(Warned(row.warning, row.since, row.until, row.is_open))
    return told


async def remember(session: Session, told: Told) -> None:
    """Keep these, and no others: what has been closed is told anew when it opens again."""
    await session.exec(delete(tables.StaffingGap))
    session.add_all(
        tables.StaffingGap(
            id=new_id(), unit_id=unit, horizon=horizon, since=one.since, until=one.until, warning=one.name,
            is_open=one.open,
        )
        for (unit, horizon), every in told.items()
        for one in every
    )  # fmt: skip


async def scope_of(session: Session, unit_id: str) -> tuple[str, bool]:
    """The scope that stands for a whole unit, and whether it is new."""
    scope = f"unit:{unit_id}"
    if await session.get(tables.Scope, scope):
        return scope, False
    unit = await session.get_one(tables.Unit, unit_id)
    session.add(tables.Scope(id=scope, kind=ScopeKind.WARD, name=unit.name, unit_id=unit_id))
    return scope, True
