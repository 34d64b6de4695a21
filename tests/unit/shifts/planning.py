"""Plans for the night of the stories: it is 02:14 on Thursday 15 January 2026."""

from datetime import date, time
from typing import Any

from carehub.store import shifts, tables
from tests.journeys.building import NIGHT, OSLO, Night

TONIGHT = date(2026, 1, 14)
"""The date on which the night shift of the stories began."""


def shift(person: str, starts: str, ends: str, first: date = TONIGHT, **more: Any) -> tables.ShiftLine:
    """A shift in the ward, each week on the weekday of `first`."""
    start, end = time.fromisoformat(starts), time.fromisoformat(ends)
    given = {"unit_id": "sol", "every_weeks": 1, "created_at": NIGHT, "nights": int(end <= start), **more}
    return tables.ShiftLine(
        id=f"{person}-{starts}-{first:%a}", person_id=person, first_day=first, starts=start, ends=end, **given
    )


async def plan(night: Night, *rows: Any) -> int:
    """Somebody changes the plan."""
    async with night.database.write() as session:
        session.add_all(rows)
        await session.flush()
        return await shifts.rebuild(session, OSLO, night.clock())
