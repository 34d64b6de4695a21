"""What goes wrong, or only seems to: scenes, and how often each is played.

How often is partly known: of activations of social alarms about 6 % are serious falls or
accidents, about half are ordinary needs, most come between 8 and 11 (SINTEF A27757). The other
rates are guesses for 69 residents, on the high side, so that a day shows something of everything.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from carehub.village import faults, scenes
from carehub.village.days import OSLO, moment
from carehub.village.scenes import Scene
from carehub.village.sensors import Household

Play = Callable[[Random, Household, datetime], Scene | None]
"""Plays the scene in a household; None where it cannot happen there (no radar, no kitchen)."""

_MORNING_PEAK = (1, 1, 1, 1, 1, 1, 2, 4, 9, 9, 8, 5, 4, 4, 4, 3, 3, 3, 4, 4, 3, 3, 2, 1)
_ALWAYS = (1,) * 24
_BY_NIGHT = (3, 4, 6, 5, 3, 1, *(0,) * 16, 0, 1)
_MEALS = (*(0,) * 7, 3, 2, 1, 1, 2, 2, 1, 3, 4, 4, 2, 2, 1, 0, 0, 0, 0)
_AWAKE = (*(0,) * 7, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 0, 0)
_BEFORE_DAWN = (*(0,) * 5, 1, *(0,) * 18)


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that may happen.

    Attributes:
        per_day: Mean number in all of Marker.
        hours: Weight of each local hour.
        show: Weight when a demonstration wants something to happen every minute.
    """

    name: str
    play: Play
    per_day: float
    hours: Sequence[int]
    show: float


PRESS = Incident("press", scenes.press, 14, _MORNING_PEAK, 6)
INCIDENTS = (
    PRESS,
    Incident("repeated_press", scenes.repeated_press, 2.5, _MORNING_PEAK, 2),
    Incident("fall", scenes.fall, 0.5, _ALWAYS, 3),
    Incident("night_wandering", scenes.night_wandering, 0.8, _BY_NIGHT, 3),
    Incident("long_bathroom_stay", scenes.long_bathroom_stay, 0.8, _AWAKE, 1),
    Incident("not_getting_up", scenes.not_getting_up, 0.3, _BEFORE_DAWN, 1),
    Incident("bed_exit", scenes.bed_exit, 1.5, _BY_NIGHT, 2),
    Incident("smoke", scenes.smoke, 0.25, _MEALS, 1),
    Incident("water_leak", scenes.water_leak, 0.1, _ALWAYS, 1),
    Incident("cold_home", scenes.cold_home, 0.1, _ALWAYS, 0.5),
    Incident("dead_battery", faults.dead_battery, 0.4, _ALWAYS, 0.5),
    Incident("silent_device", faults.silent_device, 0.4, _ALWAYS, 0.5),
    Incident("flapping_contact", faults.flapping_contact, 0.2, _ALWAYS, 0.5),
    Incident("duplicate_message", faults.duplicate_message, 6, _ALWAYS, 0.5),
    Incident("late_message", faults.late_message, 2, _ALWAYS, 0.5),
    Incident("garbage", faults.garbage, 0.7, _ALWAYS, 0.5),
)

FIRST_AFTER_S = 8
"""Wall-clock seconds until the first press of a button, so that whoever starts the demonstration sees one."""
_THEN_AFTER_S = 12
_SHOW_EVERY_S = 60


def as_in_life(seed: int, start: datetime, homes: Sequence[Household]) -> Iterator[Scene]:
    """Scenes from `start` on, for ever, as often as a municipality of this size would see them."""
    first = start.astimezone(OSLO).date()
    for past in count():
        day = first + timedelta(days=past)
        rng = Random(f"{seed}/{day}/incidents")
        planned = sorted(_planned(rng, day), key=lambda each: each[0])
        yield from (scene for at, what in planned if at >= start and (scene := somewhere(rng, homes, what, at)))


def _planned(rng: Random, day: date) -> Iterator[tuple[datetime, Incident]]:
    for what in INCIDENTS:
        elapsed = rng.expovariate(what.per_day)
        while elapsed < 1:
            hour = rng.choices(range(24), what.hours)[0]
            yield moment(day, 60 * hour + rng.uniform(0, 60)), what
            elapsed += rng.expovariate(what.per_day)


def eventful(seed: int, start: datetime, homes: Sequence[Household], speed: float) -> Iterator[Scene]:
    """Scenes about every minute of wall-clock time, such as fit the hour; for ever.

    Args:
        speed: Seconds in the village for each second of wall-clock time.
    """
    rng = Random(f"{seed}/{start.isoformat()}/eventful")
    at = start + timedelta(seconds=(FIRST_AFTER_S + _THEN_AFTER_S) * speed)
    while True:
        at += timedelta(seconds=_SHOW_EVERY_S * rng.uniform(0.6, 1.4) * speed)
        hour = at.astimezone(OSLO).hour
        scene = somewhere(rng, homes, rng.choices(INCIDENTS, [_fits(what, hour) for what in INCIDENTS])[0], at)
        if scene:
            yield scene


def _fits(what: Incident, hour: int) -> float:
    return what.show if what.hours[hour] else 0


def first_presses(seed: int, start: datetime, homes: Sequence[Household], speed: float) -> Iterator[Scene]:
    """An ordinary press in the first ward a few wall-clock seconds after the start, then one in the first zone.

    Their tablet and their telephone are the ones that a demonstration offers, and of other units a screen tells little.
    """
    rng = Random(f"{seed}/{start.isoformat()}/first")
    for place, kind in enumerate(("room", "home")):
        unit = next(home.dwelling.unit_id for home in homes if home.dwelling.kind == kind)
        there = [home for home in homes if home.dwelling.unit_id == unit]
        at = start + timedelta(seconds=(FIRST_AFTER_S + place * _THEN_AFTER_S) * speed)
        yield scenes.one_press(rng, rng.choice(there), at)


def somewhere(rng: Random, homes: Sequence[Household], what: Incident, at: datetime) -> Scene | None:
    """Play it in the first household, in a drawn order, where it can happen."""
    order = rng.sample(homes, len(homes))
    return next((scene for home in order if (scene := what.play(rng, home, at))), None)
