"""Rounds of digital supervision: when each is due, how it is done, and what was seen."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from carehub.core.people.shifts import instant

KIND = "supervision-missed"
"""Of the alert, as the rulebook's own rule of that name calls it."""
HELP_KIND = "supervision-help"
CODE = "4.26"
"""`vkp-alert-code`."""
LATEST = timedelta(hours=24)
"""A round that should have been done longer ago, while the hub was down, is listed as missed and calls nobody."""
NOT_AT_HOME = "Beboeren var ikke hjemme."
_DAY = timedelta(days=1)


class How(StrEnum):
    """How somebody looks in."""

    CAMERA = "camera"
    SENSOR = "sensor"
    """By what the sensors have seen."""
    VISIT = "visit"
    SPEECH = "speech"
    """Through a speaker in the room."""


class Seen(StrEnum):
    """What was seen."""

    ASLEEP = "asleep"
    CALM = "calm"
    UP = "up"
    NOT_THERE = "not_there"
    HELP = "help"
    """The resident needs somebody: that calls."""


HOW_NB: dict[How, str] = {
    How.CAMERA: "Kamera", How.SENSOR: "Sensorene", How.VISIT: "Besøk på rommet", How.SPEECH: "Tale",
}  # fmt: skip
SEEN_NB: dict[Seen, str] = {
    Seen.ASLEEP: "Sover", Seen.CALM: "Våken og rolig", Seen.UP: "Oppe", Seen.NOT_THERE: "Ikke på rommet",
    Seen.HELP: "Trenger hjelp",
}  # fmt: skip


class Agreed(Protocol):
    """What is agreed, as a row has it."""

    opens: time
    closes: time
    last_day: date | None
    made_at: datetime


def windows(agreed: Agreed, now: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """When it opens and when it is due, of those that are open now or were due within a day.

    One that was open already when it was agreed begins the next time: nobody is blamed for what was not agreed.
    """
    today = now.astimezone(zone).date()
    for day in (today - 2 * _DAY, today - _DAY, today):
        if agreed.last_day is not None and day > agreed.last_day:
            continue
        opens = instant(day, agreed.opens, zone)
        due = instant(day if agreed.closes > agreed.opens else day + _DAY, agreed.closes, zone)
        if opens <= now and due > now - LATEST and opens >= agreed.made_at:
            yield opens, due
