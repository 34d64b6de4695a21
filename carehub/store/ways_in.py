"""How one gets into a home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from carehub.store import protected, tables
from carehub.store.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a coordinator has filled in. A code that is None stays as it is; an empty one is taken away."""

    address: str
    key_box: str
    key_box_code: str | None
    door_code: str | None
    pets: str
    oxygen: bool
    smoking: bool
    hazard: str
    note: str


async def of_scope(session: Session, scope_id: str) -> tables.WayIn | None:
    """Into this home; None where nobody has written it down."""
    return await session.get(tables.WayIn, scope_id)


async def write(
    session: Session, scope: tables.Scope, entry: Entry, by: str, now: datetime, *, keep_empty: bool = False
) -> None:
    """Write it down, in the place of what was there; with `keep_empty` an empty text leaves what was there."""
    row = await session.get(tables.WayIn, scope.id) or tables.WayIn(scope_id=scope.id, changed_at=now)
    for name in ("address", "key_box", "pets", "hazard"):
        if getattr(entry, name) or not keep_empty:
            setattr(row, name, getattr(entry, name) or None)
    row.oxygen, row.smoking = entry.oxygen, entry.smoking
    if entry.key_box_code is not None:
        row.key_box_code = entry.key_box_code or None
    if entry.door_code is not None:
        row.door_code = entry.door_code or None
    row.changed_at, row.changed_by_id = now, by
    if entry.note or not keep_empty:
        home = await protected.sealed(session, scope.id) or scope
        home.access_note = entry.note or None
        session.add(home)
    session.add(row)


async def living_in(session: Session, scope_id: str) -> Sequence[tables.Resident]:
    """Who lives there now."""
    living = tables.Residency
    asked = (
        select(tables.Resident)
        .join(living, col(living.resident_id) == col(tables.Resident.id))
        .where(living.scope_id == scope_id, col(living.until).is_(None))
    )
    return (await session.exec(asked.order_by(tables.Resident.given_name))).all()
