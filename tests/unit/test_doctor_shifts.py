"""What the doctor says of the shift plan."""

from datetime import timedelta
from pathlib import Path

import pytest

from carehub.app.doctor import examine
from carehub.app.settings import Settings
from carehub.kit.clock import utc_now
from carehub.store import shifts, tables
from carehub.store.database import Database
from carehub.store.tables.places import UnitKind
from tests.journeys.building import OSLO, person
from tests.unit.shifts.planning import shift


@pytest.mark.parametrize(
    ("days", "well", "words"),
    [
        (0, None, "No plan for Sol"),
        (6, False, "Nobody can be reached (UTC): sol 20"),
        (7, True, "at every minute of the next 14 days"),
    ],
)
async def test_the_doctor_tells_of_minutes_in_which_nobody_can_be_reached(
    sqlite_url: str, tmp_path: Path, days: int, well: bool | None, words: str
) -> None:
    """F53: listed by `carehub doctor` too."""
    database, now = Database(sqlite_url), utc_now()
    async with database.write() as session:
        session.add(tables.Unit(id="sol", name="Sol", kind=UnitKind.WARD))
        await session.flush()
        session.add(kari := person("kari", "sol", "+4790000004", on_duty=False))
        await session.flush()
        session.add(
            tables.ContactMethod(id="m", person_id=kari.id, channel="sms", address="x", created_at=now, verified_at=now)
        )
        for n in range(days):
            session.add(shift("kari", "08:00", "08:00", (now - timedelta(days=9 - n)).date()))
        await session.flush()
        await shifts.rebuild(session, OSLO, now)
    await database.close()

    found = [one async for one in examine(Settings(database_url=sqlite_url, data_dir=tmp_path)) if one.what == "shifts"]

    assert [one.well for one in found] == [well]
    assert words in found[0].words
