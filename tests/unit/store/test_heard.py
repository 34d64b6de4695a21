"""What devices have told: what is news is found without the writer, and written in one statement."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from carehub.core.watching.supervision import DeviceKind
from carehub.store import devices, heard, sql, tables
from carehub.store.database import Database
from carehub.store.tables.places import DeviceStatus
from tests.journeys.building import NIGHT

_HOUR = timedelta(hours=1)


async def _list(database: Database, *kinds: DeviceKind) -> None:
    async with database.write() as session:
        session.add_all(
            tables.Device(id=f"d{at}", source="trial", address=f"d{at}", kind=kind, status=DeviceStatus.IN_SERVICE)
            for at, kind in enumerate(kinds)
        )


async def _told(database: Database, told: dict[tuple[str, str], datetime]) -> dict[tuple[str, str], datetime]:
    async with database.read() as session:
        news = await heard.news(session, told)
    async with database.write() as session:
        await heard.note(session, news)
    return news


async def test_what_a_device_tells_is_news_once_a_day(database: Database) -> None:
    await _list(database, DeviceKind.UNKNOWN, DeviceKind.UNKNOWN)
    first = {("d0", "motion.detected"): NIGHT, ("d1", "door.opened"): NIGHT}

    assert await _told(database, first) == first
    assert await _told(database, {one: at + _HOUR for one, at in first.items()}) == {}
    assert await _told(database, {("d0", "door.opened"): NIGHT, ("nobody", "door.opened"): NIGHT}) == {
        ("d0", "door.opened"): NIGHT
    }
    tomorrow = {("d1", "door.opened"): NIGHT + 25 * _HOUR}
    assert await _told(database, tomorrow) == tomorrow


async def test_only_what_nobody_has_named_or_only_roughly_is_named_by_what_it_sent(database: Database) -> None:
    known = (DeviceKind.UNKNOWN, DeviceKind.SENSOR, DeviceKind.BUTTON)
    await _list(database, *known, *known)
    said = {f"d{at}": DeviceKind.BUTTON if at < len(known) else DeviceKind.SENSOR for at in range(6)}

    async with database.read() as session:
        untold = await devices.untold_kinds(session, said)
        assert await devices.untold_kinds(session, {}) == {}

    assert untold == {"d0": DeviceKind.BUTTON, "d1": DeviceKind.BUTTON, "d3": DeviceKind.SENSOR}
    async with database.write() as session:
        await devices.write_kinds(session, said)
    async with database.read() as session:
        assert await devices.untold_kinds(session, {name: said[name] for name in ("d0", "d1")}) == {}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("last_seen_at", {"d0": NIGHT, "d2": NIGHT + _HOUR}),
        ("battery", {"d0": 12.5, "d1": 100.0}),
        ("runs_until", {"d0": NIGHT, "d1": None}),
    ],
)
async def test_each_row_has_its_own_value_and_the_others_keep_theirs(
    database: Database, column: str, values: dict[str, Any]
) -> None:
    await _list(database, *[DeviceKind.UNKNOWN] * 4)
    before = {"d1": NIGHT - _HOUR, "d3": NIGHT - _HOUR} if column != "battery" else {"d1": 3.0, "d3": 3.0}
    async with database.write() as session:
        await sql.set_each(session, tables.Device, column, before)
        await sql.set_each(session, tables.Device, column, values | {"nobody": values["d0"]})
        await sql.set_each(session, tables.Device, column, {})

    async with database.read() as session:
        rows = (await session.exec(select(tables.Device).order_by(col(tables.Device.id)))).all()
    assert {row.id: getattr(row, column) for row in rows} == dict.fromkeys(("d0", "d1", "d2", "d3")) | before | values
