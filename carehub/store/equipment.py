"""Which devices an alert tells of, and what they are called."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session


class Name(NamedTuple):
    """What people call a device, if anything, and what it calls itself."""

    label: str | None
    address: str


async def names(session: Session, devices: Collection[str]) -> dict[str, Name]:
    """What each of these is called."""
    device = tables.Device
    statement = select(device.id, device.label, device.address).where(col(device.id).in_(devices))
    return {one: Name(label, address) for one, label, address in (await session.exec(statement)).all()}


async def told_of(session: Session, alerts: Collection[str]) -> defaultdict[str, set[str]]:
    """By alert: the devices whose reports it has."""
    part, event = tables.AlertEvent, tables.Event
    statement = (
        select(part.alert_id, event.device_id)
        .join(event, col(event.seq) == col(part.event_seq))
        .where(col(part.alert_id).in_(alerts), col(event.device_id).is_not(None))
        .distinct()
    )
    told: defaultdict[str, set[str]] = defaultdict(set)
    for alert, device in (await session.exec(statement)).all() if alerts else ():
        told[alert].add(device or "")
    return told
