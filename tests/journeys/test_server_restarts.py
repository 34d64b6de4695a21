"""The database server goes away in the middle of everything, again and again: each press is one event, none is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from carehub.store.database import Database
from tests.journeys.building import Night, night_at

_PRESSES = 250


@asynccontextmanager
async def unsteady(url: str, every_s: float) -> AsyncIterator[list[int]]:
    """Ends every connection to the database so often, as a server does that restarts; gives how many it ended."""
    ours, ended = make_url(url), [0]
    elsewhere = await asyncpg.connect(
        ours.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    )

    async def end_them() -> None:
        while True:
            found = await elsewhere.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", ours.database
            )
            ended[0] += len(found)
            await asyncio.sleep(every_s)

    ending = asyncio.create_task(end_them())
    try:
        yield ended
    finally:
        ending.cancel()
        await asyncio.wait({ending})
        await elsewhere.close()


@pytest.fixture
async def served(postgres_url: str) -> AsyncIterator[Night]:
    """On PostgreSQL alone: SQLite is no server."""
    database = Database(postgres_url)
    try:
        async with night_at(database) as begun:
            yield begun
    finally:
        await database.close()


@pytest.mark.timeout(120)
async def test_every_connection_that_ends_in_mid_batch_costs_no_press_and_makes_none_twice_f25(served: Night) -> None:
    """F25, F27, G1: wherever in a transaction it happens, with the commit in doubt as well."""
    night = served
    station, worker = asyncio.create_task(night.ingest.run()), asyncio.create_task(night.worker.run())
    try:
        async with unsteady(night.database.url, 0.03) as ended:
            for number in range(_PRESSES):
                press = {"id": str(number), "kind": "button.pressed"}
                night.ingest.deliver(night.message("carehub/v1/knapp-anna/alarm", press))
                await asyncio.sleep(0.02)
        async with asyncio.timeout(60):
            while len(night.road.replies) < _PRESSES:  # noqa: ASYNC110 - what the station tells its senders
                await asyncio.sleep(0.02)
        stands = not worker.done()
    finally:  # also where it failed: what goes on working would disturb the test that comes next
        night.ingest.stop()
        worker.cancel()
        await asyncio.wait({station, worker})

    keys = [event.dedup_key for event in await night.events() if event.kind == "button.pressed"]
    assert ended[0] > 8, "else nothing was tried"
    assert stands, "the stations outlive it too (F19)"
    assert sorted(map(str, keys)) == sorted({f"carehub_v1/knapp-anna/{number}" for number in range(_PRESSES)})
    assert [letter.error for letter in await night.letters()] == []
    assert [alert.presses for alert in await night.alerts() if alert.kind != "hub-fault"] == [_PRESSES]
