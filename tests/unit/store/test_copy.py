"""Many events at once: a server takes them by COPY, and what goes wrong there is said as everywhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from carehub.store import server, sql, stream, tables
from carehub.store.database import Database
from carehub.store.errors import is_unavailable
from carehub.store.tables.places import UnitKind
from tests.journeys.building import Night

_MANY = 3 * stream._WORTH_A_COPY


async def test_many_events_and_an_alarm_are_stored_together_in_their_order(night: Night) -> None:
    """Somebody walks in the hall, often enough, and presses."""
    for at in range(_MANY):
        told = {"occupancy": at % 2 == 0}
        night.ingest.deliver(night.message("zigbee2mqtt/gang", told, received_at=night.clock.advance(seconds=1)))
    await night.press()

    events = await night.events()
    assert len(events) == _MANY + 1
    assert [event.at for event in events if not event.alarm] == sorted(event.at for event in events if not event.alarm)
    assert "social-alarm" in await night.kinds()


@asynccontextmanager
async def _units(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


async def _copied(database: Database, name: str, *, server_ends_it: bool = False) -> None:
    async with database.write() as session:
        await sql.change(session, "INSERT INTO unit (id, name, kind) VALUES ('sol', 'Sol', 'ward')")
        if server_ends_it:
            ((ours,),) = await sql.ask(session, "SELECT pg_backend_pid()")
            async with database.connect() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ours})
        await server.copy(session, tables.Unit, ("id", "name", "kind"), [(name, "Ny", "ward")])


async def _names(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted((await session.exec(select(tables.Unit.id))).all())


@pytest.mark.parametrize("name", ["sol", "x" * 200, "nul\0"], ids=["there already", "too long", "no text takes it"])
async def test_what_the_server_refuses_leaves_nothing_and_is_no_reason_to_wait_for_it(
    postgres_url: str, name: str
) -> None:
    async with _units(postgres_url) as database:
        with pytest.raises(DBAPIError) as refused:
            await _copied(database, name)

        assert not is_unavailable(refused.value)
        assert await _names(database) == []


async def test_the_last_word_stands_and_falls_with_what_the_session_wrote_before_it(postgres_url: str) -> None:
    """It commits by itself where it is the only one: what still waits in the session is written first, and begins."""
    async with _units(postgres_url) as database:
        await _copied(database, "ny")
        with pytest.raises(ValueError, match="after it"):  # noqa: PT012 - a transaction is all of it
            async with database.write() as session:
                session.add(tables.Unit(id="ren", name="Ren", kind=UnitKind.WARD))
                await sql.change_and_add(session, "UPDATE unit SET name = ?", ["Alt"], [], last=True)
                raise ValueError("after it")

        async with database.read() as session:
            assert sorted((await session.exec(select(tables.Unit.name))).all()) == ["Ny", "Sol"]


async def test_a_server_that_goes_away_is_waited_for(postgres_url: str) -> None:
    """Nothing of the transaction is left, and the next one has a connection that lives."""
    async with _units(postgres_url) as database:
        with pytest.raises((DBAPIError, OSError)) as gone:
            await _copied(database, "ny", server_ends_it=True)
        assert is_unavailable(gone.value)

        await _copied(database, "ny")
        assert await _names(database) == ["ny", "sol"]
