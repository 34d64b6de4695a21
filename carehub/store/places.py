"""Homes and rooms: what stands in each, and whether anything ever did."""

from dataclasses import dataclass

from sqlalchemy import exists
from sqlalchemy import select as columns
from sqlmodel import col, delete, func, select

from carehub.kit.norwegian import nb_key
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A home or a room as a list shows it."""

    id: str
    name: str
    kind: ScopeKind
    unit_id: str | None
    unit: str | None
    devices: int
    people: int

    @property
    def words(self) -> str:
        """What a search looks in, without case."""
        return f"{self.name} {self.unit or ''}".casefold()


async def everywhere(session: Session) -> list[Row]:
    """Every home and room with how many live and how many devices stand there now, in Norwegian order."""
    scope, unit, stands, lives = tables.Scope, tables.Unit, tables.Assignment, tables.Residency
    devices = select(stands.scope_id, func.count()).where(col(stands.until).is_(None)).group_by(col(stands.scope_id))
    people = select(lives.scope_id, func.count()).where(col(lives.until).is_(None)).group_by(col(lives.scope_id))
    standing, living = dict((await session.exec(devices)).all()), dict((await session.exec(people)).all())
    statement = (
        columns(col(scope.id), col(scope.name), col(scope.kind), col(unit.id), col(unit.name))
        .join(unit, col(unit.id) == col(scope.unit_id), isouter=True)
        .where(col(scope.kind).in_([ScopeKind.HOME, ScopeKind.ROOM]))
    )
    found = await (await session.connection()).execute(statement)
    rows = [
        Row(
            id=key, name=name, kind=ScopeKind(kind), unit_id=unit_id, unit=unit_name, devices=standing.get(key, 0),
            people=living.get(key, 0),
        )
        for key, name, kind, unit_id, unit_name in found.all()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (nb_key(row.name), row.id))


async def devices_in(session: Session, scope_id: str) -> list[tuple[tables.Device, tables.Assignment]]:
    """What stands here now."""
    stands = tables.Assignment
    statement = (
        select(tables.Device, stands)
        .join(stands, col(stands.device_id) == col(tables.Device.id))
        .where(stands.scope_id == scope_id, col(stands.until).is_(None))
        .order_by(col(stands.place), col(tables.Device.address))
    )
    return [(device, row) for device, row in (await session.exec(statement)).all()]


async def remove(session: Session, scope: tables.Scope) -> None:
    """A place that was entered by mistake, with what was written of how one gets in."""
    await session.exec(delete(tables.WayIn).where(col(tables.WayIn.scope_id) == scope.id))
    await session.delete(scope)


async def is_unused(session: Session, scope_id: str) -> bool:
    """Whether nobody has ever lived here, nothing has stood here, and no alert was raised here."""
    used = (
        exists().where(col(tables.Residency.scope_id) == scope_id)
        | exists().where(col(tables.Assignment.scope_id) == scope_id)
        | exists().where(col(tables.Alert.scope_id) == scope_id)
    )
    return not (await session.exec(select(used))).one()
