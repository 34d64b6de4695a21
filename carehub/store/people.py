"""Questions about people with a login."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, union_all, update
from sqlalchemy import select as columns
from sqlmodel import col, func, select

from carehub.core.access import Role
from carehub.core.escalation import Bond, Colleague, Method
from carehub.kit.ids import new_id
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


def _usable() -> ColumnElement[bool]:
    """Verified, and nothing speaks against it."""
    method = tables.ContactMethod
    return col(method.verified_at).is_not(None) & col(method.disabled_reason).is_(None)


_IN_TURN = (
    col(tables.ContactMethod.suspect_since).is_not(None),  # what got lost lately goes last
    col(tables.ContactMethod.position),
    col(tables.ContactMethod.id),
)


# Built once, since every alarm asks them.
_STAFF_AND_WAYS = (
    columns(
        col(tables.Person.id),
        col(tables.Person.unit_id),
        col(tables.Person.role),
        col(tables.Person.on_duty),
        col(tables.ContactMethod.channel),
        col(tables.ContactMethod.address),
    )
    .join_from(
        tables.Person,
        tables.ContactMethod,
        (col(tables.ContactMethod.person_id) == col(tables.Person.id)) & _usable(),
        isouter=True,
    )
    .where(col(tables.Person.active), col(tables.Person.role).in_(_STAFF))
    .order_by(col(tables.Person.id), *_IN_TURN)
)
_SHIFTS_AND_COMPETENCES = union_all(
    columns(col(tables.Duty.person_id), col(tables.Duty.unit_id), literal(value=True)).where(
        col(tables.Duty.until) > bindparam("now"), col(tables.Duty.since) <= bindparam("now")
    ),
    columns(col(tables.Competence.person_id), col(tables.Competence.name), literal(value=False)),
)


async def staff(session: Session, now: datetime) -> list[Colleague]:
    """All staff of every unit, on duty or not, with their ways in the order to be tried: whom ladders choose from."""
    shifts, competences = await _shifts_and_competences(session, now)
    found: dict[str, Colleague] = {}
    for who, unit, role, duty, channel, address in (await (await session.connection()).execute(_STAFF_AND_WAYS)).all():
        one = found.get(who) or Colleague(
            id=who, unit=unit, role=role, on_duty=duty or who in shifts,
            shifts=frozenset(shifts.get(who, ())), competences=frozenset(competences.get(who, ())),
        )  # fmt: skip
        found[who] = one
        if channel:
            found[who] = replace(one, methods=(*one.methods, Method(channel=channel, address=address)))
    return list(found.values())


async def _shifts_and_competences(session: Session, now: datetime) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Person to the units whose shift they have now, and person to what they may do: in one question."""
    shifts: defaultdict[str, set[str]] = defaultdict(set)
    competences: defaultdict[str, set[str]] = defaultdict(set)
    rows = await (await session.connection()).execute(_SHIFTS_AND_COMPETENCES, {"now": now})
    for who, what, is_shift in rows.all():
        (shifts if is_shift else competences)[who].add(what)
    return shifts, competences


async def methods_of(session: Session, person_id: str) -> list[Method]:
    """How this person can be reached, in the order to be tried."""
    method = tables.ContactMethod
    statement = select(method.channel, method.address).where(method.person_id == person_id, _usable())
    rows = (await session.exec(statement.order_by(*_IN_TURN))).all()
    return [Method(channel=channel, address=address) for channel, address in rows]


async def suspect(session: Session, notice: tables.Notice, now: datetime) -> None:
    """Something to this address got lost: it is tried last until something comes through (F43)."""
    clean = col(tables.ContactMethod.suspect_since).is_(None)
    await _mark(session, notice.person_id, _method_of(notice), clean, suspect_since=now)


async def trust(session: Session, notice: tables.Notice) -> None:
    """Something came through: the address is as good as any."""
    marked = col(tables.ContactMethod.suspect_since).is_not(None)
    await _mark(session, notice.person_id, _method_of(notice), marked, suspect_since=None)


async def disable(session: Session, person_id: str, method: Method, reason: str) -> bool:
    """Never use this address again; True for whoever says so first."""
    in_use = col(tables.ContactMethod.disabled_reason).is_(None)
    return await _mark(session, person_id, method, in_use, disabled_reason=reason)


async def enable(session: Session, person_id: str, method: Method, reason: str) -> bool:
    """Use it again, if it was closed for this reason."""
    closed = col(tables.ContactMethod.disabled_reason) == reason
    return await _mark(session, person_id, method, closed, disabled_reason=None)


def _method_of(notice: tables.Notice) -> Method:
    return Method(channel=notice.channel, address=notice.address)


async def _mark(
    session: Session, person_id: str | None, method: Method, where: ColumnElement[bool], **values: Any
) -> bool:
    one = tables.ContactMethod
    statement = update(one).where(
        col(one.person_id) == person_id, col(one.channel) == method.channel, col(one.address) == method.address, where
    )
    return (await session.exec(statement.values(**values))).rowcount > 0


async def with_address(session: Session, channel: str, address: str) -> Sequence[tables.Person]:
    """Everybody who is reached at this address: a duty telephone has several."""
    method = tables.ContactMethod
    statement = (
        select(tables.Person)
        .join(method, col(method.person_id) == col(tables.Person.id))
        .where(method.channel == channel, method.address == address)
        .order_by(tables.Person.id)
    )
    return (await session.exec(statement)).all()


async def has_address(session: Session, person_id: str, address: str) -> bool:
    """Whether this number or address is one of the person's own."""
    return any(method.address == address for method in await methods_of(session, person_id))


def telephone(person: tables.Person, now: datetime, channel: str = "sms") -> tables.ContactMethod:
    """Their telephone as a way to reach them, verified by whoever enters it."""
    return tables.ContactMethod(
        id=new_id(), person_id=person.id, channel=channel, address=person.phone or "", created_at=now, verified_at=now
    )


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


async def relatives_to_ask(
    session: Session, residents: Collection[str], now: datetime
) -> dict[str, tuple[Colleague, ...]]:
    """Relatives of these residents who have agreed to be asked when no staff answer, with their ways."""
    person, method, relation = tables.Person, tables.ContactMethod, tables.Relation
    statement = (
        columns(col(relation.resident_id), col(person.id), col(method.channel), col(method.address))
        .join_from(relation, person, col(person.id) == col(relation.person_id))
        .join(method, (col(method.person_id) == col(person.id)) & _usable())
        .where(
            col(relation.resident_id).in_(residents),
            col(relation.may_be_asked),
            col(relation.since) <= now,
            col(relation.until).is_(None) | (col(relation.until) > now),
            col(person.active),
        )
        .order_by(person.id, *_IN_TURN)
    )
    found: dict[str, dict[str, Colleague]] = {}
    for resident, who, channel, address in (await (await session.connection()).execute(statement)).all():
        nobody = Colleague(id=who, unit=None, role=Role.RELATIVE, on_duty=False, bond=Bond.RELATIVE)
        one = found.setdefault(resident, {}).setdefault(who, nobody)
        found[resident][who] = replace(one, methods=(*one.methods, Method(channel=channel, address=address)))
    return {resident: tuple(family.values()) for resident, family in found.items()}


async def everybody(session: Session) -> Sequence[tables.Person]:
    """All people, by username."""
    return (await session.exec(select(tables.Person).order_by(tables.Person.username))).all()
