"""A store that is damaged, gone or backed up (F29, F30, F31, F32)."""

import os
import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from carehub.app import backups
from carehub.app.compose import opened
from carehub.app.rescue import mark_made, rescue
from carehub.app.room import LARGEST_LOG, Room
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.core.kinds import EventKind
from carehub.kit.clock import utc_now
from carehub.store import copies
from carehub.store.copies import Damaged
from carehub.web.wording.troubles import troubles
from tests.databases import Sqlite
from tests.journeys.building import NIGHT, Night


@pytest.fixture
def store(sqlite: Sqlite, tmp_path: Path) -> Path:
    """A store that a hub has used."""
    sqlite.copy_to(tmp_path)
    mark_made(tmp_path / "carehub.db")
    return tmp_path / "carehub.db"


def _hurt(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if chance.random() < 0.4:
        del content[chance.randrange(len(content)) :]
    else:
        at = chance.randrange(len(content))
        content[at : at + 300] = chance.randbytes(300)
    path.write_bytes(content)


def test_a_store_damaged_anywhere_is_kept_and_the_hub_begins_with_one_that_is_sound_f29(
    store: Path, tmp_path: Path
) -> None:
    """F29: random bytes over, or the end cut off, at 100 places; what SQLite finds sound is left alone."""
    whole, folder, chance = store.read_bytes(), tmp_path / "backups", random.Random(1)
    backups.make(store, folder, NIGHT)
    rescued = 0
    for number in range(100):
        store.write_bytes(whole)
        _hurt(store, chance)
        hurt = store.read_bytes()

        words = rescue(store, folder, NIGHT + timedelta(seconds=number))

        copies.check(store)
        rescued += words is not None
        if words:
            (aside,) = store.parent.glob("put-aside-*")
            assert (aside / "carehub.db").read_bytes() == hurt
            assert "sikkerhetskopien" in words
            shutil.rmtree(aside)
    assert rescued > 30


@pytest.mark.parametrize("left", [None, b"", b"not a database at all" * 500], ids=["missing", "empty", "garbage"])
async def test_with_no_backup_the_hub_starts_empty_says_so_and_still_alerts_f29(
    store: Path, left: bytes | None
) -> None:
    """F29: alarms are handled meanwhile; the operator and the pages are told."""
    _leave(store, left)

    async with opened(Settings(data_dir=store.parent, detectors="", channels=""), with_broker=False) as running:
        found = [trouble.title for trouble in troubles(running.hub, running.hub.clock())]
        told = [one.words for one in running.hub.faults]

    assert "Huben startet med en reservebase" in found
    assert "tom database" in told[0]


def _leave(store: Path, left: bytes | None) -> None:
    store.unlink()
    if left is not None:
        store.write_bytes(left)


async def test_a_first_start_is_no_loss_f29(tmp_path: Path) -> None:
    """F29: the same folder without the mark is a new hub."""
    async with opened(Settings(data_dir=tmp_path, detectors="", channels=""), with_broker=False) as running:
        assert running.hub.health.rescued is None


async def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence_f32() -> None:
    """F32: /proc is such a folder, for root too."""
    with pytest.raises(ConfigurationError, match="cannot be written"):
        async with opened(Settings(data_dir=Path("/proc/carehub"), detectors=""), with_broker=False):
            pass


# --- backups ---------------------------------------------------------------------------------


def test_only_a_backup_that_was_restored_and_read_through_gets_its_name_f30(store: Path, tmp_path: Path) -> None:
    """F30: a copy that cannot be used is none."""
    folder = tmp_path / "backups"
    for day in range(backups.KEPT + 2):
        backups.make(store, folder, NIGHT + timedelta(days=day))

    assert len(backups.proven(folder, NIGHT + timedelta(days=99))) == backups.KEPT
    assert list(folder.glob("*.part")) == []
    newest = backups.proven(folder, NIGHT + timedelta(days=99))[0][1]
    newest.write_bytes(newest.read_bytes()[:9000])
    with pytest.raises(Damaged):
        backups.restore(newest, store, NIGHT)
    copies.check(store)


def test_backup_and_restore_from_the_command_line_f30(store: Path, tmp_path: Path) -> None:
    """F30: what is restored is what was there, and what was there is kept."""
    environment = os.environ | {"CAREHUB_DATA_DIR": str(store.parent)}

    def carehub(*words: str) -> str:
        asked = [sys.executable, "-m", "carehub.app", *words]
        return subprocess.run(asked, env=environment, capture_output=True, text=True, check=True).stdout

    assert "read through" in carehub("backup")
    ((_, made),) = backups.proven(store.parent / "backups", utc_now())
    store.write_bytes(b"lost")
    assert "Restored." in carehub("restore", str(made))
    copies.check(store)


async def test_the_nightly_backup_is_made_and_its_absence_told_once_a_day_f30(
    quick_night: Night, tmp_path: Path
) -> None:
    """F30: over 26 hours without a proven one is an alert."""
    night, path = quick_night, Path(quick_night.database.url.partition("///")[2])
    nightly = backups.Nightly(night.hub, night.ingest, path, tmp_path / "backups")
    await nightly.look()
    assert [at for at, _ in backups.proven(tmp_path / "backups", NIGHT)] == [NIGHT]

    broken = backups.Nightly(night.hub, night.ingest, tmp_path / "gone" / "x.db", tmp_path / "backups")
    for _ in range(30):
        night.clock.advance(hours=1)
        await broken.look()
        await night.fold()

    told = [event.detail for event in await night.events() if event.kind == EventKind.HUB_FAULT]
    assert told == ["Ingen prøvd sikkerhetskopi på 27 timer."]


async def test_a_backup_that_says_next_year_stops_no_other_and_is_taken_last_f30_f34(
    quick_night: Night, tmp_path: Path
) -> None:
    """F30, F34: made while the clock was wrong; it would be the newest for a year, and push out what was made since."""
    night, path = quick_night, Path(quick_night.database.url.partition("///")[2])
    folder, nightly = tmp_path / "backups", backups.Nightly(night.hub, night.ingest, path, tmp_path / "backups")
    for day in range(backups.KEPT):
        backups.make(path, folder, NIGHT + timedelta(days=365 + day))

    await nightly.look()
    night.clock.advance(days=1)
    await nightly.look()

    believed = [at for at, _ in backups.proven(folder, night.clock())][:3]
    assert believed[:2] == [NIGHT + timedelta(days=1), NIGHT]
    assert believed[2] > NIGHT + timedelta(days=365)
    assert len(list(folder.glob("*.db"))) == backups.KEPT


async def test_a_log_that_grows_without_bound_is_told_once_f31(quick_night: Night, tmp_path: Path) -> None:
    """F31: a reader that never ends keeps SQLite from cutting its log."""
    room = Room(quick_night.hub, tmp_path, ballast=4096)
    with (tmp_path / "carehub.db-wal").open("wb") as log_file:
        log_file.truncate(LARGEST_LOG + 1)

    await room.look()
    await room.look()

    assert len(quick_night.hub.faults) == 1
