"""Who lives where now: from the moment that they moved in, to before the one in which they moved out."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from carehub.store import tables
from carehub.store.database import Database
from carehub.store.residencies import lives_now
from carehub.store.tables.places import ScopeKind

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def test_somebody_lives_there_from_moving_in_until_moving_out(database: Database) -> None:
    spans = {
        "since-now": (NOW, None), "tomorrow": (NOW + SECOND, None), "ended-now": (NOW - SECOND, NOW),
        "leaves-soon": (NOW - SECOND, NOW + SECOND),
    }  # fmt: skip
    async with database.write() as session:
        session.add(tables.Scope(id="home", kind=ScopeKind.HOME, name="Storgata 1"))
        session.add_all(tables.Resident(id=who, given_name="Kari", family_name="Li") for who in spans)
        await session.flush()
        for who, (since, until) in spans.items():
            session.add(tables.Residency(id=who, resident_id=who, scope_id="home", since=since, until=until))

    async with database.read() as session:
        found = (await session.exec(select(tables.Residency.id).where(lives_now(NOW)))).all()
    assert set(found) == {"since-now", "leaves-soon"}
