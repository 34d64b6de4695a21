"""What the hub writes is read by its owner alone: files, not only pages, hold health data (C79)."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from carehub.app import doctor
from carehub.app.settings import Settings
from tests.databases import Sqlite
from tests.hubs import HubProcess

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.mark.usefixtures("_like_everybody")
def test_nobody_else_reads_what_a_hub_and_its_broker_write_c79(tmp_path: Path) -> None:
    """The store and its log, the broker's messages, the local door's secret, the auditor's word, a backup."""
    folder = tmp_path / "hub"
    with HubProcess(folder, "", CAREHUB_AUDITOR="child") as hub:
        hub.wait_until_ready()
        ours = {"CAREHUB_DATA_DIR": str(folder), "CAREHUB_DATABASE_URL": hub.database_url}
        subprocess.run([sys.executable, "-m", "carehub.app", "backup"], env={**os.environ, **ours}, check=True)
        made = dict(_modes(folder))
        hub.stop()  # politely: its broker and its auditor end with it

    names = {one.name for one in made}
    assert {"carehub.db", "carehub.db-wal", "broker", "backups", "local-api.token"} <= names
    assert not {str(one.relative_to(folder)) for one, mode in made.items() if mode & _OTHERS}


def _modes(folder: Path) -> Iterator[tuple[Path, int]]:
    """Of all that was made but the test's own log; what is written beside and renamed may be gone by now."""
    for one in folder.rglob("*"):
        with suppress(FileNotFoundError):
            mode = one.stat().st_mode
            if one.name != "hub.log" and not stat.S_ISSOCK(mode):
                yield one, mode


@pytest.fixture
def _like_everybody() -> Iterator[None]:
    """As a shell begins: what is made can be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize(
    ("folder", "file", "well"),
    [(0o755, 0o644, False), (0o750, 0o640, False), (0o755, 0o600, True), (0o700, 0o644, True)],
)
def test_the_doctor_tells_of_a_store_that_others_can_read_c79(
    tmp_path: Path, sqlite: Sqlite, folder: int, file: int, *, well: bool
) -> None:
    """One that was made by an earlier release, or copied by hand."""
    place = tmp_path / "hub"
    place.mkdir()
    sqlite.copy_to(place)
    for one in place.iterdir():
        one.chmod(file)
    place.chmod(folder)

    found = doctor._privacy(Settings(data_dir=place))

    assert found.well is well
    assert ("chmod -R go= " in found.words) is not well


def test_the_doctor_looks_where_the_store_is_and_at_what_it_may_not_see_c79(tmp_path: Path, sqlite: Sqlite) -> None:
    elsewhere, gone = tmp_path / "elsewhere", tmp_path / "f" / "data"
    elsewhere.mkdir(mode=0o755)
    sqlite.copy_to(elsewhere)
    for one in elsewhere.iterdir():
        one.chmod(0o644)
    (tmp_path / "f").write_text("no folder")

    found = doctor._privacy(Settings(data_dir=tmp_path / "hub", database_url=f"sqlite:///{elsewhere / 'carehub.db'}"))
    unseen = doctor._privacy(Settings(data_dir=gone, backup_dir=tmp_path / "f"))

    assert found.well is False
    assert str(elsewhere) in found.words
    assert unseen.well is False
    assert "cannot be seen" in unseen.words
