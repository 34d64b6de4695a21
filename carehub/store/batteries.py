"""Batteries day by day, and when each will be empty."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import col, select

from carehub.core.watching.battery import empty_at
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.stream import upsert

_HISTORY = timedelta(days=90)


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
