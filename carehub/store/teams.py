"""Questions about who is on an alert together: who was asked, who helps, what it comes from and what it led to."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, or_, select

from carehub.core.people.access import Role
from carehub.store import tables
from carehub.store.asked import Answer, answered
from carehub.store.database import Session
from carehub.store.outbox import RUNG

_PLANNED = select(tables.Duty.person_id).where(
    tables.Duty.since <= bindparam("now"), tables.Duty.until > bindparam("now")
)
_AT_WORK = or_(col(tables.Person.on_duty), col(tables.Person.id).in_(_PLANNED))
"""By the plan, or by their own word."""
_COLLEAGUES = (
    select(tables.Person.id, tables.Person.name, _AT_WORK)
    .where(tables.Person.active, col(tables.Person.role).in_((Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR)))
    .order_by(tables.Person.name)
)
_ASKED = (
    select(tables.Notice.alert_id, tables.Person.name, tables.Person.role)
    .join(tables.Person, col(tables.Person.id) == col(tables.Notice.person_id))
    .where(
        col(tables.Notice.alert_id).in_(bindparam("ids", expanding=True)),
        col(tables.Notice.cycle).startswith(RUNG),
    )
    .order_by(col(tables.Notice.created_at), tables.Person.name)
)
_CHILDREN = (
    select(tables.Alert, tables.Person.name)
    .join(tables.Person, col(tables.Person.id) == col(tables.Alert.owner_id), isouter=True)
    .where(col(tables.Alert.parent_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(tables.Alert.raised_at))
)


@dataclass(slots=True)
class Around:
    """What stands around one alert.

    Attributes:
        asked: Names of those who were sent a summons, in the order of the first one.
        children: Follow-ups and calls for help that came from it, with the name of whoever has each.
        parent: The alert that it came from.
        handed_to: The name of whoever was asked to take it over.
        family: What relatives who were asked have answered; of a follow-up, also those asked before it.
    """

    asked: list[str] = field(default_factory=list)
    children: list[tuple[tables.Alert, str | None]] = field(default_factory=list)
    parent: tables.Alert | None = None
    handed_to: str | None = None
    family: Sequence[Answer] = ()


async def around(session: Session, shown: Sequence[tables.Alert]) -> dict[str, Around]:
    """What stands around each of these alerts."""
    found: dict[str, Around] = defaultdict(Around)
    ids = [alert.id for alert in shown]
    of_families = {one.parent_id for one in shown if one.parent_id}
    for alert_id, name, role in await _asked(session, ids):
        known = found[alert_id or ""].asked
        if name not in known:
            known.append(name)
        if alert_id and role == Role.RELATIVE:
            of_families.add(alert_id)
    for child, owner in await _children(session, ids):
        found[child.parent_id or ""].children.append((child, owner))
    parents = {one.id: one for one in await _alerts(session, {one.parent_id for one in shown if one.parent_id})}
    names = await _names(session, {one.handed_to_id for one in shown if one.handed_to_id})
    said = await answered(session, of_families)
    for alert in shown:
        of_both = [*said.get(alert.parent_id or "", []), *said.get(alert.id, [])]
        found[alert.id].family = [*{one.person: one for one in of_both}.values()]
        found[alert.id].parent = parents.get(alert.parent_id or "")
        found[alert.id].handed_to = names.get(alert.handed_to_id or "")
    return found


async def _asked(session: Session, ids: Collection[str]) -> Sequence[tuple[str | None, str, str]]:
    return (await session.exec(_ASKED, params={"ids": [*ids]})).all()


async def _children(session: Session, ids: Collection[str]) -> Sequence[tuple[tables.Alert, str | None]]:
    return (await session.exec(_CHILDREN, params={"ids": [*ids]})).all()


async def _alerts(session: Session, ids: Collection[str]) -> Sequence[tables.Alert]:
    return (await session.exec(select(tables.Alert).where(col(tables.Alert.id).in_(ids)))).all() if ids else ()


async def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    if not ids:
        return {}
    person = tables.Person
    return dict((await session.exec(select(person.id, person.name).where(col(person.id).in_(ids)))).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """A colleague who may be asked to take an alert over."""

    id: str
    name: str
    at_work: bool


async def colleagues(session: Session, now: datetime) -> Sequence[Askable]:
    """Everybody who may be asked to take an alert over, by name."""
    rows = (await session.exec(_COLLEAGUES, params={"now": now})).all()
    return [Askable(id=who, name=name, at_work=bool(works)) for who, name, works in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callable:
    """A colleague at work, as one calls them."""

    name: str
    phone: str
    unit: str | None


async def on_duty(session: Session, me: str, now: datetime) -> Sequence[Callable]:
    """Colleagues who are at work now and have a telephone: those of one's own unit first, then by name."""
    person = tables.Person
    asked = (
        select(person.name, person.phone, tables.Unit.name, person.unit_id)
        .join(tables.Unit, col(tables.Unit.id) == col(person.unit_id), isouter=True)
        .where(person.active, person.id != me, col(person.phone).is_not(None), person.role != Role.RELATIVE)
        .where(_AT_WORK)
        .order_by(person.name)
    )
    mine = (await session.exec(select(person.unit_id).where(person.id == me))).first()
    rows = sorted((await session.exec(asked, params={"now": now})).all(), key=lambda row: row[3] != mine)
    return [Callable(name=name, phone=phone or "", unit=unit) for name, phone, unit, _unit_id in rows]
