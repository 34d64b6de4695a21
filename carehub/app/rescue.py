"""A store that cannot be used at the start: it is kept, and the hub hears alarms with another one."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from carehub.app import backups
from carehub.kit.log import log
from carehub.store import copies
from carehub.store.copies import Damaged

_MARK = "store.made"
_DOUBT = "store.doubted"


def rescue(store: Path, folder: Path, now: datetime) -> str | None:
    """Put a damaged store aside and begin with the newest proven backup, or with none; gives words for staff.

    None where nothing is wrong. A file that is not there, or is empty, is wrong only where there was one before.
    """
    mark = store.with_name(_MARK)
    if not mark.exists() and (not store.exists() or not store.stat().st_size):
        return None
    doubt = store.with_name(_DOUBT)
    try:
        copies.check(store, thoroughly=doubt.exists())
    except Damaged as damage:
        log.error("store.damaged", reason=str(damage)[:200])
    else:
        doubt.unlink(missing_ok=True)
        return None
    doubt.unlink(missing_ok=True)
    backups.put_aside(store, now)
    for at, backup in backups.proven(folder, now):
        try:
            backups.restore(backup, store, now)
        except (Damaged, OSError) as error:
            log.error("backup.useless", backup=backup.name, reason=str(error)[:200])
            continue
        log.warning("store.restored", backup=backup.name)
        return f"Databasen var skadet. Huben bruker sikkerhetskopien fra {at:%d.%m. kl. %H:%M} UTC."
    return "Databasen var skadet, og det finnes ingen sikkerhetskopi. Huben begynte med en tom database."


def mark_made(store: Path) -> None:
    """From now on a missing file is a loss, and no first start."""
    store.with_name(_MARK).touch()


def mark_doubted(store: Path) -> None:
    """A hub ended because this file was malformed: the next start reads it through, however large it is."""
    with suppress(OSError):
        store.with_name(_DOUBT).touch()
