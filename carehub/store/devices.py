"""Devices as the watch sees them: who was heard, who came back, who fell silent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus

_INTERVALS = 2.0
"""How many expected intervals may pass in silence."""


async def write_heard(session: Session, heard: dict[str, datetime]) -> None:
    """Write down when each device was last heard, by its own genuine message."""
    if not heard:
        return
    device = tables.Device.__table__  # type: ignore[attr-defined]
    statement = update(device).where(device.c.id == bindparam("device")).values(last_seen_at=bindparam("at"))
    rows = [{"device": one, "at": at} for one, at in heard.items()]
    await (await session.connection()).execute(statement, rows)


async def returned(session: Session, heard: Collection[str]) -> list[tables.Device]:
    """Devices that were silent and have spoken; from now on they are not silent."""
    statement = select(tables.Device).where(col(tables.Device.silent_since).is_not(None))
    back = [device for device in (await session.exec(statement)).all() if device.id in heard]
    for device in back:
        device.silent_since = None
    return back


async def fallen_silent(session: Session, now: datetime) -> list[tables.Device]:
    """In service, supervised, and not heard for twice as long as it should; from now on they are silent."""
    statement = select(tables.Device).where(
        tables.Device.status == DeviceStatus.IN_SERVICE,
        col(tables.Device.expected_interval_s).is_not(None),
        col(tables.Device.silent_since).is_(None),
    )
    silent = [device for device in (await session.exec(statement)).all() if _is_late(device, now)]
    for device in silent:
        device.silent_since = now
    return silent


async def silent(session: Session) -> Sequence[tables.Device]:
    """Every device in service that is silent now."""
    statement = select(tables.Device).where(
        tables.Device.status == DeviceStatus.IN_SERVICE, col(tables.Device.silent_since).is_not(None)
    )
    return (await session.exec(statement)).all()


async def address_of_token(session: Session, token_hash: str) -> str | None:
    """The device that may send with this secret, by its own name."""
    statement = select(tables.Device.address).where(
        tables.Device.token_hash == token_hash, tables.Device.status != DeviceStatus.RETIRED
    )
    return (await session.exec(statement)).first()


async def write_batteries(session: Session, batteries: dict[str, float]) -> None:
    """Write down how full each battery is."""
    if not batteries:
        return
    device = tables.Device.__table__  # type: ignore[attr-defined]
    statement = update(device).where(device.c.id == bindparam("device")).values(battery=bindparam("level"))
    rows = [{"device": one, "level": level} for one, level in batteries.items()]
    await (await session.connection()).execute(statement, rows)


def _is_late(device: tables.Device, now: datetime) -> bool:
    """A device that was never heard counts from the day it was listed; one without that day is late already."""
    heard = device.last_seen_at or device.first_seen_at
    return heard is None or heard < now - timedelta(seconds=_INTERVALS * (device.expected_interval_s or 0))
