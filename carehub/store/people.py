"""Questions about people with a login."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from carehub.core.answers.escalation import Bond, Colleague, Method
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight
from carehub.core.people.kin import may_be_asked
from carehub.kit.ids import new_id
from carehub.kit.norwegian import nb_key
from carehub.store import family, sql, tables
from carehub.store.database import Session


async def administrators(session: Session) -> int:
    """How many can log in and administer."""
    statement = select(func.count()).where(
        tables.Person.role == Role.ADMINISTRATOR,
        tables.Person.active,
        col(tables.Person.password_hash).is_not(None),
    )
    return (await session.exec(statement)).one()


async def is_anybody(session: Session) -> bool:
    """Whether anybody has ever been written down."""
    return (await session.exec(select(tables.Person.id).limit(1))).first() is not None


async def by_username(session: Session, username: str) -> tables.Person | None:
    """Whoever logs in with this name."""
    return (await session.exec(select(tables.Person).where(tables.Person.username == username))).first()


_STAFF = (Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR)


_USABLE = "way.verified_at IS NOT NULL AND way.disabled_reason IS NULL"
_IN_TURN = "way.suspect_since IS NOT NULL, way.position, way.id"  # what got lost lately goes last
_STAFF_AND_WAYS = f"""
    SELECT person.id, person.unit_id, person.role, person.on_duty, way.channel, way.address
    FROM person LEFT JOIN contact_method AS way ON way.person_id = person.id AND {_USABLE}
    WHERE person.active AND person.role = ANY (?) ORDER BY person.id, {_IN_TURN}
"""  # noqa: S608 - ours
_WAYS_OF = f"""
    SELECT way.channel, way.address FROM contact_method AS way WHERE way.person_id = ? AND {_USABLE} ORDER BY {_IN_TURN}
"""  # noqa: S608 - ours
_RELATIVES_TO_ASK = f"""
    SELECT relation.resident_id, person.id, way.channel, way.address
    FROM relation JOIN person ON person.id = relation.person_id
    JOIN contact_method AS way ON way.person_id = person.id AND {_USABLE}
    WHERE relation.resident_id = ANY (?) AND relation.may_be_asked AND person.active
    AND relation.since <= ? AND (relation.until IS NULL OR relation.until > ?)
    ORDER BY person.id, {_IN_TURN}
"""  # noqa: S608 - ours
_SHIFTS_AND_COMPETENCES = """
    SELECT person_id, unit_id, 1 FROM duty WHERE until > ? AND since <= ?
    UNION ALL SELECT person_id, name, 0 FROM competence
"""


async def staff(session: Session, now: datetime) -> list[Colleague]:
    """All staff of every unit, on duty or not, with their ways in the order to be tried: whom ladders choose from."""
    return staff_in(*await sql.ask_all(session, *asking_for_staff(now)))


def asking_for_staff(now: datetime) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The questions whose answers `staff_in` reads."""
    return (_SHIFTS_AND_COMPETENCES, now, now), (_STAFF_AND_WAYS, _STAFF)


def staff_in(plans: sql.Rows, ways: sql.Rows) -> list[Colleague]:
    """Staff from the answers to `asking_for_staff`."""
    shifts, competences = _shifts_and_competences(plans)
    found: dict[str, Colleague] = {}
    for who, unit, role, duty, channel, address in ways:
        one = found.get(who) or Colleague(
            id=who, unit=unit, role=Role(role), on_duty=bool(duty) or who in shifts,
            shifts=frozenset(shifts.get(who, ())), competences=frozenset(competences.get(who, ())),
        )  # fmt: skip
        found[who] = one
        if channel:
            found[who] = replace(one, methods=(*one.methods, Method(channel=channel, address=address)))
    return list(found.values())


