"""A store that is damaged while the hub runs (F29), a disk that fails again and again (F27), and sirens (F26)."""

import asyncio
import errno
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from carehub.app.compose import opened
from carehub.app.settings import Settings
from carehub.contracts import Fate
from carehub.flow.reaching import lines
from carehub.flow.receiving import disk
from carehub.store import copies
from carehub.store.copies import Damaged
from carehub.store.errors import StoreDamaged
from carehub.web.health import not_ready
from carehub.web.wording.troubles import troubles
from tests.databases import Sqlite
from tests.journeys.building import Night
from tests.journeys.test_sirens import Siren
from tests.journeys.test_store_failing import impatient, locked  # noqa: F401 - a fixture


def _ruin(path: Path) -> bytes:
    """Every page but the first holds rubbish, and the log is gone: SQLite still opens it. Gives what it was."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa7" * (len(content) - 4096))
    return content


async def test_a_store_that_turns_malformed_is_told_from_memory_and_ends_the_hub_f29(quick_night: Night) -> None:
    """F29: no endless retry; nothing is acknowledged, tablet and siren tell, the hub ends with its reason."""
    night = quick_night
    siren = night.channels["siren"] = Siren(night.clock)
    path = Path(night.database.url.partition("///")[2])
    await night.database.close()
    whole = _ruin(path)
    night.ingest.deliver(night.pressed())
    station = asyncio.create_task(night.ingest.run())

    while not night.hub.unsaved.alarms:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.01)
    (told,) = troubles(night.hub, night.clock())
    with pytest.raises(StoreDamaged, match="malformed"):
        await station

    assert told.title.startswith("Alarm som ikke er lagret")
    assert siren.heard == ["on"]
    assert (night.road.acknowledged, night.road.replies) == ([], [])
    night.hub.unsaved.alarms.clear()
    assert [one.title for one in troubles(night.hub, night.clock())] == ["Databasen er skadet"]
    await night.database.close()
    await asyncio.to_thread(path.write_bytes, whole)


async def test_the_start_after_a_malformed_store_takes_the_rescue_road_f29(sqlite: Sqlite, tmp_path: Path) -> None:
    """F29: whichever station meets it first ends the whole hub; the next start begins with a sound store."""
    sqlite.copy_to(tmp_path)
    settings = Settings(data_dir=tmp_path, detectors="", channels="", auditor="off")
    async with opened(settings, with_broker=False) as running:
        await running.hub.database.close()
        _ruin(tmp_path / "carehub.db")
        with pytest.raises(ExceptionGroup) as ended:
            async with asyncio.timeout(20):
                await running.run()
    assert ended.value.subgroup(StoreDamaged)
    assert (tmp_path / "store.doubted").exists()

    async with opened(settings, with_broker=False) as running:
        assert "skadet" in (running.hub.health.rescued or "")
    assert not (tmp_path / "store.doubted").exists()


def test_a_doubted_store_is_read_through_with_its_indexes_f29(sqlite: Sqlite, tmp_path: Path) -> None:
    """F29: a row that its index does not know escapes the quick look."""
    sqlite.copy_to(tmp_path)
    path = tmp_path / "carehub.db"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(
            "CREATE TABLE t (a, b); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 2); PRAGMA writable_schema=ON;"
            "UPDATE sqlite_master SET sql = 'CREATE INDEX i ON t (b)' WHERE name = 'i'"
        )
        store.commit()

    copies.check(path)
    with pytest.raises(Damaged):
        copies.check(path, thoroughly=True)


# --- F27 -------------------------------------------------------------------------------------


def _failed_sync() -> OperationalError:
    reason = sqlite3.OperationalError("disk I/O error")
    reason.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    return OperationalError("COMMIT", None, reason)


async def test_three_failed_syncs_within_a_minute_are_told_and_a_minute_without_ends_it_f27(night: Night) -> None:
    """F27: /readyz, the tablet and a technical alert; once for each spell."""
    hub = night.hub
    disk.note_failure(hub, _failed_sync())
    disk.note_failure(hub, OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked")))
    night.clock.advance(seconds=61)
    disk.note_failure(hub, _failed_sync())
    disk.note_failure(hub, OSError(errno.EIO, "Input/output error"))
    assert "disk" not in await not_ready(hub)

    for _ in range(3):
        disk.note_failure(hub, _failed_sync())
    await lines.tell(hub, night.ingest)
    await night.work()

    assert "disk" in await not_ready(hub)
    assert [one.title for one in troubles(hub, night.clock())] == ["Disken svikter"]
    (alert,) = await night.alerts()
    assert (alert.kind, (alert.detail or "").partition(":")[0]) == ("hub-fault", "Disken svikter")
    night.clock.advance(seconds=61)
    await lines.tell(hub, night.ingest)
    assert "disk" not in await not_ready(hub)
    assert any("uten feil" in line for line in await night.journal())


# --- F26: the siren --------------------------------------------------------------------------


async def test_an_alarm_that_is_not_stored_sounds_the_siren_until_it_is_f26(quick_night: Night) -> None:
    """F26: from memory, past the outbox; tried again while its road is gone; silent once the alarm is stored."""
    night = quick_night
    siren = night.channels["siren"] = Siren(night.clock, fate=Fate.FAILED_FOR_NOW)
    night.ingest.deliver(night.pressed("knapp-anna"))

    async with locked(night):
        await _until(lambda: len(siren.tried) > 1)
        siren.fate = Fate.ACCEPTED
        await _until(lambda: bool(siren.sent))
        await _until(lambda: bool(night.hub.howling))
    assert siren.heard == ["on"]
    assert siren.sent[0][1].address == "sol"

    await lines.tell(night.hub, night.ingest)
    assert siren.heard == ["on", "off"]


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
