"""What models learn from, and the models that were trained."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from carehub.contracts import Activity
from carehub.core.findings import Outcome
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.residencies import events_of, events_of_anybody, lives_now

_NOT_ACTIVITY = ("temperature", "humidity", "illuminance", "battery", "power", "device.heartbeat", "battery.low")

IS_ACTIVITY = col(tables.Event.kind).not_in(_NOT_ACTIVITY) & (tables.Event.outcome != Outcome.UNCHANGED)
"""What a life can be seen by: neither measurements nor what a device merely repeats."""
IS_ACTIVITY_SQL = f"kind NOT IN {_NOT_ACTIVITY} AND outcome <> '{Outcome.UNCHANGED}'"
"""The same in plain SQL."""


async def activities(session: Session, since: datetime) -> dict[str, Sequence[Activity]]:
    """Everybody's activity since then, without names: what, where, when; by resident, oldest first."""
    event = tables.Event
    statement = (
        select(event.resident_id, event.at, event.kind, event.place)
        .where(events_of_anybody(), event.at >= since, IS_ACTIVITY)
        .order_by(col(event.resident_id), col(event.at))
    )
    found: dict[str, list[Activity]] = defaultdict(list)
    for who, at, kind, place in (await session.exec(statement)).all():
        found[who or ""].append(Activity(at=at, kind=kind, place=place))
    return dict(found)


async def of_resident(session: Session, resident: str, since: datetime, limit: int = 60_000) -> list[Activity]:
    """One resident's activity since then, oldest first; of more than the limit the newest."""
    event = tables.Event
    statement = (
        select(event.at, event.kind, event.place)
        .where(events_of(resident), event.at >= since, IS_ACTIVITY)
        .order_by(col(event.at).desc())
        .limit(limit)
    )
    rows = (await session.exec(statement)).all()
    return [Activity(at=at, kind=kind, place=place) for at, kind, place in reversed(rows)]


async def scope_of(session: Session, resident: str, now: datetime) -> str | None:
    """Where a resident lives now."""
    statement = select(tables.Residency.scope_id).where(tables.Residency.resident_id == resident, lives_now(now))
    return (await session.exec(statement)).first()


async def inhabited(session: Session, now: datetime) -> Sequence[str]:
    """Homes and rooms where somebody lives now."""
    life = tables.Residency
    statement = select(life.scope_id).where(lives_now(now)).distinct().order_by(life.scope_id)
    return (await session.exec(statement)).all()
