"""Homes that researchers recorded and published, said again as carehub/v1 messages."""

import heapq
import re
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from carehub.app.recordings.reading import Reading, Recorded, Voice, slug
from carehub.app.recordings.things import (
    CASAS_KINDS,
    CASAS_LIGHT_KINDS,
    CASAS_PLACES,
    TIHM_ROOMS,
    TIHM_VITALS,
    Thing,
    kasteren_thing,
    uci_thing,
)

# --- CASAS ---------------------------------------------------------------------------------

CASAS_SHAPE = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\s+(?P<area>\S+)\s+(?P<sensor>\S+)\s+"
    r"(?P<said>ON|OFF|OPEN|CLOSE)(?:\s|$)"
)


def read_casas(reading: Reading) -> Iterator[Recorded]:
    """WSU CASAS: ``date time area sensor ON|OFF|OPEN|CLOSE activity``.

    The activity is the researchers' answer and not a message. The lines are in order of time.
    """
    voice, before = Voice("casas"), None
    for number, line in reading.lines():
        found = CASAS_SHAPE.match(line)
        if found is None:
            reading.refuse(number, line, "not a CASAS event")
            continue
        try:
            before = at = reading.utc(found["at"], before)
        except (ValueError, OverflowError):
            reading.refuse(number, line, "not a time")
            continue
        area, sensor = found["area"], found["sensor"]
        kinds = CASAS_LIGHT_KINDS if sensor.endswith("Light") else CASAS_KINDS
        kind = kinds.get(found["said"], CASAS_KINDS[found["said"]])
        yield voice.say(at, "casas", Thing(f"{area} {sensor}", CASAS_PLACES.get(area)), kind)


# --- intervals: UCI ADL, van Kasteren, MIT -------------------------------------------------


class _Stretch(NamedTuple):
    """A sensor was on from `start` to `end`."""

    start: datetime
    end: datetime
    thing: Thing


def _on_and_off(stretches: Iterator[_Stretch], home: str, voice: Voice) -> Iterator[Recorded]:
    """Each stretch as the messages of its two ends, in order of time.

    Sorted in memory: these files are of some thousand lines, and two of them are not in order. At the
    same moment what began earlier ends before something new begins.
    """
    ends: list[tuple[datetime, datetime, int, Thing, str]] = []
    for start, end, thing in stretches:
        ends.append((start, start, 0, thing, thing.on))
        if thing.off is not None:
            ends.append((end, start, 1, thing, thing.off))
    for at, _, _, thing, kind in sorted(ends, key=lambda end: end[:3]):
        yield voice.say(at, home, thing, kind)


UCI_SHAPE = re.compile(r"^(\d{4}-\d\d-\d\d [\d:]+)\s+(\d{4}-\d\d-\d\d [\d:]+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$")
UCI_HEADING = re.compile(r"^(Start time|-{3,})")


def read_uci_adl(reading: Reading) -> Iterator[Recorded]:
    """UCI ADL (Ordóñez): ``start end location type place``; the home is named by the file (OrdonezA_…)."""
    home = slug(re.split(r"[_.]", reading.path.name)[0])
    return _on_and_off(_uci_stretches(reading), home, Voice("uci-adl"))


def _uci_stretches(reading: Reading) -> Iterator[_Stretch]:
    before: datetime | None = None
    for number, line in reading.lines():
        found = UCI_SHAPE.match(line)
        thing = uci_thing(found[3], found[4], found[5]) if found else None
        if found is None or thing is None:
            reading.refuse(number, "" if UCI_HEADING.match(line) else line, "not a known sensor's interval")
            continue
        try:
            start = before = reading.utc(found[1], before)
            end = reading.utc(found[2], start)
        except (ValueError, OverflowError):
            reading.refuse(number, line, "not a time")
            continue
        if end < start:
            reading.refuse(number, line, "ends before it begins")
            continue
        yield _Stretch(start, end, thing)


KASTEREN_SHAPE = re.compile(r"^\d{9,10}\t\d+\t\d+\s*$")


def read_kasteren(reading: Reading) -> Iterator[Recorded]:
    """Van Kasteren's and MIT's houses: ``start length sensor``, in seconds; names in ``<house>.sensor_names``.

    The numbers call themselves GMT, but are wall clocks: taken as UTC, the houses in Boston would get
    up between one and two at night; taken as local time they get up at half past six.
    """
    home = slug(reading.path.name.partition(".")[0])
    return _on_and_off(_kasteren_stretches(reading), home, Voice("kasteren"))


