"""What ties a person on the staff to residents, read for one request."""

from datetime import datetime, timedelta

from sqlmodel import and_, col, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Role, Sight
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session

OPEN_FOR = timedelta(hours=1)


async def sight_of(session: Session, person: tables.Person, now: datetime) -> Sight:
    """Whom this person may see now: by unit, by what they were asked about, and by what they opened with a reason."""
    if person.unit_id is None and person.role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        return Sight(role=person.role, units=None)
    units = await _units(session, person, now)
    return Sight(
        role=person.role,
        units=units,
        asked=await _asked(session, person.id, units or frozenset()),
        opened=await _opened(session, person.id, now),
    )


async def _units(session: Session, person: tables.Person, now: datetime) -> frozenset[str] | None:
    """Their own and those in which they are on duty; somebody of no unit and no plan looks after all of them."""
    duty = tables.Duty
    planned = (
        await session.exec(select(duty.unit_id).where(duty.person_id == person.id, duty.since <= now, duty.until > now))
    ).all()
    units = frozenset({*planned, *([person.unit_id] if person.unit_id else [])})
    return units or None


async def _asked(session: Session, person_id: str, units: frozenset[str]) -> frozenset[str]:
    """Open alerts that they have, or that they or the tablet of their unit were told of, and whom these are about."""
    alert, notice = tables.Alert, tables.Notice
    tablet = and_(notice.channel == "tablet", col(notice.address).in_(units))
    told = select(notice.alert_id).where(or_(notice.person_id == person_id, tablet))
    rows = await session.exec(
        select(alert.id, alert.resident_id, alert.parent_id).where(
            alert.status != Status.CLOSED,
            or_(col(alert.owner_id) == person_id, col(alert.handed_to_id) == person_id, col(alert.id).in_(told)),
        )
    )
    return frozenset(one for row in rows.all() for one in row if one)


async def _opened(session: Session, person_id: str, now: datetime) -> frozenset[str]:
    opened = tables.OpenedFile
    rows = await session.exec(select(opened.resident_id).where(opened.person_id == person_id, col(opened.until) > now))
    return frozenset(rows.all())


def open_file(session: Session, person_id: str, resident_id: str, reason: str, now: datetime) -> tables.OpenedFile:
    """For an hour they see this resident, and why is written down."""
    row = tables.OpenedFile(
        id=new_id(), person_id=person_id, resident_id=resident_id, reason=reason, at=now, until=now + OPEN_FOR
    )
    session.add(row)
    return row
