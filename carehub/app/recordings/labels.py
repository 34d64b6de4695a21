"""What the researchers say that the person was doing, so that an alert of a replay can be judged beside it."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from carehub.app.recordings.reading import Reading, Skipped

_CASAS = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\s+\S+\s+\S+\s+\S+\s+(\S+)\s*$")
_UCI = re.compile(r"^(\d{4}-\d\d-\d\d [\d:]+)\s+(\d{4}-\d\d-\d\d [\d:]+)\s+(\S+)\s*$")
_JOINED = timedelta(minutes=30)
"""Two lines of the same activity no further apart than this are one stretch of it."""


class Stretch(NamedTuple):
    """Somebody did this from `start` to `end`."""

    start: datetime
    end: datetime
    activity: str


class Labels:
    """Labelled stretches, asked by moment."""

    def __init__(self, stretches: Iterator[Stretch]) -> None:
        self._stretches = sorted(stretches)
        self._starts = [stretch.start for stretch in self._stretches]

    def at(self, moment: datetime) -> str:
        """What was done then, or what ended last and how many minutes before; empty where nothing is known."""
        before = self._stretches[: bisect_right(self._starts, moment)][-20:]
        if not before:
            return ""
        during = [stretch for stretch in before if moment <= stretch.end]
        if during:
            return during[-1].activity
        last = max(before, key=lambda stretch: stretch.end)
        return f"{int((moment - last.end).total_seconds() // 60)} min after {last.activity}"


def labels_of(path: Path, format: str, zone: str) -> Labels:  # noqa: A002 - as in `read_recording`
    """The labels that lie in or beside the recording; none for the formats that have none."""
    reading = Reading(path, ZoneInfo(zone), Skipped())
    readers = {"casas": _casas, "uci-adl": _uci, "kasteren": _kasteren}
    return Labels(readers[format](reading) if format in readers else iter(()))


def _casas(reading: Reading) -> Iterator[Stretch]:
    """Each line carries its activity; stretches of it are made of the lines."""
    now: Stretch | None = None
    for _, line in reading.lines():
        found = _CASAS.match(line)
        if found is None:
            continue
        at, activity = reading.utc(found[1], now.end if now else None), found[2]
        if now is not None and activity == now.activity and at - now.end <= _JOINED:
            now = now._replace(end=max(at, now.end))
            continue
        if now is not None:
            yield now
        now = Stretch(at, at, activity)
    if now is not None:
        yield now


def _uci(reading: Reading) -> Iterator[Stretch]:
    beside = reading.path.with_name(reading.path.name.replace("_Sensors", "_ADLs"))
    for _, line in reading.lines(beside) if beside.exists() else ():
        if found := _UCI.match(line):
            yield Stretch(reading.utc(found[1]), reading.utc(found[2]), found[3])


def _kasteren(reading: Reading) -> Iterator[Stretch]:
    beside = reading.path.with_suffix(".activities")
    names = dict(_names(reading))
    for _, line in reading.lines(beside) if beside.exists() else ():
        cells = line.split("\t")
        if len(cells) == 3 and all(cell.strip().isdecimal() for cell in cells):  # noqa: PLR2004 - start, length, activity
            start = reading.utc(datetime.fromtimestamp(int(cells[0]), UTC).replace(tzinfo=None))
            yield Stretch(
                start, start + timedelta(seconds=int(cells[1])), names.get(cells[2].strip(), cells[2].strip())
            )


def _names(reading: Reading) -> Iterator[tuple[str, str]]:
    path = reading.path.with_suffix(".activity_names")
    for _, line in reading.lines(path) if path.exists() else ():
        number, _, name = line.partition("\t")
        yield number.strip(), name.strip()