def _kasteren_stretches(reading: Reading) -> Iterator[_Stretch]:
    things = _kasteren_things(reading)
    before: datetime | None = None
    for number, line in reading.lines():
        try:
            start_s, length_s, sensor = (int(cell) for cell in line.split("\t"))
            start = reading.utc(datetime.fromtimestamp(start_s, UTC).replace(tzinfo=None), before)
            end = start + timedelta(seconds=max(length_s, 0))
        except (ValueError, OverflowError, OSError):
            reading.refuse(number, line, "not start, length and sensor")
            continue
        before = start
        yield _Stretch(start, end, things.get(sensor) or kasteren_thing(sensor, None))


def _kasteren_things(reading: Reading) -> dict[int, Thing]:
    path = reading.path.with_suffix(".sensor_names")
    things: dict[int, Thing] = {}
    for number, line in reading.lines(path) if path.exists() else ():
        sensor, _, name = line.partition("\t")
        if sensor.isdecimal():
            things[int(sensor)] = kasteren_thing(int(sensor), name.strip())
        else:
            reading.refuse(number, line, "not a sensor's name", path)
    return things


# --- TIHM ----------------------------------------------------------------------------------

_Row = tuple[float, str, str, float | None]
"""Seconds since 1970, patient, sensor, value."""

TIHM_NAMES = tuple(TIHM_ROOMS)
_ROOM_NUMBERS = {name: number for number, name in enumerate(TIHM_NAMES)}
TIHM_SHAPE = re.compile(r"^patient_id,(location_name,date|date,device_type,value,unit)$")


def read_tihm(reading: Reading) -> Iterator[Recorded]:
    """TIHM's folder: every home's activations and readings, merged in order of time.

    Activity.csv is ordered per patient. A patient's rows are kept as eight bytes each (8 MB for the
    1,030,559 of the release) and merged as they are asked for, so nothing larger is ever built. The
    sensors only tell that somebody was there: no `cleared` or `closed` is made up.
    """
    voice = Voice("tihm")
    rows = heapq.merge(tihm_vitals(reading), *_tihm_activations(reading))
    for at_s, patient, name, value in rows:
        thing = TIHM_ROOMS[name] if value is None else TIHM_VITALS[name]
        yield voice.say(datetime.fromtimestamp(at_s, UTC), patient, thing, thing.on, value)


def _tihm_file(reading: Reading, name: str) -> Path | None:
    folder = reading.path if reading.path.is_dir() else reading.path.parent
    return next((path for path in (folder / f"{name}.gz", folder / name) if path.exists()), None)


def _tihm_activations(reading: Reading) -> list[Iterator[_Row]]:
    packed = packed_activations(reading)
    return [_unpacked(patient, rows) for patient, rows in packed.items()]


def _unpacked(patient: str, rows: "array[int]") -> Iterator[_Row]:
    for row in rows:
        yield (row >> 8), patient, TIHM_NAMES[row & 255], None


def packed_activations(reading: Reading) -> "dict[str, array[int]]":
    """Per patient: moments (seconds) and rooms, eight bytes each, ascending."""
    path = _tihm_file(reading, "Activity.csv")
    packed: dict[str, array[int]] = {}
    before: dict[str, datetime] = {}
    for number, line in reading.lines(path) if path else ():
        try:
            patient, room, date = line.split(",")
            at = reading.utc(date, before.get(patient))
            row = int(at.timestamp()) << 8 | _ROOM_NUMBERS[room]
        except (ValueError, OverflowError, KeyError):
            reading.refuse(number, "" if TIHM_SHAPE.match(line) else line, "not an activation", path)
            continue
        packed.setdefault(patient, array("q")).append(row)
        before[patient] = at
    return {patient: array("q", sorted(rows)) for patient, rows in packed.items()}


def tihm_vitals(reading: Reading) -> list[_Row]:
    """Physiology.csv, some ten thousand rows: sorted in memory."""
    path = _tihm_file(reading, "Physiology.csv")
    rows: list[_Row] = []
    for number, line in reading.lines(path) if path else ():
        row = _vital(reading, line)
        if row is not None:
            rows.append(row)
        else:
            reading.refuse(number, "" if TIHM_SHAPE.match(line) else line, "not a reading", path)
    return sorted(rows)


def _vital(reading: Reading, line: str) -> _Row | None:
    try:
        patient, date, name, value, _unit = line.split(",")
        row = (reading.utc(date).timestamp(), patient, name, float(value))
    except (ValueError, OverflowError):
        return None
    return row if name in TIHM_VITALS and isfinite(row[3]) else None
