"""The village's rotation, told in two ways: by the village's own reckoning, and by the hub's plan."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from carehub.app.move_in import move_in, plan_shifts
from carehub.core.people.coverage import Horizon
from carehub.store import people, staffing, tables
from carehub.store.database import Database
from carehub.village.homes import directory
from carehub.village.rotation import at_work, rotation

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 3, 28), date(2026, 10, 24)])
async def test_somebody_can_be_reached_in_every_unit_day_and_night(sqlite_url: str, day: date) -> None:
    """F53: the demonstration's own plan has no gap, over the days of the change neither."""
    village, database = directory(1), Database(sqlite_url)
    now = datetime.combine(day, datetime.min.time(), UTC)
    await move_in(database, village, "x", now)

    on_duty = await plan_shifts(database, village, OSLO, now)

    async with database.read() as session:
        ahead = await staffing.gaps_ahead(session, now)
        neighbours = (await session.exec(select(tables.UnitNeighbour))).all()
        by_the_hub = {one.id for one in await people.staff(session, now) if one.shifts}
    await database.close()
    assert {unit.id: ahead[unit.id][Horizon.FORTNIGHT] for unit in village.units} == {u.id: [] for u in village.units}
    assert by_the_hub < on_duty
    assert len(neighbours) == len(village.units) * (len(village.units) - 1)


async def test_the_hub_and_the_village_agree_on_who_is_at_work(sqlite_url: str) -> None:
    """F35: two programs that share no code, asked each half hour over the night of the change."""
    village, database = directory(1), Database(sqlite_url)
    start = datetime(2026, 10, 24, 18, tzinfo=UTC)
    await move_in(database, village, "x", start)
    await plan_shifts(database, village, OSLO, start)
    shifts = rotation(village.persons)

    async with database.read() as session:
        for step in range(48):
            now = start + step * timedelta(minutes=30)
            hub = {one.id for one in await people.staff(session, now) if one.shifts}
            own = {one.id for one in village.persons if at_work(shifts, one.id, now.astimezone(OSLO))}
            assert hub == own, now
            assert {one.unit_id for one in village.persons if one.id in hub} == {unit.id for unit in village.units}
    await database.close()
