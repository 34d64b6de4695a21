"""Backups that the hub itself can neither read nor take back (C95), as real files, sealed by a real process."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from carehub.app import backups, doctor
from carehub.app.away import Away, Sending
from carehub.app.rescue import mark_made
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.core.kinds import EventKind
from carehub.kit.clock import utc_now
from carehub.kit.sealed import NotSealed, new_key, seal, unseal
from carehub.store import copies
from tests.databases import Sqlite
from tests.journeys.building import NIGHT, Night


@pytest.fixture
def store(sqlite: Sqlite, tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    sqlite.copy_to(tmp_path / "data")
    mark_made(tmp_path / "data" / "carehub.db")
    return tmp_path / "data" / "carehub.db"


def test_a_sealed_backup_is_opened_by_its_key_alone_and_restores_the_store_c95(store: Path, tmp_path: Path) -> None:
    """C95, by the command line: the key is made, one backup goes away, the store is lost, and comes back."""
    away, key, other = tmp_path / "away", tmp_path / "key.txt", tmp_path / "other.txt"
    away.mkdir()
    environment = os.environ | {"CAREHUB_DATA_DIR": str(store.parent), "CAREHUB_BACKUP_AWAY_DIR": str(away)}

    def carehub(*words: str, status: int = 0) -> str:
        asked = [sys.executable, "-m", "carehub.app", *words]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout if not status else done.stderr

    name, public_half = carehub("backup-key", str(key)).strip().split("=")
    environment[name] = public_half
    assert key.stat().st_mode & 0o077 == 0
    assert "File exists" in carehub("backup-key", str(key), status=2)
    carehub("backup-key", str(other))

    assert "sealed, and read through" in carehub("backup")
    (sealed,) = away.iterdir()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(sealed).execute("SELECT count(*) FROM event")
    store.write_bytes(b"lost")
    assert "--key FILE" in carehub("restore", str(sealed), status=2)
    assert "No matching keys" in carehub("restore", str(sealed), "--key", str(other), status=2)
    assert store.read_bytes() == b"lost"

    assert "Restored." in carehub("restore", str(sealed), "--key", str(key))
    copies.check(store)
    assert list(store.parent.glob("**/*.part")) == []


async def test_each_backup_goes_away_once_and_its_staying_here_is_told_once_a_day_c95_f30(
    quick_night: Night, tmp_path: Path
) -> None:
    """C95, F30: a disk that is not mounted is told after 26 hours, and gets what it missed when it is back."""
    night, kept, there = quick_night, tmp_path / "backups", tmp_path / "away"
    path = Path(night.database.url.partition("///")[2])
    sending = Sending(night.hub, night.ingest, kept, Away(kept, there, new_key()[1]))
    there.mkdir()
    backups.make(path, kept, night.clock())
    await sending.look()
    await sending.look()
    assert len(list(there.iterdir())) == 1

    there.rename(tmp_path / "unmounted")
    for _ in range(30):
        night.clock.advance(hours=1)
        if night.clock().hour == NIGHT.hour:
            backups.make(path, kept, night.clock())
        await sending.look()
        await night.fold()
    assert not there.exists()
    told = [event.detail for event in await night.events() if event.kind == EventKind.HUB_FAULT]
    assert told == ["Ingen forseglet sikkerhetskopi er lagt utenfor huben på 27 timer."]

    (tmp_path / "unmounted").rename(there)
    await sending.look()
    assert len(list(there.iterdir())) == 2
    assert list(kept.glob("*.part")) == []


async def test_what_was_cut_short_in_a_folder_that_only_takes_more_stays_and_the_next_has_another_name_c95(
    store: Path, tmp_path: Path
) -> None:
    """C95: nothing is renamed or deleted there, and nothing written over."""
    there, (key, public_half) = tmp_path / "away", new_key()
    there.mkdir()
    backup = backups.make(store, tmp_path / "backups", NIGHT)
    (there / f"{backup.name}.age").write_bytes(b"age-encryption.org/v1\n-> X25519")
    others, killed = (tmp_path / "backups" / f"away-{number}.part" for number in (1, 2))
    others.touch()
    killed.touch()
    os.utime(killed, (0, 0))

    sent = await Away(tmp_path / "backups", there, public_half).send(backup, utc_now())

    assert sent.name == f"{backup.name}.2.age"
    assert list((tmp_path / "backups").glob("*.part")) == [others]
    assert (there / f"{backup.name}.age").stat().st_size == 31
    unseal(sent, tmp_path / "opened.db", key)
    assert (tmp_path / "opened.db").read_bytes() == backup.read_bytes()


@pytest.mark.parametrize("harm", ["cut", "changed"])
async def test_a_sealed_backup_that_is_not_whole_opens_for_nobody_and_leaves_nothing_c95(
    store: Path, tmp_path: Path, harm: str
) -> None:
    """C95: what nobody could have read can have been tampered with by whoever holds it."""
    sealed, (key, public_half) = tmp_path / "sealed.age", new_key()
    await seal(store, sealed, public_half)
    content = bytearray(sealed.read_bytes())
    content[-100] ^= 1
    sealed.write_bytes(content[:-50] if harm == "cut" else content)

    with pytest.raises(NotSealed):
        unseal(sealed, tmp_path / "opened.db", key)

    assert not (tmp_path / "opened.db").exists()


async def test_what_cannot_be_sealed_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotSealed, match=r"No such file or directory"):
        await seal(tmp_path / "nothing.db", tmp_path / "sealed.age", new_key()[1])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"backup_away_key": new_key()[1]}, "belong together"),
        ({"backup_away_dir": Path("away")}, "belong together"),
        ({"backup_away_dir": Path("away"), "backup_away_key": new_key()[0]}, "public half"),
        (
            {"backup_away_dir": Path("away"), "backup_away_key": new_key()[1], "database_url": "postgresql://db/x"},
            "PostgreSQL",
        ),
    ],
    ids=["no folder", "no key", "the key itself", "PostgreSQL"],
)
def test_half_a_setting_sends_nothing_and_is_refused_c95(changed: dict[str, object], said: str) -> None:
    """C95: whoever believes that copies go away, and none do, learns it at the start."""
    with pytest.raises(ConfigurationError, match=said):
        Away.of(Settings.model_validate(changed))


def test_the_doctor_says_that_a_folder_on_the_disk_of_the_store_is_not_elsewhere_c95(
    store: Path, tmp_path: Path
) -> None:
    """C95: so is the folder of a share that is not mounted."""
    settings = Settings(data_dir=store.parent, backup_away_dir=tmp_path, backup_away_key=new_key()[1])

    (found,) = doctor._away(settings)

    assert (found.well, found.words.partition(":")[0]) == (False, f"{tmp_path} lies on the disk of the store")
