"""A store that takes nothing: no acknowledgement, an alarm told from memory, and everything stored afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from carehub.app.room import Room
from carehub.core.kinds import EventKind
from carehub.flow.reaching import lines
from carehub.store import database as store
from carehub.web.health import not_ready
from carehub.web.wording.troubles import troubles
from tests.journeys.building import Night


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own patience is 5 s; here it is none."""
    monkeypatch.setattr(store, "_SQLITE_PRAGMAS", tuple(one.replace("5000", "30") for one in store._SQLITE_PRAGMAS))


@asynccontextmanager
async def locked(night: Night) -> AsyncIterator[None]:
    """Another writer holds the database; the hub goes on trying."""
    other = store.Database(night.database.url)
    async with other.connect() as connection:
        await connection.exec_driver_sql("BEGIN EXCLUSIVE")
        station = asyncio.create_task(night.ingest.run())
        yield
        await connection.rollback()
    await other.close()
    while night.hub.unsaved.since or night.ingest.waiting:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.01)
    night.ingest.stop()
    await station


async def _until_unsaved(night: Night, alarms: int) -> None:
    async with asyncio.timeout(20):
        while len(night.hub.unsaved.alarms) < alarms:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)


async def test_an_alarm_that_cannot_be_stored_is_told_from_memory_and_acknowledged_to_nobody_f25_f26(
    quick_night: Night,
) -> None:
    """F25, F26, F27: the tablet is told where to go, marked as not stored; /readyz says that nothing is taken."""
    night = quick_night
    night.ingest.deliver(night.pressed("knapp-anna"))

    async with locked(night):
        await _until_unsaved(night, 1)
        night.ingest.deliver(night.pressed("knapp-anna"))
        night.ingest.deliver(night.pressed("aldri-sett"))
        night.ingest.deliver(night.message("zigbee2mqtt/gang", {"occupancy": True}))
        await _until_unsaved(night, 2)
        assert "store" in await not_ready(night.hub)
        first, second = [one for one in troubles(night.hub, night.clock()) if one.key]
        assert (night.road.acknowledged, night.road.replies) == ([], [])

    assert first.title == "Alarm som ikke er lagret: kanarigata 5"
    assert "2 ganger" in first.advice
    assert second.title.endswith("aldri-sett")
    assert [one for one in troubles(night.hub, night.clock()) if one.key] == []
    assert len(night.road.replies) == 3
    assert sorted(alert.presses for alert in await night.alerts()) == [1, 2]


async def test_a_spell_without_storing_is_told_when_it_is_over_f25(quick_night: Night) -> None:
    """F25: the operator learns of it by the hub's own alert."""
    night = quick_night
    night.ingest.deliver(night.pressed("knapp-anna"))
    async with locked(night):
        await _until_unsaved(night, 1)

    await lines.tell(night.hub, night.ingest)
    await night.work()

    (fault,) = [event for event in await night.events() if event.kind == EventKind.HUB_FAULT]
    assert "fikk ikke lagret" in (fault.detail or "")


# --- room on the disk ------------------------------------------------------------------------


async def test_a_press_outlives_a_pool_without_a_living_connection_f25(quick_night: Night) -> None:
    """Twice in a row, as where a server ends each connection: it was called a fault of the message, and set aside."""
    night, left = quick_night, [5]

    def dead(*_: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise DisconnectionError("the server has gone away")

    await night.database.reopen()  # SQLite's writer keeps the one that it has
    event.listen(Pool, "checkout", dead)
    try:
        night.ingest.deliver(night.pressed())
        await night.fold()
    finally:
        event.remove(Pool, "checkout", dead)
    await night.work()

    assert left == [0]
    assert await night.letters() == []
    assert "social-alarm" in await night.kinds()


async def test_with_no_room_telemetry_is_let_go_and_alarms_are_stored_f26(quick_night: Night) -> None:
    """F26: telemetry writes stop first; the broker's window must not fill with what we do not take."""
    night = quick_night
    night.hub.health.no_room = True

    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}), night.pressed())

    assert [event.kind for event in await night.events()] == ["button.pressed"]
    assert len(night.road.acknowledged) == 2


async def test_a_store_that_says_it_is_full_makes_the_ballast_go_f26(quick_night: Night, tmp_path: Path) -> None:
    """F26: the ballast is freed by the commit that failed, not by the next look at the disk."""
    night = quick_night
    room = Room(night.hub, tmp_path, ballast=65536)
    night.hub.make_room = room.make
    await room.look()
    assert (tmp_path / "ballast").stat().st_size == 65536

    for number in range(40):
        night.ingest.deliver(night.pressed(f"aldri-sett-{number}"))
    async with _full(night):
        station = asyncio.create_task(night.ingest.run())
        await _until_unsaved(night, 1)
    while len(night.road.replies) < 40:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    night.ingest.stop()
    await station

    assert not (tmp_path / "ballast").exists()
    assert len(night.hub.faults) == 2
    await room.look()
    assert (tmp_path / "ballast").exists()
    assert len(night.hub.good_news) == 1


@asynccontextmanager
async def _full(night: Night) -> AsyncIterator[None]:
    """No page can be added for as long as the block lasts."""
    pragmas = store._SQLITE_PRAGMAS
    async with night.database.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
    store._SQLITE_PRAGMAS = (*pragmas, f"PRAGMA max_page_count={pages}")
    await night.database.reopen()
    yield
    store._SQLITE_PRAGMAS = pragmas
