"""Planned visits: whose, when, and whether somebody has been there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlmodel import col, or_, select

from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.homecare import VisitState

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of another system's plan; `key` is its own name there, or is made of what it says."""

    resident_id: str
    unit_id: str
    person_id: str | None
    at: datetime
    until: datetime
    title: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A visit with those whom it is about."""

    visit: tables.PlannedVisit
    resident: tables.Resident
    scope: tables.Scope | None
    person: tables.Person | None


async def planned_for(
    session: Session, resident_id: str, since: datetime, until: datetime
) -> list[tables.PlannedVisit]:
    """A resident's visits that begin in [since, until), the first one first; cancelled ones are left out."""
    visit = tables.PlannedVisit
    asked = select(visit).where(
        visit.resident_id == resident_id, visit.at >= since, visit.at < until, visit.state != VisitState.CANCELLED
    )
    return list((await session.exec(asked.order_by(col(visit.at)).limit(MOST))).all())


async def plan_of(session: Session, resident_id: str, since: datetime, until: datetime) -> list[tables.PlannedVisit]:
    """The same with cancelled ones, for whoever plans."""
    visit = tables.PlannedVisit
    asked = select(visit).where(visit.resident_id == resident_id, visit.at >= since, visit.at < until)
    return list((await session.exec(asked.order_by(col(visit.at), col(visit.id)).limit(MOST))).all())


async def of_units(
    session: Session, units: Collection[str] | None, person_id: str, since: datetime, until: datetime
) -> list[Planned]:
    """Visits of these units (None: of all) that begin in [since, until): on this person's list, or on nobody's.

    Where there are more than can be shown, it is some of nobody's that are left out, and never one of their own.
    """
    visit, living = tables.PlannedVisit, tables.Residency
    asked = (
        select(visit, tables.Resident, tables.Scope, tables.Person)
        .join(tables.Resident, col(tables.Resident.id) == col(visit.resident_id))
        .join(living, (col(living.resident_id) == col(visit.resident_id)) & col(living.until).is_(None), isouter=True)
        .join(tables.Scope, col(tables.Scope.id) == col(living.scope_id), isouter=True)
        .join(tables.Person, col(tables.Person.id) == col(visit.person_id), isouter=True)
        .where(visit.at >= since, visit.at < until, visit.state != VisitState.CANCELLED)
        .where(or_(col(visit.person_id) == person_id, col(visit.person_id).is_(None)))
    )
    # who has died or left is visited by nobody, and what was done there stays on the list of whoever did it
    asked = asked.where(or_(col(living.id).is_not(None), visit.state == VisitState.DONE))
    if units is not None:
        asked = asked.where(or_(col(visit.unit_id).in_(units), col(visit.person_id) == person_id))
    first = (col(visit.person_id).is_(None), col(visit.at), col(visit.id))
    rows = await session.exec(asked.order_by(*first).limit(MOST))
    found = {visit.id: Planned(visit=visit, resident=who, scope=where, person=by) for visit, who, where, by in rows}
    return sorted(found.values(), key=lambda one: (one.visit.at, one.visit.id))


async def home_of(session: Session, visit: tables.PlannedVisit) -> tables.Scope | None:
    """Where the visit goes: the resident's home now."""
    living, scope = tables.Residency, tables.Scope
    asked = (
        select(scope)
        .join(living, col(living.scope_id) == col(scope.id))
        .where(living.resident_id == visit.resident_id, col(living.until).is_(None))
    )
    return (await session.exec(asked.limit(1))).first()


async def left(session: Session, since: datetime, until: datetime) -> frozenset[tuple[str | None, str]]:
    """On whose lists, None for nobody's, and in which units visits are still to be made that begin in that time."""
    visit, living = tables.PlannedVisit, tables.Residency
    lives = select(living.id).where(living.resident_id == visit.resident_id, col(living.until).is_(None))
    asked = select(visit.person_id, visit.unit_id).where(
        visit.at >= since, visit.at < until, col(visit.state).not_in([VisitState.CANCELLED, VisitState.DONE]),
        lives.exists(),
    )  # fmt: skip
    return frozenset((await session.exec(asked.distinct())).all())


async def write_plan(session: Session, lines: Iterable[Line]) -> int:
    """Put a plan in; what stands there by the same key is left as it is. Gives how many lines are new."""
    new = {line.key or key_of(line): line for line in lines}
    visit = tables.PlannedVisit
    known = (await session.exec(select(visit.source_key).where(col(visit.source_key).in_([*new])))).all()
    session.add_all(
        visit(
            id=new_id(), resident_id=line.resident_id, unit_id=line.unit_id, person_id=line.person_id, at=line.at,
            until=line.until, title=line.title, source_key=key,
        )
        for key, line in new.items() if key not in known
    )  # fmt: skip
    await session.flush()
    return len(new) - len(known)


def key_of(line: Line) -> str:
    """What names a line that has no name of its own: whose visit, when, and what it is."""
    told = f"{line.resident_id}|{line.at.isoformat()}|{line.title}"
    return sha256(told.encode()).hexdigest()[:32]


def done(visit: tables.PlannedVisit, by: str, now: datetime) -> None:
    """Somebody has been there."""
    visit.state, visit.done_at, visit.done_by_id = VisitState.DONE, now, by


def undone(visit: tables.PlannedVisit) -> None:
    """Tapped by mistake: still to be done."""
    visit.state, visit.done_at, visit.done_by_id = VisitState.PLANNED, None, None


def moved(visit: tables.PlannedVisit, at: datetime) -> None:
    """It begins at another time, and is as long as before; what was planned at first is kept."""
    visit.moved_from = visit.moved_from or visit.at
    visit.at, visit.until = at, at + (visit.until - visit.at)
    if visit.moved_from == visit.at:
        visit.moved_from = None


async def known_to(session: Session, residents: Collection[str]) -> set[str]:
    """Which of these residents there are, by id."""
    return set((await session.exec(select(tables.Resident.id).where(col(tables.Resident.id).in_(residents)))).all())


async def named(session: Session, usernames: Collection[str]) -> dict[str, str]:
    """Ids of people by their user names."""
    person = tables.Person
    rows = await session.exec(select(person.username, person.id).where(col(person.username).in_(usernames)))
    return dict(rows.all())


async def between(
    session: Session, residents: Collection[str], since: datetime, until: datetime
) -> list[tables.PlannedVisit]:
    """These residents' visits that begin in [since, until), the first one first; cancelled ones are left out."""
    visit = tables.PlannedVisit
    asked = select(visit).where(visit.at >= since, visit.at < until, visit.state != VisitState.CANCELLED)
    mine, found = set(residents), await session.exec(asked.order_by(col(visit.at), col(visit.id)))
    return [one for one in found.all() if one.resident_id in mine]
