"""Who looked at a resident's data, for the resident to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session

MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look, or one change."""

    at: datetime
    action: str
    because: str | None
    person: tables.Person | None
    unit: str | None


async def about(session: Session, resident_id: str, since: datetime, until: datetime) -> list[Reading]:
    """Every look at this resident in [since, until), the newest first, `MOST` at the most."""
    log = tables.AccessLog
    rows = await session.exec(
        select(log, tables.Person, tables.Unit.name)
        .join(tables.Person, col(tables.Person.id) == col(log.person_id), isouter=True)
        .join(tables.Unit, col(tables.Unit.id) == col(tables.Person.unit_id), isouter=True)
        .where(log.resident_id == resident_id, log.at >= since, log.at < until)
        .order_by(col(log.id).desc())
        .limit(MOST)
    )
    return [
        Reading(at=row.at, action=row.action, because=row.because, person=person, unit=unit)
        for row, person, unit in rows.all()
    ]
