"""Residents over time: who is cared for, where each has lived, and what moves with them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as columns
from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.kit.ids import new_id
from carehub.kit.norwegian import nb_key
from carehub.store import fitting, kin, protected, registry, silences, tables
from carehub.store.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A resident as a list shows them.

    Attributes:
        until: When they moved out of the last home that they had; None while they live there.
    """

    id: str
    given_name: str
    family_name: str
    scope_id: str | None
    scope: str | None
    unit_id: str | None
    unit: str | None
    until: datetime | None

    @property
    def words(self) -> str:
        """What a search looks in, without case."""
        parts = (self.given_name, self.family_name, self.scope, self.unit)
        return " ".join(part for part in parts if part).casefold()


async def everybody(session: Session) -> list[Row]:
    """Everybody who is or was cared for, with their last home, by family name in Norwegian order."""
    who, lives, scope, unit = tables.Resident, tables.Residency, tables.Scope, tables.Unit
    statement = (
        columns(
            col(who.id),
            col(who.given_name),
            col(who.family_name),
            col(scope.id),
            col(scope.name),
            col(unit.id),
            col(unit.name),
            col(lives.until),
        )
        .join(lives, col(lives.resident_id) == col(who.id), isouter=True)
        .join(scope, col(scope.id) == col(lives.scope_id), isouter=True)
        .join(unit, col(unit.id) == col(scope.unit_id), isouter=True)
        .order_by(col(lives.since), col(lives.id))
    )
    newest: dict[str, Row] = {}
    found = await (await session.connection()).execute(statement)
    for one, given, family, home, name, unit_id, unit_name, until in found.all():
        newest[one] = Row(
            id=one, given_name=given, family_name=family, scope_id=home, scope=name, unit_id=unit_id, unit=unit_name,
            until=until,
        )  # fmt: skip
    return sorted(newest.values(), key=lambda row: (nb_key(row.family_name), nb_key(row.given_name), row.id))


async def with_national_id(session: Session, number: str) -> Sequence[str]:
    """Who has this national id, by id."""
    resident = tables.Resident
    return (await session.exec(select(resident.id).where(resident.national_id == number).order_by(resident.id))).all()


async def homes_of(session: Session, resident_id: str) -> list[tuple[tables.Residency, tables.Scope | None]]:
    """Where somebody has lived, the newest first."""
    lives = tables.Residency
    statement = (
        select(lives, tables.Scope)
        .join(tables.Scope, col(tables.Scope.id) == col(lives.scope_id), isouter=True)
        .where(lives.resident_id == resident_id)
        .order_by(col(lives.since).desc(), col(lives.id))
    )
    return [(row, scope) for row, scope in (await session.exec(statement)).all()]


async def living_in(session: Session, scope_id: str) -> Sequence[tables.Resident]:
    """Who lives here now."""
    statement = (
        select(tables.Resident)
        .join(tables.Residency, col(tables.Residency.resident_id) == col(tables.Resident.id))
        .where(tables.Residency.scope_id == scope_id, col(tables.Residency.until).is_(None))
    )
    return (await session.exec(statement)).all()


async def devices_around(
    session: Session, resident_id: str, scope_id: str | None
) -> list[tuple[tables.Device, tables.Assignment]]:
    """What stands in the home now, and what is the resident's own."""
    stands = tables.Assignment
    here = (col(stands.scope_id) == scope_id) & (
        col(stands.resident_id).is_(None) | (col(stands.resident_id) == resident_id)
    )
    statement = (
        select(tables.Device, stands)
        .join(stands, col(stands.device_id) == col(tables.Device.id))
        .where(col(stands.until).is_(None), here | (col(stands.resident_id) == resident_id))
        .order_by(col(stands.place), col(tables.Device.address))
    )
    return [(device, row) for device, row in (await session.exec(statement)).all()]


