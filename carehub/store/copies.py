"""SQLite's file as a whole: is it sound, a copy of it while the hub writes, and the proof that the copy can be used."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from carehub.kit.failpoints import fail_at

_QUICKLY_READ = 256 * 1024 * 1024
"""A larger file is not read through at each start: that would keep the hub from hearing."""


_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""A damaged file is met in either way: SQLite quotes its bytes in what it says."""


class Damaged(Exception):
    """The file is no store of ours, or not whole any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a store holds: the newest event, and how many alerts."""

    newest: int
    alerts: int


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for any other."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.drivername.startswith("sqlite") and parsed.database else None


def check(path: Path, *, thoroughly: bool = False) -> None:
    """Raise Damaged unless SQLite can read it and finds it sound; what its log holds is taken in first.

    Args:
        thoroughly: Every index too, and however large it is.
    """
    if not path.exists():
        raise Damaged("the file is missing")
    try:
        with closing(sqlite3.connect(path)) as store:
            if store.execute("SELECT count(*) FROM sqlite_master WHERE name = 'event'").fetchone() != (1,):
                raise Damaged("it has no tables")
            asked = "PRAGMA quick_check(1)" if path.stat().st_size < _QUICKLY_READ else "SELECT max(seq) FROM event"
            asked = "PRAGMA integrity_check(1)" if thoroughly else asked
            answer = store.execute(asked).fetchone()
    except _UNREADABLE as error:
        raise Damaged(str(error)) from error
    if asked.startswith("PRAGMA") and answer != ("ok",):
        raise Damaged(str(answer[0])[:200])


def copy(source: Path, target: Path) -> Proof:
    """Copy a store that is in use; gives what it held when the copy began. Raises Damaged where it cannot be copied."""
    try:
        before = held(source)
        with closing(sqlite3.connect(source)) as store, closing(sqlite3.connect(target)) as other:
            store.backup(other)  # in one step: one snapshot, which the log keeps for us while the hub writes on
            fail_at("backup.mid")
            other.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except _UNREADABLE as error:
        raise Damaged(str(error)) from error
    return before


def prove(path: Path, least: Proof) -> Proof:
    """Read a copy through, as after a disaster; raises Damaged where it is not whole or holds less than it should."""
    try:
        with closing(sqlite3.connect(path)) as store:
            for asked in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
                if store.execute(asked).fetchall() not in ([("ok",)], []):
                    raise Damaged(f"{asked} found faults")
        found = held(path)
    except _UNREADABLE as error:
        raise Damaged(str(error)) from error
    if found.newest < least.newest or found.alerts < least.alerts:
        raise Damaged(f"it holds {found}, and should hold {least}")
    return found


def held(path: Path) -> Proof:
    """The newest event and the number of alerts in a store."""
    with closing(sqlite3.connect(path)) as store:
        newest = store.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        alerts = store.execute("SELECT count(*) FROM alert").fetchone()[0]
    return Proof(newest=newest, alerts=alerts)
