"""Backups for elsewhere (C95): sealed for a key that the hub has not, in a folder from which it takes nothing away.

Whoever takes over the hub's machine reads every backup that lies beside it, and may delete them all, as in Østre Toten
in 2021. These copies it can neither read nor, where the folder only takes more (`chattr +a`, a share that another
machine empties, a bucket with a lock), take back. The plain ones beside the store stay: with them a hub whose store is
damaged helps itself at its next start, with no key at hand.
"""

import asyncio
import filecmp
import os
import shutil
from datetime import datetime
from itertools import count
from pathlib import Path

from carehub.app import backups
from carehub.app.settings import Settings
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.log import log
from carehub.kit.sealed import WITHIN_S, NotSealed, seal

_MARK = "last-sent-away"


class Away:
    """Sends each proven backup away, sealed.

    Args:
        kept: Where the proven backups lie, and the name of the last that was sent.
        folder: Where sealed ones go. It is not made: one that is not there is a disk that is not mounted.
    """

    def __init__(self, kept: Path, folder: Path, public_half: str) -> None:
        self._kept, self._folder, self._for = kept, folder, public_half

    @classmethod
    def of(cls, settings: Settings) -> "Away | None":
        """As the settings say; None where nothing goes away."""
        away = settings.away
        return cls(settings.backups, *away) if away else None

    async def send(self, backup: Path, now: datetime) -> Path:
        """Seal a backup and put it away; gives where it lies now.

        Raises:
            NotSealed, OSError: It does not lie there, or not whole.
        """
        _tidy(self._kept, now)
        sealed = self._kept / f"away-{os.getpid()}.part"  # the command line may send while the hub does
        try:
            await seal(backup, sealed, self._for)
            there = await asyncio.to_thread(_put, sealed, self._folder, backup.name)
        finally:
            sealed.unlink(missing_ok=True)
        (self._kept / _MARK).write_text(backup.name, encoding="utf-8")
        return there

    def sent(self, now: datetime) -> datetime | None:
        """Of when the last is that lies away."""
        try:
            name = (self._kept / _MARK).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        at = backups.made_at(name)
        return at if at and backups.is_believed(at, now) else None


def _tidy(kept: Path, now: datetime) -> None:
    """What was being sealed when a process was killed, and by none that may still run."""
    for left in kept.glob("away-*.part"):
        if now.timestamp() - left.stat().st_mtime > WITHIN_S:
            left.unlink(missing_ok=True)


def _put(sealed: Path, folder: Path, name: str) -> Path:
    """Under a name that nothing has: what was cut short the last time can perhaps not be taken away."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not there")
    for number in count(1):
        there = folder / (f"{name}.age" if number == 1 else f"{name}.{number}.age")
        try:
            with sealed.open("rb") as read, there.open("xb") as written:
                shutil.copyfileobj(read, written)
                written.flush()
                os.fsync(written.fileno())
        except FileExistsError:
            continue
        if not filecmp.cmp(sealed, there, shallow=False):
            raise OSError(f"{there} is not what was written")
        return there
    raise AssertionError


class Sending:
    """Sends the newest proven backup away; the last one that lies there being too old is a technical alert."""

    def __init__(self, hub: Hub, ingest: Ingest, kept: Path, away: Away) -> None:
        self._hub, self._ingest, self._kept, self._away = hub, ingest, kept, away
        self._began = hub.clock()

    async def look(self) -> None:
        """Send what has not been sent; tell of it when nothing has been for too long."""
        now = self._hub.clock()
        sent = self._away.sent(now)
        at, backup = next((one for one in backups.proven(self._kept, now)), (None, None))
        if at and backup and backups.is_believed(at, now) and (sent is None or at > sent):
            try:
                there = await self._away.send(backup, now)
            except (NotSealed, OSError) as error:
                log.error("backup.not_away", error=f"{type(error).__name__}: {error}"[:300])
            else:
                log.info("backup.away", size=there.stat().st_size)
                sent = at
        late = backups.hours_late(sent or min(self._began, now), now)
        if late:
            words = f"Ingen forseglet sikkerhetskopi er lagt utenfor huben på {late} timer."
            self._ingest.observe(backups.once_a_day(self._hub, "backup-away", words))
