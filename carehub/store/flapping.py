"""Devices that come and go: how often, and what has been told of them."""

from datetime import datetime

from sqlmodel import col, func, select

from carehub.core.answers.alerts import Status
from carehub.core.kinds import EventKind
from carehub.store import equipment, tables
from carehub.store.database import Session


async def times_lost(session: Session, scope: str, device: str, since: datetime) -> int:
    """How often a device has gone out of contact since then."""
    event = tables.Event
    statement = select(func.count()).where(
        event.scope_id == scope,
        col(event.at) > since,
        event.device_id == device,
        event.kind == EventKind.DEVICE_OFFLINE,
    )
    return (await session.exec(statement)).one()


async def rename(session: Session, device: str, kind: str, other: str) -> None:
    """The open alert of one kind of a device alone is of another kind from now on, if there is none of that already."""
    alert = tables.Alert
    statement = select(alert).where(
        alert.device_id == device, col(alert.kind).in_([kind, other]), alert.status != Status.CLOSED
    )
    found = {one.kind: one for one in (await session.exec(statement)).all()}
    mine = found.get(kind)
    if mine is None or other in found:
        return
    if (await equipment.told_of(session, [mine.id]))[mine.id] <= {device}:
        mine.kind, mine.dedup_key = other, mine.dedup_key.removesuffix(kind) + other
        session.add(mine)
        await session.flush()


async def closed_since(session: Session, device: str, kind: str, since: datetime) -> str | None:
    """The newest alert of this kind of a device, raised since then, where all of them are closed."""
    alert = tables.Alert
    statement = (
        select(alert.id, alert.status)
        .where(alert.device_id == device, alert.kind == kind, alert.raised_at > since)
        .order_by(col(alert.raised_at).desc())
    )
    found = (await session.exec(statement)).all()
    if not found or any(status is not Status.CLOSED for _, status in found):
        return None
    return found[0][0]
