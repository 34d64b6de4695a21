"""The demonstration's home care: its visits of these days, and what stands about some of the doors."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from carehub.store import tables, visits
from carehub.store.database import Database
from carehub.store.visits import Line
from carehub.village.register import Directory

_DAYS = 3
_ROUNDS = ((time(8), "Morgenbesøk"), (time(13), "Middag"), (time(20, 30), "Kveldsbesøk"), (time(2), "Tilsyn om natten"))
_APART = timedelta(minutes=10)
_NIGHTLY = 4
"""Every fourth home is looked after at night too."""


async def plan_visits(database: Database, village: Directory, zone: ZoneInfo, now: datetime) -> None:
    """Write three days of visits to the homes down, one after the other as one drives, and some ways in."""
    async with database.write() as session:
        await visits.write_plan(session, _lines(village, zone, now))
        session.add_all(_ways_in(village, now))


def _lines(village: Directory, zone: ZoneInfo, now: datetime) -> Iterator[Line]:
    today = now.astimezone(zone).date()
    for unit in (one for one in village.units if one.kind == "zone"):
        homes = [one.id for one in village.dwellings if one.unit_id == unit.id]
        living = [one for one in village.residents if one.dwelling_id in homes]
        for place, resident in enumerate(living):
            for hour, title in _ROUNDS if place % _NIGHTLY == 0 else _ROUNDS[:-1]:
                for day in range(_DAYS):
                    wall = datetime.combine(today + timedelta(days=day), hour, zone)
                    at = wall + place * _APART
                    yield Line(
                        resident_id=resident.id, unit_id=unit.id, person_id=None, at=at, until=at + _APART, title=title
                    )


def _ways_in(village: Directory, now: datetime) -> Iterator[tables.WayIn]:
    homes = [one for one in village.dwellings if one.kind == "home"]
    for place, home in enumerate(homes):
        yield tables.WayIn(
            scope_id=home.id, pets="hund, snill" if place % 7 == 0 else None, oxygen=place % 11 == 0,
            smoking=place % 9 == 1, hazard="Bratt trapp uten lys." if place % 8 == 1 else None, changed_at=now,
        )  # fmt: skip
