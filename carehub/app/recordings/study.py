"""TIHM as a study sees it: homes, readings and what clinicians confirmed, all in memory."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.app.recordings.homes import TIHM_NAMES, packed_activations, tihm_vitals
from carehub.app.recordings.reading import Reading, Skipped
from carehub.app.recordings.things import TIHM_ROOMS, TIHM_VITALS
from carehub.contracts import Activity, ConfigurationError

Measured = tuple[str, datetime, str, float]
"""Who, when, what (an event's kind), how much."""

Labelled = tuple[str, date, str]
"""Who, which day, what clinicians confirmed. The hour is that of a clinic and is not read."""


@dataclass(frozen=True, slots=True)
class Study:
    """The whole recording."""

    homes: dict[str, list[Activity]]
    readings: list[Measured]
    labels: list[Labelled]


def read_study(folder: Path, zone: ZoneInfo) -> Study:
    """Read TIHM's folder.

    Raises:
        ConfigurationError: There is no such study in the folder.
    """
    labels = folder / "Labels.csv"
    if not labels.exists():
        raise ConfigurationError(f"{folder} is no folder of TIHM: it holds no Labels.csv")
    reading = Reading(folder, zone, Skipped())
    homes = {
        who: [_activity(row >> 8, TIHM_NAMES[row & 255]) for row in rows]
        for who, rows in packed_activations(reading).items()
    }
    readings = [
        (who, datetime.fromtimestamp(at, UTC), TIHM_VITALS[name].on, value)
        for at, who, name, value in tihm_vitals(reading)
        if value is not None
    ]
    with labels.open(encoding="utf-8", newline="") as stream:
        told = [
            (row["patient_id"], date.fromisoformat(row["date"][:10]), row["type"]) for row in csv.DictReader(stream)
        ]
    return Study(homes, readings, told)


def _activity(at_s: int, name: str) -> Activity:
    thing = TIHM_ROOMS[name]
    return Activity(at=datetime.fromtimestamp(at_s, UTC), kind=thing.on, place=thing.place)
