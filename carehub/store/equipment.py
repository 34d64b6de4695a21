"""Which devices an alert tells of, and what they are called."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import col, or_, select

from carehub.core.answers.alerts import Status
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


async def open_about(
    session: Session, devices: Collection[str], kinds: Collection[str]
) -> list[tuple[tables.Alert, set[str]]]:  # fmt: skip
    """Open alerts of these kinds that tell of one of these devices, each with all of which it tells."""
    alert = tables.Alert
    found = await session.exec(select(alert).where(alert.status != Status.CLOSED, col(alert.kind).in_(kinds)))
    waiting = found.all()
    told = await told_of(session, [one.id for one in waiting])
    return [(one, told[one.id]) for one in waiting if not told[one.id].isdisjoint(devices)]


async def off_among(session: Session, devices: Collection[str]) -> set[str]:
    """Which of these are silent, or protect nobody."""
    device = tables.Device
    off = or_(col(device.silent_since).is_not(None), col(device.blind_since).is_not(None))
    return set((await session.exec(select(device.id).where(col(device.id).in_(devices), off))).all())
