"""Backups that have been proven: a copy each night, restored and read through, and an alarm when there is none."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carehub.core.events import Event
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import hub_fault
from carehub.kit.log import log
from carehub.store import copies
from carehub.store.copies import Damaged, Proof

KEPT = 14
OLDEST = timedelta(hours=26)
_AGAIN_AFTER = timedelta(hours=20)
_AHEAD = timedelta(hours=1)
_NIGHT = range(1, 5)
_FORM = "carehub-%Y%m%dT%H%M%SZ.db"
_NOTHING = Proof(newest=0, alerts=0)


def proven(folder: Path, now: datetime) -> list[tuple[datetime, Path]]:
    """The backups, the newest first; a name without ".part" is given only after the proof.

    Last those that were made while the clock was wrong and say next year: they are older than they look.
    """
    found = [(at, path) for path in folder.glob("carehub-*.db") if (at := made_at(path.name))]
    return sorted(found, key=lambda one: (is_believed(one[0], now), one[0]), reverse=True)


def made_at(name: str) -> datetime | None:
    """When a backup of that name was made; None where it is somebody else's."""
    try:
        return datetime.strptime(name, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_believed(at: datetime, now: datetime) -> bool:
    """Whether a backup can have been made then."""
    return at <= now + _AHEAD


def make(store: Path, folder: Path, now: datetime) -> Path:
    """Copy the store, restore the copy elsewhere, prove it, and only then give it its name; raises Damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    part, drill = folder / "backup.part", folder / "drill.part"
    for left in (part, drill):
        left.unlink(missing_ok=True)
    before = copies.copy(store, part)
    shutil.copyfile(part, drill)
    copies.prove(drill, before)
    drill.unlink()
    made = part.rename(folder / now.astimezone(UTC).strftime(_FORM))
    for _, old in proven(folder, now)[KEPT:]:
        old.unlink()
    return made


def restore(backup: Path, store: Path, now: datetime) -> Path | None:
    """Put a backup in the store's place, once it is proven; gives where the store that was there lies now."""
    copies.prove(backup, _NOTHING)
    aside = put_aside(store, now)
    shutil.copyfile(backup, store)
    copies.prove(store, _NOTHING)
    return aside


def put_aside(store: Path, now: datetime) -> Path | None:
    """Move a store with all that belongs to it out of the way; None where there was nothing."""
    there = [path for end in ("", "-wal", "-shm") if (path := store.with_name(store.name + end)).exists()]
    if not there:
        return None
    aside = store.parent / now.astimezone(UTC).strftime("put-aside-%Y%m%dT%H%M%S.%fZ")
    aside.mkdir()
    for path in there:
        path.rename(aside / path.name)
    return aside


def hours_late(since: datetime, now: datetime) -> int:
    """Since the last; 0 while it is none too long ago."""
    return (now - since) // timedelta(hours=1) if now - since > OLDEST else 0


def once_a_day(hub: Hub, about: str, words: str) -> Event:
    """A fault of the hub that is told again tomorrow, and not today."""
    now = hub.clock()
    return hub_fault(now, words, about=about, key=f"{about}/{now.astimezone(hub.zone).date()}")


class Nightly:
    """Makes a backup each night; the newest proven one being over 26 hours old is a technical alert, once a day."""

    def __init__(self, hub: Hub, ingest: Ingest, store: Path, folder: Path) -> None:
        self._hub, self._ingest, self._store, self._folder = hub, ingest, store, folder
        self._began = hub.clock()

    async def look(self) -> None:
        """Make one when it is time, and tell of it when there has been none for too long."""
        now = self._hub.clock()
        newest = next((at for at, _ in proven(self._folder, now) if is_believed(at, now)), None)
        night = now.astimezone(self._hub.zone).hour in _NIGHT
        if newest is None or now - newest > (_AGAIN_AFTER if night else timedelta(hours=24)):
            newest = await self._make(now) or newest
        late = hours_late(newest or min(self._began, now), now)
        if late:
            words = f"Ingen prøvd sikkerhetskopi på {late} timer."
            self._ingest.observe(once_a_day(self._hub, "backup", words))

    async def _make(self, now: datetime) -> datetime | None:
        try:
            made = await asyncio.to_thread(make, self._store, self._folder, now)
        except (Damaged, OSError) as error:
            log.error("backup.failed", error=f"{type(error).__name__}: {error}"[:300])
            return None
        log.info("backup.proven", size=made.stat().st_size)
        return now
