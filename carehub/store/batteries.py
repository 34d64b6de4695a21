"""Batteries day by day, and when each will be empty."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import col, select

from carehub.core.watching.battery import empty_at
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.stream import upsert

LOW = "battery-low"
_HISTORY = timedelta(days=90)
_LOW, _FULL = 15.0, 30.0
"""As the rules that ship have it: from here on it is told, and above there it was changed."""
_SOON = timedelta(days=7)


async def keep_readings(session: Session, levels: Mapping[str, float], now: datetime) -> None:
    """Keep the last reading of each day, and forecast anew whose day it is."""
    if not levels:
        return
    rows = [{"device_id": one, "day": now.date(), "at": now, "level": level} for one, level in levels.items()]
    statement = upsert(session, tables.BatteryReading)
    statement = statement.on_conflict_do_update(
        index_elements=["device_id", "day"], set_={"at": statement.excluded.at, "level": statement.excluded.level}
    )
    await (await session.connection()).execute(statement, rows)
    for one in levels:
        device = await session.get(tables.Device, one)
        if device is not None:
            device.battery_empty_at = await _forecast(session, one, now)


async def _forecast(session: Session, device_id: str, now: datetime) -> datetime | None:
    reading = tables.BatteryReading
    statement = (
        select(reading.at, reading.level)
        .where(reading.device_id == device_id, reading.at > now - _HISTORY)
        .order_by(col(reading.at))
    )
    return empty_at([(at, level) for at, level in (await session.exec(statement)).all()])


class Worn(NamedTuple):
    """A device whose battery is to be changed, and the unit where it stands."""

    device: str
    unit: str | None


_STANDS = """
    FROM device JOIN assignment ON assignment.device_id = device.id AND assignment.until IS NULL
    JOIN scope ON scope.id = assignment.scope_id
"""
_TOLD = "SELECT device_id FROM alert WHERE kind = ? AND status <> 'closed'"
_WORN = f"""
    SELECT DISTINCT device.id, scope.unit_id {_STANDS}
    WHERE device.battery <= ? OR device.battery_empty_at < ? OR device.id IN ({_TOLD})
"""
_STILL_LOW = f"SELECT device.id {_STANDS} WHERE device.id = ANY (?) AND device.battery <= ?"
_CHANGED = """
    SELECT DISTINCT device.id FROM alert JOIN device ON device.id = alert.device_id
    JOIN alert_event ON alert_event.alert_id = alert.id JOIN event ON event.seq = alert_event.event_seq
    WHERE alert.kind = ? AND alert.status <> 'closed' AND event.kind = 'battery' AND event.device_id = device.id
        AND device.battery > ?
"""


async def worn(session: Session, now: datetime) -> list[Worn]:
    """What is low, or will be empty within days, or has said so without a figure; only what stands somewhere."""
    return [Worn(*row) for row in await sql.ask(session, _WORN, _LOW, now + _SOON, LOW)]


async def still_low(session: Session, devices: Collection[str]) -> set[str]:
    """Those of them that stand somewhere and have not said that they are full."""
    found = await sql.ask(session, _STILL_LOW, list(devices), _FULL) if devices else []
    return {name for (name,) in found}


async def changed(session: Session) -> list[str]:
    """Devices that told by a figure that their battery is low, in an alert still open, and now tell that it is not."""
    return [name for (name,) in await sql.ask(session, _CHANGED, LOW, _FULL)]
