"""A plan of visits as another system exports it: a table with a heading, read line by line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

COLUMNS = ("beboer", "enhet", "brukernavn", "fra", "til", "tittel")
"""`brukernavn` may be empty: the visit is on nobody's list. `til` may be empty: a quarter of an hour."""
ALSO = dict(zip(("resident", "unit", "person", "at", "until", "title"), COLUMNS, strict=True))
"""What the columns were called before: other systems write them so."""
LONGEST = 60
_LENGTH = timedelta(minutes=15)
_MOST = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One visit, as it is written: the resident's id, the unit's name or id, a user name or None, aware moments."""

    line: int
    resident: str
    unit: str
    person: str | None
    at: datetime
    until: datetime
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line that cannot be read, and why in a few words; it says nothing of what stands there."""

    line: int
    why: str


def read(text: str, zone: ZoneInfo) -> Iterator[Row | Fault]:
    """Each line as a visit or as a fault. Comma or semicolon; times without an offset are the municipality's own.

    Args:
        text: CSV whose first line names the columns, in any order.
        zone: Of times that name none ("2026-01-15T08:00").
    """
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    table = csv.DictReader(text.lstrip("\ufeff").splitlines(), delimiter=";" if ";" in first else ",")
    table.fieldnames = [ALSO.get(name, name) for name in (one.strip().casefold() for one in table.fieldnames or ())]
    missing = [name for name in COLUMNS if name not in table.fieldnames]
    if missing:
        yield Fault(line=1, why=f"Kolonner mangler: {', '.join(missing)}")
        return
    for number, cells in enumerate(table, 2):
        yield _read(number, {name: (cells.get(name) or "").strip() for name in COLUMNS}, zone)


def _read(line: int, cells: dict[str, str], zone: ZoneInfo) -> Row | Fault:
    if not cells["beboer"] or not cells["enhet"] or not cells["tittel"]:
        return Fault(line=line, why="Beboer, enhet eller tittel mangler")
    if len(cells["tittel"]) > LONGEST:
        return Fault(line=line, why=f"Tittelen er lengre enn {LONGEST} tegn")
    try:
        at = _moment(cells["fra"], zone)
        until = _moment(cells["til"], zone) if cells["til"] else at + _LENGTH
    except ValueError:
        return Fault(line=line, why="Tidspunktet kan ikke leses")
    if not at < until <= at + _MOST:
        return Fault(line=line, why="Besøket slutter før det begynner, eller varer over et døgn")
    return Row(
        line=line, resident=cells["beboer"], unit=cells["enhet"], person=cells["brukernavn"] or None, at=at,
        until=until, title=cells["tittel"],
    )  # fmt: skip


def _moment(text: str, zone: ZoneInfo) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)
