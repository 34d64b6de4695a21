"""Homes and rooms: what stands in each, and whether anything ever did."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlalchemy import select as columns
from sqlmodel import col, delete, func, select

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Errand, tells_unit
from carehub.kit.norwegian import nb_key
from carehub.store import protected, sql, tables
from carehub.store.database import Session
from carehub.store.residencies import lives_now
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


async def unit_phone(session: Session, resident_id: str, errand: Errand, now: datetime) -> str | None:
    """The telephone of the unit that looks after somebody now; None without one, or where the unit is not told."""
    lives, scope, unit = tables.Residency, tables.Scope, tables.Unit
    statement = (
        select(scope.id, unit.phone)
        .join(lives, col(lives.scope_id) == col(scope.id))
        .join(unit, col(unit.id) == col(scope.unit_id))
        .where(lives.resident_id == resident_id, lives_now(now), col(unit.phone).is_not(None))
        .order_by(col(lives.since).desc(), col(lives.id))
    )
    found = (await session.exec(statement)).first()
    if found is None:
        return None
    own = await protected.of_resident(session, resident_id)
    gradings = {await protected.of_home(session, found[0]), *([own.mark] if own else [])}
    return found[1] if all(tells_unit(mark, errand) for mark in gradings) else None


async def who_lives_in(session: Session, scopes: Collection[str], now: datetime) -> dict[str, list[str]]:
    """By scope, everybody who lives there now, whoever moved in first first."""
    lives, found = tables.Residency, defaultdict[str, list[str]](list)
    statement = (
        select(lives.scope_id, lives.resident_id)
        .where(col(lives.scope_id).in_(scopes), lives_now(now))
        .order_by(col(lives.since), col(lives.id))
    )
    for scope, who in (await session.exec(statement)).all():
        found[scope].append(who)
    return dict(found)


async def units_of_residents(session: Session, now: datetime) -> dict[str, str | None]:
    """The unit that looks after each resident, or did last: whoever has moved out is nobody else's to look at."""
    return dict(zip(*await sql.columns(session, _LIVES_IN, ("resident_id", "unit_id"), now), strict=True))


_LIVES_IN = """
    SELECT residency.resident_id, scope.unit_id FROM residency JOIN scope ON scope.id = residency.scope_id
    WHERE residency.since <= ? ORDER BY residency.since
"""  # most pages ask it, of everybody: as rows it took three times as long


async def phones_told_outside(session: Session, residents: Collection[str], now: datetime) -> dict[str, str]:
    """By resident, the telephone of the unit that looks after them now, where it may be told outside the house.

    A graded address hides the unit of everybody who lives there.
    """
    if not residents:
        return {}
    lives, scope, unit = tables.Residency, tables.Scope, tables.Unit
    statement = (
        select(lives.resident_id, scope.id, unit.phone)
        .join(scope, col(scope.id) == col(lives.scope_id))
        .join(unit, col(unit.id) == col(scope.unit_id))
        .where(col(lives.resident_id).in_(residents), lives_now(now), col(unit.phone).is_not(None))
        .order_by(col(lives.since), col(lives.id))
    )
    found = (await session.exec(statement)).all()
    graded = {who for who, mark in (await protected.marks(session)).items() if not tells_unit(mark, Errand.OUTSIDE)}
    hidden = select(lives.scope_id).where(col(lives.resident_id).in_(graded), lives_now(now))
    homes = set((await session.exec(hidden)).all()) if graded else set()
    return {who: phone for who, home, phone in found if phone and who not in graded and home not in homes}


async def attended(session: Session, now: datetime) -> dict[str, datetime]:
    """Homes and rooms in which somebody has said that they are there and is not done, each with when that time ends."""
    alert, scope = tables.Alert, tables.Scope
    statement = (
        select(scope.id, func.max(alert.due_at))
        .join(alert, col(alert.scope_id) == col(scope.id))
        .where(
            alert.status == Status.ARRIVED, col(alert.due_at) > now,
            col(scope.kind).in_([ScopeKind.HOME, ScopeKind.ROOM]),
        )
        .group_by(col(scope.id))
    )  # fmt: skip
    return {home: until for home, until in (await session.exec(statement)).all() if until is not None}
