"""Which devices an alert tells of, and what they are called."""

from collections.abc import Collection

from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session


async def names(session: Session, devices: Collection[str]) -> dict[str, str]:
    """What each of these is called."""
    device = tables.Device
    statement = select(device.id, device.label, device.address).where(col(device.id).in_(devices))
    return {one: label or address for one, label, address in (await session.exec(statement)).all()}


async def told_of(session: Session, alert_id: str) -> set[str]:
    """The devices whose reports an alert has."""
    part, event = tables.AlertEvent, tables.Event
    statement = select(event.device_id).join(part, col(part.event_seq) == col(event.seq))
    found = await session.exec(statement.where(part.alert_id == alert_id, col(event.device_id).is_not(None)).distinct())
    return {device for device in found.all() if device}
