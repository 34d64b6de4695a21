"""Roll-calls: whose shift has begun and must be asked, who has answered, who is silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, update
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session

ASK_WITHIN = timedelta(minutes=30)
"""A shift that began longer ago than this, while the hub was down, is not asked about any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A shift that has begun, and nobody has asked its telephone yet."""

    person: str
    unit: str
    since: datetime


class Called(NamedTuple):
    """Whom a list names: of hundreds on duty, whole rows are wide."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody on duty now, and what their telephone said at the start of the shift.

    Attributes:
        call: None where none was asked for.
    """

    unit: str
    person: Called
    call: tables.RollCall | None

    @property
    def is_silent(self) -> bool:
        """The time is over, others have been told, and there is still no answer."""
        return self.call is not None and self.call.answered_at is None and self.call.told_at is not None


async def started(session: Session, now: datetime) -> list[Start]:
    """Shifts that have just begun, in units that call the roll; one for each person, however many units they have."""
    duty, call = tables.Duty, tables.RollCall
    asked = exists().where(col(call.person_id) == col(duty.person_id), col(call.since) == col(duty.since))
    statement = (
        select(duty.person_id, duty.unit_id, duty.since)
        .join(tables.Unit, col(tables.Unit.id) == col(duty.unit_id))
        .where(
            duty.since <= now, duty.since > now - ASK_WITHIN, duty.until > now, tables.Unit.roll_call, ~asked,
        )
        .order_by(duty.person_id, duty.unit_id)
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    found = {(person, since): Start(person=person, unit=unit, since=since) for person, unit, since in reversed(rows)}
    return list(reversed(found.values()))


async def overdue(session: Session, now: datetime) -> Sequence[tables.RollCall]:
    """Those that should have answered by now, and of whom nobody has been told."""
    call = tables.RollCall
    statement = (
        select(call)
        .where(call.due_at <= now, col(call.answered_at).is_(None), col(call.told_at).is_(None))
        .order_by(call.unit_id, call.person_id)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def present(session: Session, now: datetime, unit: str | None = None) -> list[Present]:
    """Everybody who has a shift now, in one unit or in all, by unit and name."""
    duty, person, call = tables.Duty, tables.Person, tables.RollCall
    statement = (
        select(duty.unit_id, person.id, person.name, call)
        .join(person, col(person.id) == col(duty.person_id))
        .join(call, (col(call.person_id) == col(duty.person_id)) & (col(call.since) == col(duty.since)), isouter=True)
        .where(duty.since <= now, duty.until > now, person.active)
        .order_by(duty.unit_id, person.name)
    )
    if unit is not None:
        statement = statement.where(duty.unit_id == unit)
    return [
        Present(unit=where, person=Called(who, name), call=asked)
        for where, who, name, asked in (await session.exec(statement)).all()
    ]


async def with_code(session: Session, codes: Sequence[str]) -> tables.RollCall | None:
    """The roll-call that one of these words answers."""
    statement = select(tables.RollCall).where(col(tables.RollCall.code).in_(codes))
    return (await session.exec(statement)).first()


async def waiting(session: Session, now: datetime) -> frozenset[str]:
    """Those whose telephone has been asked and has not answered."""
    return frozenset((await session.exec(select(tables.RollCall.person_id).where(*_waits(now)))).all())


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Asked within a day; an older question is not this shift's."""
    call = tables.RollCall
    return col(call.answered_at).is_(None), col(call.asked_at) > now - timedelta(days=1)


async def answered(session: Session, person_id: str, now: datetime) -> bool:
    """This person's telephone works: whatever waits for their answer has it; False where nothing did."""
    call = tables.RollCall
    statement = update(call).where(col(call.person_id) == person_id, *_waits(now)).values(answered_at=now)
    return (await session.exec(statement)).rowcount > 0
