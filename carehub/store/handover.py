"""What one shift hands to the next: who is on and who comes, what is unusual, worn batteries, and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.residencies import lives_now
from carehub.store.tables.places import DeviceStatus

EDIT_WITHIN = timedelta(minutes=30)
"""So long whoever wrote a note may put it right; after that one writes another."""
COMES_WITHIN = timedelta(hours=10)
_WORN_WITHIN = timedelta(days=14)
_LOW = 15.0
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note in its newest wording, with who wrote it and whom it is about."""

    note: tables.ShiftNote
    author: str
    resident: tables.Resident | None


async def notes(session: Session, unit: str, since: datetime) -> list[Note]:
    """A unit's notes since then, the newest first."""
    note = tables.ShiftNote
    statement = (
        select(note, tables.Person.name, tables.Resident)
        .join(tables.Person, col(tables.Person.id) == col(note.author_id))
        .join(tables.Resident, col(tables.Resident.id) == col(note.resident_id), isouter=True)
        .where(note.unit_id == unit, note.at >= since, col(note.replaced_by_id).is_(None))
        .order_by(col(note.at).desc())
        .limit(_MOST)
    )
    return [
        Note(note=row, author=name, resident=resident) for row, name, resident in (await session.exec(statement)).all()
    ]


def write(session: Session, *, unit: str, resident: str | None, text: str, by: str, now: datetime) -> tables.ShiftNote:
    """A new note."""
    row = tables.ShiftNote(
        id=new_id(), unit_id=unit, resident_id=resident, text=text, author_id=by, at=now, written_at=now
    )  # fmt: skip
    session.add(row)
    return row


def may_change(note: tables.ShiftNote, by: str, now: datetime) -> bool:
    """Whether this person may put it right still."""
    return note.author_id == by and now - note.at <= EDIT_WITHIN and note.replaced_by_id is None


async def change(session: Session, note_id: str, text: str, by: str, now: datetime) -> tables.ShiftNote | None:
    """The newer wording, or with no text that it is taken back; the older one is kept. None where that is too late."""
    old = await session.get(tables.ShiftNote, note_id, with_for_update=True)
    if old is None or not may_change(old, by, now):
        return None
    if not text:
        old.replaced_by_id = old.id
        return old
    new = write(session, unit=old.unit_id, resident=old.resident_id, text=text, by=by, now=now)
    new.at = old.at
    old.replaced_by_id = new.id
    return new


async def coming(session: Session, unit: str, now: datetime) -> list[tuple[datetime, str]]:
    """Who comes next, and when."""
    duty, person = tables.Duty, tables.Person
    statement = (
        select(duty.since, person.name)
        .join(person, col(person.id) == col(duty.person_id))
        .where(duty.unit_id == unit, duty.since > now, duty.since <= now + COMES_WITHIN, person.active)
        .order_by(col(duty.since), person.name)
    )
    return [(since, name) for since, name in (await session.exec(statement)).all()]


async def marked(session: Session, unit: str) -> Sequence[str]:
    """Where no shifts are planned: who has said that they are on duty."""
    person = tables.Person
    statement = select(person.name).where(person.unit_id == unit, person.on_duty, person.active).order_by(person.name)
    return (await session.exec(statement)).all()


async def began(session: Session, unit: str, now: datetime) -> datetime | None:
    """When the shift that is on now began; None where none is planned."""
    duty = tables.Duty
    statement = select(duty.since).where(duty.unit_id == unit, duty.since <= now, duty.until > now)
    return (await session.exec(statement.order_by(col(duty.since)).limit(1))).first()


Found = tuple[tables.ModelFinding, tables.Resident, tables.Scope]


async def found(session: Session, unit: str, since: datetime, now: datetime) -> list[Found]:
    """What the models found unusual in a unit and were allowed to say."""
    finding, lives = tables.ModelFinding, tables.Residency
    statement = (
        select(finding, tables.Resident, tables.Scope)
        .join(tables.Resident, col(tables.Resident.id) == col(finding.resident_id))
        .join(lives, (col(lives.resident_id) == col(finding.resident_id)) & lives_now(now))
        .join(tables.Scope, col(tables.Scope.id) == col(lives.scope_id))
        .where(finding.at >= since, col(finding.spoken), tables.Scope.unit_id == unit)
        .order_by(col(finding.at).desc())
        .limit(_MOST)
    )
    return [(row, resident, scope) for row, resident, scope in (await session.exec(statement)).all()]


async def worn(session: Session, unit: str, now: datetime) -> Sequence[tuple[tables.Device, tables.Scope]]:
    """Devices of a unit whose battery is low, or will be empty within a fortnight; the first to be empty first."""
    device, assigned, scope = tables.Device, tables.Assignment, tables.Scope
    homes = select(scope.id).where(scope.unit_id == unit)  # first, or SQLite looks up every device of the municipality
    statement = (
        select(device, scope)
        .join(assigned, (col(assigned.device_id) == col(device.id)) & col(assigned.until).is_(None))
        .join(scope, col(scope.id) == col(assigned.scope_id))
        .where(
            col(assigned.scope_id).in_(homes), device.status != DeviceStatus.RETIRED,
            (col(device.battery_empty_at) < now + _WORN_WITHIN) | (col(device.battery) < _LOW),
        )
        .order_by(col(device.battery_empty_at).is_(None), col(device.battery_empty_at), col(device.battery))
        .limit(_MOST)
    )  # fmt: skip
    return [(one, where) for one, where in (await session.exec(statement)).all()]
