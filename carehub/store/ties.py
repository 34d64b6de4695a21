"""What ties a person on the staff to residents, read for one request."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import and_, col, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Role, Sight
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session

OPEN_FOR = timedelta(hours=1)
_select: Any = select  # more columns than its types know


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody on the staff is, as far as their sight follows from it."""

    person: str
    role: Role
    unit: str | None


async def sight_of(session: Session, person: tables.Person, now: datetime) -> Sight:
    """Whom this person may see now: by unit, by what they were asked about, and by what they opened with a reason."""
    who = Standing(person.id, person.role, person.unit_id)
    return (await sights_of(session, [who], now))[who]


async def sights_of(session: Session, people: Collection[Standing], now: datetime) -> dict[Standing, Sight]:
    """The same of many at once."""
    bound = [one for one in people if one.unit is not None or one.role not in {Role.COORDINATOR, Role.ADMINISTRATOR}]
    found = {one: Sight(role=one.role, units=None) for one in people}
    if not bound:
        return found
    ids = {one.person for one in bound}
    planned, opened = await _planned(session, ids, now), await _opened(session, ids, now)
    units = {one: frozenset({*planned.get(one.person, ()), *([one.unit] if one.unit else [])}) for one in bound}
    told, by_tablet = await _told(session, ids, {unit for known in units.values() for unit in known})
    for one in bound:
        asked = told.get(one.person, set()).union(*(by_tablet.get(unit, ()) for unit in units[one]))
        # Somebody of no unit and no plan looks after all of them.
        found[one] = Sight(
            role=one.role, units=units[one] or None, asked=frozenset(asked),
            opened=frozenset(opened.get(one.person, ())),
        )  # fmt: skip
    return found


_Found = dict[str, set[str]]


async def _planned(session: Session, people: Collection[str], now: datetime) -> _Found:
    """The units in which they are on duty."""
    duty = tables.Duty
    rows = await session.exec(
        select(duty.person_id, duty.unit_id).where(
            col(duty.person_id).in_(people), duty.since <= now, duty.until > now
        )
    )  # fmt: skip
    return _grouped(rows.all())


async def _told(session: Session, people: Collection[str], units: Collection[str]) -> tuple[_Found, _Found]:
    """Open alerts that they have, or that they or the tablet of their unit were told of, and whom these are about.

    Gives those of each person, and those of each unit's tablet.
    """
    alert, notice = tables.Alert, tables.Notice
    about = (alert.id, alert.resident_id, alert.parent_id)
    is_open = alert.status != Status.CLOSED
    theirs, tablets = (
        col(notice.person_id).in_(people),
        and_(notice.channel == "tablet", col(notice.address).in_(units)),
    )
    held = await session.exec(
        _select(alert.owner_id, alert.handed_to_id, *about).where(
            is_open, or_(col(alert.owner_id).in_(people), col(alert.handed_to_id).in_(people))
        )
    )
    told = await session.exec(
        _select(notice.person_id, notice.channel, notice.address, *about)
        .join(alert, col(alert.id) == col(notice.alert_id))
        .where(is_open, or_(theirs, tablets))
        .distinct()
    )
    by_person: _Found = defaultdict(set)
    by_tablet: _Found = defaultdict(set)
    for owner, handed_to, *whom in held.all():
        for person in {owner, handed_to} - {None}:
            by_person[person].update(filter(None, whom))
    for person, channel, address, *whom in told.all():
        by_person[person or ""].update(filter(None, whom))
        if channel == "tablet":
            by_tablet[address].update(filter(None, whom))
    return by_person, by_tablet


async def _opened(session: Session, people: Collection[str], now: datetime) -> _Found:
    opened = tables.OpenedFile
    rows = await session.exec(
        select(opened.person_id, opened.resident_id).where(
            col(opened.person_id).in_(people), col(opened.until) > now
        )
    )  # fmt: skip
    return _grouped(rows.all())


def _grouped(rows: Iterable[tuple[str, str]]) -> _Found:
    found: _Found = defaultdict(set)
    for key, value in rows:
        found[key].add(value)
    return found


def open_file(session: Session, person_id: str, resident_id: str, reason: str, now: datetime) -> tables.OpenedFile:
    """For an hour they see this resident, and why is written down."""
    row = tables.OpenedFile(
        id=new_id(), person_id=person_id, resident_id=resident_id, reason=reason, at=now, until=now + OPEN_FOR
    )
    session.add(row)
    return row
