"""Who looked at residents' data: of one, for the resident to read; of all, for an auditor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, func, select

from carehub.core.people.access import Role
from carehub.store import reasons, tables
from carehub.store.database import Session
from carehub.store.registers import Named

MOST = 1000
_select: Any = select  # more columns than its types know


class Reader(NamedTuple):
    """Somebody who has looked at anything: of a thousand looks, whole rows of who and whose took half the page."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look, or one change."""

    at: datetime
    action: str
    because: str | None
    person: Reader | None
    unit: str | None
    resident: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which looks: in [since, until), at one resident, by one person, for one reason; None for any.

    Attributes:
        most: So many at the most; None for all.
        skip: So many of the newest are left out: they stand on the pages before.
    """

    since: datetime
    until: datetime
    resident: str | None = None
    person: str | None = None
    because: str | None = None
    most: int | None = MOST
    skip: int = 0


async def about(session: Session, resident_id: str, since: datetime, until: datetime) -> list[Reading]:
    """Every look at this resident in [since, until), the newest first, `MOST` at the most."""
    return await everything(session, Wanted(since=since, until=until, resident=resident_id))


async def everything(session: Session, wanted: Wanted) -> list[Reading]:
    """What is asked for, the newest first."""
    log, person, resident = tables.AccessLog, tables.Person, tables.Resident
    rows = await session.exec(
        _select(
            log.at,
            log.action,
            log.because,
            tables.Unit.name,
            tables.AccessReason.text,
            person.id,
            person.name,
            person.role,
            resident.id,
            resident.given_name,
            resident.family_name,
        )
        .join(person, col(person.id) == col(log.person_id), isouter=True)
        .join(tables.Unit, col(tables.Unit.id) == col(person.unit_id), isouter=True)
        .join(resident, col(resident.id) == col(log.resident_id), isouter=True)
        .join(tables.AccessReason, col(tables.AccessReason.key) == col(log.because), isouter=True)
        .where(*_conditions(wanted))
        .order_by(col(log.at).desc(), col(log.id).desc())  # as the index has them: of months only this page is read
        .limit(wanted.most)
        .offset(wanted.skip)
    )
    return [
        Reading(
            at=at, action=action, because=_why(because, said), unit=unit,
            person=None if who is None else Reader(who, name, role),
            resident=None if whose[0] is None else Named(*whose),
        )
        for at, action, because, unit, said, who, name, role, *whose in rows.all()
    ]  # fmt: skip


async def how_many(session: Session, wanted: Wanted) -> int:
    """On all pages."""
    asked = select(func.count()).select_from(tables.AccessLog).where(*_conditions(wanted))
    return (await session.exec(asked)).one()


def _why(because: str | None, said: str | None) -> str | None:
    return (said or reasons.GONE) if reasons.is_key(because) else because


async def readers(session: Session, wanted: Wanted) -> list[Reader]:
    """Everybody who looked at anything in this time, by name."""
    log, person = tables.AccessLog, tables.Person
    looked = select(log.person_id).where(log.at >= wanted.since, log.at < wanted.until).distinct()
    asked = _select(person.id, person.name, person.role).where(col(person.id).in_(looked)).order_by(person.name)
    return [Reader(*row) for row in (await session.exec(asked)).all()]


def _conditions(wanted: Wanted) -> list[Any]:
    log = tables.AccessLog
    given = ((log.resident_id, wanted.resident), (log.person_id, wanted.person), (log.because, wanted.because))
    return [
        log.at >= wanted.since, log.at < wanted.until,
        *(column == value for column, value in given if value is not None),
    ]  # fmt: skip
