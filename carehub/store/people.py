"""Questions about people with a login."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, select

from carehub.core.access import Role
from carehub.core.escalation import Colleague
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.people import Insight


async def administrators(session: Session) -> int:
    """How many can log in and administer."""
    statement = select(func.count()).where(
        tables.Person.role == Role.ADMINISTRATOR,
        tables.Person.active,
        col(tables.Person.password_hash).is_not(None),
    )
    return (await session.exec(statement)).one()


async def by_username(session: Session, username: str) -> tables.Person | None:
    """Whoever logs in with this name."""
    return (await session.exec(select(tables.Person).where(tables.Person.username == username))).first()


_STAFF = (Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR)


async def staff(session: Session) -> list[Colleague]:
    """All staff of every unit, on duty or not: whom ladders choose from."""
    person = tables.Person
    statement = (
        select(person.id, person.unit_id, person.phone, person.on_duty)
        .where(person.active, col(person.role).in_(_STAFF))
        .order_by(person.id)
    )
    rows = (await session.exec(statement)).all()
    return [Colleague(id=who, unit=unit, phone=phone, on_duty=duty) for who, unit, phone, duty in rows]


async def followers(session: Session, resident: str, now: datetime) -> Sequence[tables.Person]:
    """Relatives who may know, and want an SMS, that an alert of this resident was handled."""
    statement = (
        select(tables.Person)
        .join(tables.Relation, col(tables.Relation.person_id) == col(tables.Person.id))
        .where(
            tables.Relation.resident_id == resident,
            tables.Relation.insight == Insight.HANDLED_ALERTS,
            tables.Relation.by_sms,
            tables.Relation.since <= now,
            col(tables.Relation.until).is_(None) | (col(tables.Relation.until) > now),
            tables.Person.active,
            col(tables.Person.phone).is_not(None),
        )
    )
    return (await session.exec(statement)).all()


async def everybody(session: Session) -> Sequence[tables.Person]:
    """All people, by username."""
    return (await session.exec(select(tables.Person).order_by(tables.Person.username))).all()