async def move_in(session: Session, resident_id: str, scope_id: str, now: datetime) -> set[str]:
    """From now on somebody lives here, and nowhere else; gives the scopes whose fold must forget what was pending.

    What is their own comes with them and waits for a new test alarm; what stands in the old home stays there.
    """
    touched = await _move_out(session, resident_id, now) | {scope_id}
    session.add(tables.Residency(id=new_id(), resident_id=resident_id, scope_id=scope_id, since=now))
    await session.flush()
    await protected.hide_homes_of(session, resident_id, now)
    for row in await _own(session, resident_id):
        touched |= await registry.assign_device(session, row.device_id, scope_id, resident_id, None, now)
    await silences.end_for(session, touched, "", now)
    return touched


async def end(session: Session, resident_id: str, by: str, now: datetime) -> set[str]:
    """Nobody looks after them any more; gives the scopes whose fold must forget what was pending.

    What was their own belongs to nobody, and what relatives might know ends, a guardian's right too. An agreement that
    had an end of its own is over for good: to take the ending back does not bring it back without that end.
    """
    touched = await _move_out(session, resident_id, now)
    for row in await _own(session, resident_id):
        touched |= await fitting.take_down(session, row.device_id, now)
    for relation, person in await kin.family_of(session, resident_id, now):
        if relation.until is None:
            relation.until = now
            await kin.withdraw(session, person.id, resident_id)
        else:
            await kin.end(session, relation, by, "Omsorgen er avsluttet", now)
    await silences.end_for(session, touched, "", now)
    return touched


async def resume(session: Session, resident_id: str) -> str | None:
    """They were not to leave: home and relatives are again as they were. None where there is nothing to undo."""
    newest = await _newest(session, resident_id)
    if newest is None or newest.until is None:
        return None
    for relation in await _relations(session, resident_id, newest.until):
        relation.until = None
    newest.until = None
    return newest.scope_id


async def open_alerts(session: Session, resident_id: str, scopes: Collection[str]) -> Sequence[tables.Alert]:
    """What is not closed about somebody in these places, the oldest first, locked for us."""
    alert = tables.Alert
    statement = select(alert).where(
        alert.resident_id == resident_id, col(alert.scope_id).in_(scopes), alert.status != Status.CLOSED
    )
    return (await session.exec(statement.order_by(col(alert.raised_at)).with_for_update())).all()


async def own_devices(session: Session, resident_id: str) -> list[str]:
    """What is their own, and not their home's."""
    return [row.device_id for row in await _own(session, resident_id)]


async def stands_in(session: Session, device_id: str | None, scopes: Collection[str]) -> bool:
    """Whether a device stands in one of these places now."""
    stands = tables.Assignment
    statement = select(stands.id).where(
        stands.device_id == device_id, col(stands.scope_id).in_(scopes), col(stands.until).is_(None)
    )
    return (await session.exec(statement)).first() is not None


async def _move_out(session: Session, resident_id: str, now: datetime) -> set[str]:
    lives = tables.Residency
    open_rows = select(lives).where(lives.resident_id == resident_id, col(lives.until).is_(None))
    touched = set()
    for row in (await session.exec(open_rows)).all():
        row.until = now
        touched.add(row.scope_id)
    return touched


async def shared(session: Session, resident_id: str, scopes: Collection[str]) -> set[str]:
    """In which of these places somebody else lives: what is known of them there stays as it is."""
    lives = tables.Residency
    statement = select(lives.scope_id).where(
        col(lives.scope_id).in_(scopes), lives.resident_id != resident_id, col(lives.until).is_(None)
    )
    return set((await session.exec(statement)).all())


async def _newest(session: Session, resident_id: str) -> tables.Residency | None:
    lives = tables.Residency
    statement = select(lives).where(lives.resident_id == resident_id)
    return (await session.exec(statement.order_by(col(lives.since).desc(), col(lives.id)).limit(1))).first()


async def _own(session: Session, resident_id: str) -> Sequence[tables.Assignment]:
    stands = tables.Assignment
    return (
        await session.exec(select(stands).where(stands.resident_id == resident_id, col(stands.until).is_(None)))
    ).all()


async def _relations(session: Session, resident_id: str, ended: datetime) -> Sequence[tables.Relation]:
    """Those that ended with the care, and were ended by nobody."""
    relation = tables.Relation
    same = (relation.resident_id == resident_id, col(relation.until) == ended, col(relation.ended_by_id).is_(None))
    return (await session.exec(select(relation).where(*same))).all()
