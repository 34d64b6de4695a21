"""How wards are drawn: the newest drawing counts, and the one before it can be had back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.json import decode, encode
from sqlmodel import col, select

from carehub.core.showing.floor_plan import Part
from carehub.kit.ids import new_id
from carehub.kit.norwegian import nb_key
from carehub.store import tables
from carehub.store.called import Home
from carehub.store.database import Session
from carehub.store.registers import Named
from carehub.store.residencies import lives_now
from carehub.store.tables.places import ScopeKind


@dataclass(slots=True)
class Living:
    """A room of the register, and who lives there now."""

    scope: Home
    residents: list[Named] = field(default_factory=list)


async def rooms(session: Session, unit_id: str, now: datetime) -> list[Living]:
    """Every room of a unit, in the order in which people count them."""
    return await living(session, unit_id, now, ScopeKind.ROOM)


async def living(session: Session, unit_id: str, now: datetime, *kinds: ScopeKind) -> list[Living]:
    """Every room and home of a unit with who lives there now, in the order in which people count them.

    Args:
        kinds: Only these. A zone of home care has hundreds of homes, and no rooms.
    """
    scope, residency, who = tables.Scope, tables.Residency, tables.Resident
    columns: Any = select  # more columns than its types know
    statement = (
        columns(scope.id, scope.name, scope.unit_id, who.id, who.given_name, who.family_name)
        .select_from(scope)
        .join(residency, (col(residency.scope_id) == col(scope.id)) & lives_now(now), isouter=True)
        .join(who, col(who.id) == col(residency.resident_id), isouter=True)
        .where(scope.unit_id == unit_id, col(scope.kind).in_(kinds or (ScopeKind.ROOM, ScopeKind.HOME)))
        .order_by(scope.id, who.given_name)
    )
    found: dict[str, Living] = {}
    for room, name, unit, resident, given, family in (await session.exec(statement)).all():
        one = found.setdefault(room, Living(Home(room, name, unit)))
        if resident is not None:
            one.residents.append(Named(resident, given, family))
    return sorted(found.values(), key=lambda one: _counted(one.scope.name))


def _counted(name: str) -> tuple[int, object]:
    """By the number, where there is one: room 9 before room 10."""
    digits = "".join(sign for sign in name if sign.isdigit())
    return int(digits or 0), nb_key(name)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A unit as it is drawn; version 0 and no parts where nobody has."""

    version: int = 0
    parts: list[Part] = field(default_factory=list)


async def newest(session: Session, unit_id: str) -> Drawing:
    """The drawing that counts."""
    row = await _newest(session, unit_id)
    return Drawing(row.version, decode(row.parts, type=list[Part])) if row else Drawing()


async def _newest(session: Session, unit_id: str) -> tables.FloorPlan | None:
    plan = tables.FloorPlan
    statement = select(plan).where(plan.unit_id == unit_id).order_by(col(plan.version).desc()).limit(1)
    return (await session.exec(statement)).first()


async def save(session: Session, unit_id: str, parts: list[Part], *, after: int, by: str | None, now: datetime) -> bool:
    """From now on the unit is drawn so; False where somebody else has saved since version `after`."""
    row = await _newest(session, unit_id)
    if (row.version if row else 0) != after:
        return False
    body = encode(parts).decode()
    made = tables.FloorPlan(
        id=new_id(), unit_id=unit_id, version=after + 1, parts=body, saved_at=now, saved_by_id=by
    )  # fmt: skip
    session.add(made)
    return True


async def undo(session: Session, unit_id: str, version: int) -> bool:
    """Take the newest drawing back, if it is this one: it walks backwards, to the one that nobody drew."""
    row = await _newest(session, unit_id)
    if row is None or row.version != version:
        return False
    await session.delete(row)
    return True
