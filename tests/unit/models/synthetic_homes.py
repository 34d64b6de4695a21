"""Invented residents for the tests of detectors: Poisson days, no real person's.

Not village-quality and not meant to be: only what a daily rhythm can see, with a knob for each change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from carehub.contracts import Activity

OSLO = ZoneInfo("Europe/Oslo")
FIRST_DAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One resident's habits; the rates are means of Poisson numbers.

    Attributes:
        exits: Out of bed per night.
        moves: Movements per waking hour.
        kitchen: The share of them that are in the kitchen.
        bathroom: Bathroom visits per waking day.
        outings: Walks per day.
        rises: Minutes after midnight.
    """

    exits: float = 1.3
    moves: float = 7.0
    kitchen: float = 0.25
    bathroom: float = 6.0
    outings: float = 1.0
    rises: float = 430
    bed_sensor: bool = True


Change = Callable[[Life, int], Life]
"""What a life becomes on day number n."""


def unchanged(life: Life, _day: int) -> Life:
    return life


def some_life(rng: np.random.Generator) -> Life:
    return Life(
        exits=rng.uniform(0.5, 3), moves=rng.uniform(4, 12), kitchen=rng.uniform(0.15, 0.35),
        bathroom=rng.uniform(4, 8), outings=rng.uniform(0.3, 2), rises=rng.uniform(380, 500),
        bed_sensor=bool(rng.random() < 0.7),
    )  # fmt: skip


def lived(life: Life, days: int, seed: int, change: Change = unchanged, first: date = FIRST_DAY) -> list[Activity]:
    """So many days of a life, oldest first."""
    rng = np.random.default_rng(seed)
    events = [
        event for number in range(days) for event in _day(change(life, number), first + timedelta(days=number), rng)
    ]
    return sorted(events, key=lambda one: one.at)


def morning_after(days: int, hour: int = 7, first: date = FIRST_DAY) -> datetime:
    """The clock on the morning after so many days."""
    day = first + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=OSLO).astimezone(UTC)


def _day(life: Life, day: date, rng: np.random.Generator) -> Iterator[Activity]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)

    def at(minute: float, kind: str, place: str) -> Activity:
        return Activity(at=midnight + timedelta(minutes=float(minute)), kind=kind, place=place)

    rises = life.rises + rng.normal(0, 20)
    beds = 1350 + rng.normal(0, 20)
    for minute in rng.uniform(20, rises - 30, rng.poisson(life.exits)):
        if life.bed_sensor:
            yield at(minute, "bed.left", "bedroom")
            yield at(minute + 7, "bed.entered", "bedroom")
        yield at(minute + 0.3, "motion.detected", "bedroom")
        yield at(minute + 2, "motion.detected", "bathroom")
        yield at(minute + 6.5, "motion.detected", "bedroom")
    if life.bed_sensor:
        yield at(rises, "bed.left", "bedroom")
        yield at(beds, "bed.entered", "bedroom")
    away = [(start, start + rng.uniform(20, 90)) for start in rng.uniform(600, 1080, rng.poisson(life.outings))]
    for start, end in away:
        yield at(start, "door.opened", "entrance")
        yield at(end, "door.opened", "entrance")
    vigour = float(np.exp(rng.normal(0, 0.12)))  # some days are livelier: more scatter than Poisson's
    number = rng.poisson(life.moves * vigour * (beds - rises) / 60)
    rest = (1 - life.kitchen) / 3
    rooms = rng.choice(["kitchen", "living_room", "hall", "bedroom"], size=number, p=[life.kitchen, rest, rest, rest])
    for minute, room in zip(rng.uniform(rises, beds, number), rooms, strict=True):
        if not any(start < minute < end for start, end in away):
            yield at(minute, "motion.detected", str(room))
            yield at(minute + 0.4, "motion.cleared", str(room))
    for minute in rng.uniform(rises, beds, rng.poisson(life.bathroom)):
        if not any(start < minute < end for start, end in away):
            yield at(minute, "motion.detected", "bathroom")


def restless_nights(from_day: int) -> Change:
    """One more time out of bed for every night that passes, up to six."""
    return lambda life, day: replace(life, exits=life.exits + min(6, max(0, day - from_day)))
