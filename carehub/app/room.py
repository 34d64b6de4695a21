"""Room on the disk: a ballast that can be thrown out, so that alarms are still stored when the disk is full."""

import os
import shutil
from pathlib import Path

from carehub.flow.hub import Hub, Word
from carehub.kit.log import log

LARGEST = 32 * 1024 * 1024
LARGEST_LOG = 128 * 1024 * 1024
_SHARE, _EASY = 20, 4


class Room:
    """Watches one folder's disk. With little left, the ballast goes, and telemetry is not stored any more.

    Args:
        ballast: How large it is; by default a twentieth of what is free, at most 32 MiB.
    """

    def __init__(self, hub: Hub, folder: Path, ballast: int | None = None) -> None:
        self._hub, self._folder, self._path = hub, folder, folder / "ballast"
        self._told_of_log = False
        self._size = ballast or min(LARGEST, shutil.disk_usage(folder).free // _SHARE)

    async def look(self) -> None:
        """Throw the ballast out when less than itself is free; take it in again when there is plenty."""
        self._measure_log()
        free = shutil.disk_usage(self._folder).free
        if self._path.exists() and free < self._size:
            self.make()
        elif not self._path.exists() and free > _EASY * self._size:
            self._take_in()

    def _measure_log(self) -> None:
        """SQLite's log is cut when nobody reads an old page; a reader that never ends makes it grow without bound."""
        log_file = self._folder / "carehub.db-wal"
        size = log_file.stat().st_size if log_file.exists() else 0
        if size > LARGEST_LOG and not self._told_of_log:
            self._hub.faults.append(
                Word("log", f"Databasens logg er {size // 2**20} MB: noe holder den åpen. Start huben på nytt.")
            )
        self._told_of_log = size > LARGEST_LOG

    def make(self) -> None:
        """Throw the ballast out now; without any there is nothing more to give."""
        if not self._hub.health.no_room:
            self._hub.faults.append(Word("room", "Disken er nesten full: bare alarmer lagres nå. Rydd plass straks."))
            log.error("disk.full", ballast=self._path.exists())
        self._hub.health.no_room = True
        self._path.unlink(missing_ok=True)
        self._hub.live.change()

    def _take_in(self) -> None:
        if self._hub.health.no_room:
            self._hub.good_news.append(Word("room", "Det er plass på disken igjen. Alt lagres."))
        self._hub.health.no_room = False
        try:
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, self._size))
        except OSError as error:
            log.warning("ballast.not_taken_in", error=type(error).__name__)
            self._path.unlink(missing_ok=True)