def _shifts_and_competences(plans: sql.Rows) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Person to the units whose shift they have now, and person to what they may do."""
    shifts: defaultdict[str, set[str]] = defaultdict(set)
    competences: defaultdict[str, set[str]] = defaultdict(set)
    for who, what, is_shift in plans:
        (shifts if is_shift else competences)[who].add(what)
    return shifts, competences


async def methods_of(session: Session, person_id: str) -> list[Method]:
    """How this person can be reached, in the order to be tried."""
    rows = await sql.ask(session, _WAYS_OF, person_id)
    return [Method(channel=channel, address=address) for channel, address in rows]


async def competences_of(session: Session, person_id: str) -> Sequence[str]:
    """What this person may do."""
    statement = select(tables.Competence.name).where(tables.Competence.person_id == person_id)
    return (await session.exec(statement.order_by(tables.Competence.name))).all()


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


async def put_method(
    session: Session, person_id: str, method: Method, details: str | None, position: int, now: datetime
) -> None:
    """This way to reach them, to be verified; one that is there already keeps its place and its proof."""
    known = await session.exec(_the_method(person_id, method))
    found = known.first() or tables.ContactMethod(
        id=new_id(), person_id=person_id, channel=method.channel, address=method.address, position=position,
        created_at=now,
    )  # fmt: skip
    found.details, found.disabled_reason, found.suspect_since = details, None, None
    session.add(found)


async def forget_method(session: Session, person_id: str, method: Method) -> bool:
    """This way is no more; True where there was one."""
    found = (await session.exec(_the_method(person_id, method))).first()
    if found is not None:
        await session.delete(found)
        await session.flush()
    return found is not None


async def forget_browsers(session: Session, person_id: str) -> None:
    """A telephone is lost: what its browser showed is shown there no more."""
    one = tables.ContactMethod
    await session.exec(delete(one).where(col(one.person_id) == person_id, col(one.channel) == "push"))


async def verify(session: Session, person_id: str, method: Method, now: datetime) -> None:
    """It was shown that it reaches them."""
    await _mark(session, person_id, method, col(tables.ContactMethod.verified_at).is_(None), verified_at=now)


def _the_method(person_id: str, method: Method) -> SelectOfScalar[tables.ContactMethod]:
    one = tables.ContactMethod
    return select(one).where(one.person_id == person_id, one.channel == method.channel, one.address == method.address)


async def details_of(session: Session, channel: str, addresses: Sequence[str]) -> dict[str, str]:
    """What the channel needs besides these addresses."""
    method = tables.ContactMethod
    statement = select(method.address, method.details).where(
        method.channel == channel, col(method.address).in_(addresses), col(method.details).is_not(None)
    )
    return {address: details for address, details in (await session.exec(statement)).all() if details}


async def language_at(session: Session, channel: str, address: str) -> Language | None:
    """In which language to answer this address; None where nobody there has chosen one, or they chose several."""
    person, method = tables.Person, tables.ContactMethod
    by_way = select(method.person_id).where(method.channel == channel, method.address == address)
    there = or_(person.phone == address, col(person.id).in_(by_way))
    found = {*(await session.exec(select(person.language).where(there, person.active))).all()}
    return found.pop() if len(found) == 1 else None


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


async def unit_phone_at(session: Session, channel: str, address: str) -> str | None:
    """The telephone of the unit of whoever is reached here; None for a stranger, and for people of several units."""
    person, method, unit = tables.Person, tables.ContactMethod, tables.Unit
    statement = (
        select(unit.phone)
        .join(person, col(person.unit_id) == col(unit.id))
        .join(method, col(method.person_id) == col(person.id))
        .where(method.channel == channel, method.address == address, person.active)
    )
    found = {*(await session.exec(statement)).all()}
    return found.pop() if len(found) == 1 else None


async def has_address(session: Session, person_id: str, address: str) -> bool:
    """Whether this person is still let in, and this number or address is one of their own."""
    one = await session.get(tables.Person, person_id)
    active = one is not None and one.active
    return active and any(method.address == address for method in await methods_of(session, person_id))


def telephone(person: tables.Person, now: datetime, channel: str = "sms") -> tables.ContactMethod:
    """Their telephone as a way to reach them, verified by whoever enters it."""
    return tables.ContactMethod(
        id=new_id(), person_id=person.id, channel=channel, address=person.phone or "", created_at=now, verified_at=now
    )


_TEXTS_STOPPED = select(tables.KinSettings.person_id).where(col(tables.KinSettings.texts_stopped_at).is_not(None))


async def followers(session: Session, resident: str, now: datetime) -> Sequence[tables.Person]:
    """Relatives who may know, and want an SMS, that an alert of this resident was handled."""
    pause = tables.SharingPause
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
            col(tables.Person.id).not_in(_TEXTS_STOPPED),
            col(tables.Relation.resident_id).not_in(select(pause.resident_id).where(col(pause.until) > now)),
        )
    )
    return (await session.exec(statement)).all()


async def relatives_to_ask(
    session: Session, residents: Collection[str], now: datetime
) -> dict[str, tuple[Colleague, ...]]:
    """Relatives of these residents who agreed to be asked when no staff answer, and can be now, with their ways."""
    rows = await sql.ask(session, _RELATIVES_TO_ASK, list(residents), now, now)
    who_all = {who for _, who, *_ in rows}
    windows = await family.windows(session, who_all) if rows else {}
    refusing = await family.refusing(session, who_all) if rows else set()
    found: dict[str, dict[str, Colleague]] = {}
    for resident, who, channel, address in rows:
        if who in refusing or not may_be_asked(windows.get(who, ()), now):
            continue
        nobody = Colleague(id=who, unit=None, role=Role.RELATIVE, on_duty=False, bond=Bond.RELATIVE)
        one = found.setdefault(resident, {}).setdefault(who, nobody)
        found[resident][who] = replace(one, methods=(*one.methods, Method(channel=channel, address=address)))
    return {resident: tuple(kin.values()) for resident, kin in found.items()}


async def who_can_work(session: Session) -> list[tables.Person]:
    """Everybody on the staff who is let in, in Norwegian order."""
    statement = select(tables.Person).where(tables.Person.active, col(tables.Person.role).in_(_STAFF))
    return sorted((await session.exec(statement)).all(), key=lambda one: nb_key(one.name))


async def everybody(session: Session) -> Sequence[tables.Person]:
    """All people, by username."""
    return (await session.exec(select(tables.Person).order_by(tables.Person.username))).all()
