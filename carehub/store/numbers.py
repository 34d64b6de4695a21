"""The devices' running numbers: what came since the last look, and what is missing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlmodel import col, select

from carehub.core.watching.numbering import Count, Range
from carehub.store import sql, tables
from carehub.store.database import Session

_NEWEST = "SELECT coalesce(max(seq), 0) FROM event"
_COUNTED = "SELECT counted_to FROM ownership WHERE partition = 0"
_NUMBERED = """
    SELECT device_id, number FROM event
    WHERE seq > ? AND seq <= ? AND number IS NOT NULL AND device_id IS NOT NULL AND outcome <> 'state_only'
    ORDER BY seq
"""
_COUNTED_TO = "UPDATE ownership SET counted_to = ? WHERE partition = 0 AND counted_to < ?"
_LAST = "SELECT id, last_number FROM device WHERE id = ANY (?)"
_NOTE = "UPDATE device SET last_number = ? WHERE id = ?"


async def unread(session: Session) -> tuple[list[tuple[str, int]], int]:
    """Device and number of each event since the last look, in the order in which they came; and how far that was.

    For a session that only reads: on a busy hub it passes over tens of thousands of events.
    """
    newest = (await sql.ask(session, _NEWEST))[0][0]
    counted = (await sql.ask(session, _COUNTED))[0][0]
    rows = await sql.ask(session, _NUMBERED, counted, newest) if newest > counted else ()
    return [(device, number) for device, number in rows], newest


async def read_to(session: Session, newest: int) -> None:
    """Those are read now."""
    await sql.change(session, _COUNTED_TO, newest, newest)


async def counts(session: Session, devices: Collection[str]) -> dict[str, Count]:
    """Where each of these is in its count; none for a device that is in no register."""
    if not devices:
        return {}
    gaps = await session.exec(select(tables.DeviceGap).where(col(tables.DeviceGap.device_id).in_(devices)))
    missing = {gap.device_id: missing_of(gap) for gap in gaps.all()}
    rows = await sql.ask(session, _LAST, list(devices))
    return {device: Count(last, missing.get(device, ())) for device, last in rows}


def missing_of(gap: tables.DeviceGap) -> tuple[Range, ...]:
    """The numbers that are missing."""
    return msgspec.json.decode(gap.missing, type=tuple[Range, ...])


async def note(session: Session, counted: Mapping[str, Count], now: datetime) -> Sequence[tables.DeviceGap]:
    """Write down where each device is now; gives the gaps that are there no more, as they were."""
    if not counted:
        return ()
    await sql.write(session, _NOTE, [(count.last, device) for device, count in counted.items()])
    closed = []
    for device, count in counted.items():
        gap = await session.get(tables.DeviceGap, device)
        if count.missing:
            _keep(session, gap, device, count, now)
        elif gap is not None:
            closed.append(gap)
            await session.delete(gap)
    await session.flush()
    return closed


def _keep(session: Session, gap: tables.DeviceGap | None, device: str, count: Count, now: datetime) -> None:
    newest = count.missing[-1][1]
    gap = gap or tables.DeviceGap(device_id=device, missing="", newest=-1, since=now)
    if newest > gap.newest:
        gap.newest, gap.since = newest, now
    gap.missing = msgspec.json.encode(count.missing).decode()
    session.add(gap)


async def open_gaps(session: Session, before: datetime) -> Sequence[tuple[tables.DeviceGap, tables.Device]]:
    """What has been missing since before then, and from whom."""
    gap, device = tables.DeviceGap, tables.Device
    statement = select(gap, device).join(device, col(device.id) == col(gap.device_id)).where(gap.since <= before)
    return (await session.exec(statement)).all()


async def names(session: Session, devices: Collection[str]) -> dict[str, str]:
    """What staff call each of these devices."""
    rows = (await session.exec(select(tables.Device).where(col(tables.Device.id).in_(devices)))).all()
    return {device.id: device.label or device.address for device in rows}
