"""What the sensors of a household notice of the people in it: signals, in the words of carehub/v1.

A signal is what happened at one device. How the device says it on its road is `wire.py`'s.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count
from random import Random
from typing import NamedTuple

from carehub.village.days import OSLO, Doing, Rhythm, Stay, rhythm, stays
from carehub.village.fittings import BED_PAD, CHECK_IN_S, CLIMATE, MOTION
from carehub.village.register import OWN, Device, Directory, Dwelling

_SEES_FOR = timedelta(seconds=90)
"""zigbee2mqtt says that nobody is there 90 seconds after an Aqara sensor last saw somebody."""
_BLIND_S = 60
"""Such a sensor is blind for a minute after it saw somebody."""
_MINUTES_BETWEEN = {
    Doing.SLEEP: 160, Doing.NAP: 45, Doing.TOILET: 1.5, Doing.MEAL: 3, Doing.REST: 11, Doing.OUT: 1e9,
}  # fmt: skip
"""Mean minutes between two movements that a sensor can see."""
_LOOK_BACK = timedelta(minutes=10)
"""No sensor's signal falls behind another's by more than this."""


class Signal(NamedTuple):
    """One thing that one device noticed.

    Attributes:
        at: UTC.
        kind: A word of carehub/v1, or "check_in" for a sign of life that repeats what is known.
        value: A measurement; None where the kind says it all.
        manner: How it is sent: "plain", "twice", "late" (20 minutes after it happened) or "garbage".
    """

    at: datetime
    kind: str
    device: Device
    value: float | None = None
    manner: str = "plain"


@dataclass(frozen=True)
class Household:
    """A dwelling with those who live in it and what stands there."""

    dwelling: Dwelling
    rhythms: tuple[Rhythm, ...]
    devices: tuple[Device, ...]
    resident_ids: tuple[str, ...]

    @cached_property
    def motion(self) -> dict[str | None, Device]:
        """The motion sensor of each place."""
        return {device.place: device for device in self.devices if device.model in MOTION}

    @cached_property
    def door(self) -> Device:
        """The contact on the entrance door."""
        return next(device for device in self.devices if device.place == "entrance")

    def having(self, model: str) -> Device | None:
        """Its first device of a model."""
        return next((device for device in self.devices if device.model == model), None)

    def concerned(self, device: Device) -> str | None:
        """Whom a device tells of: its wearer, or the only one who lives there."""
        return device.resident_id or (self.resident_ids[0] if len(self.resident_ids) == 1 else None)


def households(register: Directory, seed: int, changes_from: date) -> list[Household]:
    """Every dwelling with its people; the slow change begins on `changes_from`."""
    return [_household(register, dwelling, seed, changes_from) for dwelling in register.dwellings]


def _household(register: Directory, dwelling: Dwelling, seed: int, changes_from: date) -> Household:
    living = register.residents_of[dwelling.id]
    changing = register.changing_resident_id
    rhythms = (rhythm(seed, who, dwelling, changes_from if who.id == changing else None) for who in living)
    return Household(dwelling, tuple(rhythms), register.devices_of[dwelling.id], tuple(who.id for who in living))


def lived(home: Household, since: datetime) -> Iterator[Signal]:
    """Everything that the sensors notice from `since` on, in order, for ever."""
    each = [_in_order(_of_one(home, who, since)) for who in home.rhythms]
    return (signal for signal in heapq.merge(*each, key=_when) if signal.at >= since)


def _of_one(home: Household, who: Rhythm, since: datetime) -> Iterator[Signal]:
    # A day begins when people get up, so that yesterday tells of the small hours.
    yesterday = since.astimezone(OSLO).date() - timedelta(days=1)
    for later in count():
        day = yesterday + timedelta(days=later)
        rng = Random(f"{who.key}/{day}/sensors")
        for stay in (stay for stay in stays(who, day) if stay.end >= since - _SEES_FOR):
            yield from sorted(_noticed(rng, home, stay), key=_when)


def _when(signal: Signal) -> datetime:
    return signal.at


def _in_order(signals: Iterable[Signal]) -> Iterator[Signal]:
    """Sort a stream that is nearly in order already."""
    waiting: list[tuple[datetime, int, Signal]] = []
    for place, signal in enumerate(signals):
        heapq.heappush(waiting, (signal.at, place, signal))
        while waiting and waiting[0][0] < signal.at - _LOOK_BACK:
            yield heapq.heappop(waiting)[2]
    yield from (heapq.heappop(waiting)[2] for _ in range(len(waiting)))


def _noticed(rng: Random, home: Household, stay: Stay) -> Iterator[Signal]:
    if stay.place is None:
        yield from _goes_out(home, stay)
        return
    sensor = home.motion.get(stay.place)
    if sensor:
        yield from _moves(rng, sensor, stay)
    pad = home.having(BED_PAD)
    if pad and stay.doing is Doing.SLEEP:
        yield Signal(min(stay.start + timedelta(seconds=70), stay.end), "bed.entered", pad)
        yield Signal(stay.end, "bed.left", pad)


def _moves(rng: Random, sensor: Device, stay: Stay) -> Iterator[Signal]:
    """Seen on the way in, and now and then while there; each time out of sight again if nothing moves."""
    mean_s = _MINUTES_BETWEEN[stay.doing] * 60
    at = stay.start + timedelta(seconds=rng.uniform(2, 9))
    while at < stay.end:
        yield Signal(at, "motion.detected", sensor)
        following = at + timedelta(seconds=_BLIND_S + rng.expovariate(1 / mean_s))
        if following - at > _SEES_FOR or following >= stay.end:
            yield Signal(at + _SEES_FOR, "motion.cleared", sensor)
        at = following


def through_door(home: Household, at: datetime) -> Iterator[Signal]:
    """Somebody goes in or out and shuts the door after them."""
    yield Signal(at, "door.opened", home.door)
    yield Signal(at + timedelta(seconds=14), "door.closed", home.door)


def seen(home: Household, place: str, at: datetime) -> Iterator[Signal]:
    """Somebody passes a motion sensor, if there is one in that place."""
    sensor = home.motion.get(place)
    if sensor:
        yield Signal(at, "motion.detected", sensor)
        yield Signal(at + _SEES_FOR, "motion.cleared", sensor)


def _goes_out(home: Household, stay: Stay) -> Iterator[Signal]:
    if stay.end - stay.start < timedelta(minutes=2):
        return  # they only thought of it
    yield from seen(home, "hall", stay.start)
    yield from through_door(home, stay.start + timedelta(seconds=20))
    yield from through_door(home, stay.end)
    yield from seen(home, "hall", stay.end + timedelta(seconds=8))


def check_ins(device: Device, start: datetime, seed: int) -> Iterator[Signal]:
    """A device's signs of life, for ever: its own rhythm, its own phase; a thermometer's with the temperature."""
    rng = Random(f"{seed}/{device.id}/check_ins")
    every = CHECK_IN_S[device.source]
    at = start + timedelta(seconds=rng.uniform(0, every))
    comfort = rng.uniform(20.0, 23.5)
    while True:
        yield _sign_of_life(device, at, comfort + rng.gauss(0, 0.2))
        at += timedelta(seconds=every * rng.uniform(0.95, 1.05))


def _sign_of_life(device: Device, at: datetime, degrees: float) -> Signal:
    if device.model == CLIMATE:
        # Half a degree colder at four in the morning than at four in the afternoon.
        night = abs(at.astimezone(OSLO).hour - 16) / 24
        return Signal(at, "temperature", device, round(degrees - night, 2))
    return Signal(at, "device.heartbeat" if device.source == OWN else "check_in", device)
