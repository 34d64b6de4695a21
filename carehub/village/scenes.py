"""Scenes with people: somebody falls, wanders, stays too long, or merely wants the blanket tucked in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from carehub.village.fittings import BED_PAD, CLIMATE, CORD, LEAK, PENDANT, RADAR, SMOKE
from carehub.village.register import Device
from carehub.village.sensors import Household, Signal, seen, through_door

_MOVING = frozenset({"motion.detected", "door.opened", "bed.entered", "bed.left"})
"""What only people cause. The end of a motion and a device's signs of life come also when nobody stirs."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when to when nobody stirs in a dwelling; or, with a device, when that device is not heard at all."""

    dwelling_id: str
    start: datetime
    end: datetime
    device_id: str | None = None

    def covers(self, signal: Signal) -> bool:
        """Whether this signal of ordinary life is not to be heard."""
        if self.device_id is None:
            displaced = signal.device.dwelling_id == self.dwelling_id and signal.kind in _MOVING
        else:
            displaced = signal.device.id == self.device_id
        return displaced and self.start <= signal.at < self.end


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens: the signals of it, in order, and the ordinary life that it displaces."""

    start: datetime
    signals: tuple[Signal, ...]
    quiet: Quiet | None = None


def scene(start: datetime, signals: Iterable[Signal], quiet: Quiet | None = None) -> Scene:
    """Put the signals in order."""
    return Scene(start, tuple(sorted(signals, key=lambda signal: signal.at)), quiet)


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def _button(rng: Random, home: Household) -> Device:
    """What somebody here would press or pull: the pendant they wear, one time in four the cord."""
    pendants = [device for device in home.devices if device.model == PENDANT]
    cord = home.having(CORD)
    return cord if cord and rng.random() < 0.25 else rng.choice(pendants)  # noqa: PLR2004


def _pressed(button: Device, at: datetime) -> Signal:
    return Signal(at, "cord.pulled" if button.model == CORD else "button.pressed", button)


def one_press(rng: Random, home: Household, at: datetime) -> Scene:
    """One press, and no more."""
    return scene(at, [_pressed(_button(rng, home), at)])


def press(rng: Random, home: Household, at: datetime) -> Scene:
    """An ordinary need, mostly; one in twenty was a mistake, and is taken back at once."""
    button = _button(rng, home)
    signals = [_pressed(button, at)]
    if button.model == PENDANT and rng.random() < 0.05:  # noqa: PLR2004
        signals.append(Signal(at + timedelta(seconds=rng.uniform(4, 20)), "button.cancelled", button))
    return scene(at, signals)


def repeated_press(rng: Random, home: Household, at: datetime) -> Scene:
    """Nobody comes quickly enough: the same button again, two to four times in all."""
    button, moments = _button(rng, home), [at]
    for _ in range(rng.randint(1, 3)):
        moments.append(moments[-1] + _minutes(rng.uniform(1.5, 9)))
    return scene(at, (_pressed(button, each) for each in moments))


def fall(rng: Random, home: Household, at: datetime) -> Scene | None:
    """On the floor: the radar first suspects, then knows; half of them reach their button. Nothing else moves."""
    radar = home.having(RADAR)
    if radar is None or len(home.resident_ids) > 1:
        return None
    up = at + _minutes(rng.uniform(15, 45))
    signals = [Signal(at, "fall.suspected", radar), Signal(at + _minutes(0.5), "fall.detected", radar)]
    signals.append(Signal(up, "fall.cleared", radar))
    if rng.random() < 0.5:  # noqa: PLR2004
        signals.append(_pressed(_button(rng, home), at + _minutes(rng.uniform(1, 8))))
    return scene(at, signals, Quiet(home.dwelling.id, at, up))


def night_wandering(rng: Random, home: Household, at: datetime) -> Scene:
    """Out through the entrance door in the night, and not back for a good while."""
    back = at + _minutes(rng.uniform(20, 70))
    out = [*seen(home, "hall", at - _minutes(0.4)), *through_door(home, at)]
    pad = home.having(BED_PAD)
    if pad and len(home.resident_ids) == 1:
        out.append(Signal(at - _minutes(2), "bed.left", pad))
        out.append(Signal(back + _minutes(4), "bed.entered", pad))
    home_again = [*through_door(home, back), *seen(home, "hall", back + _minutes(0.2))]
    return scene(at - _minutes(2), [*out, *home_again], Quiet(home.dwelling.id, at - _minutes(2), back + _minutes(5)))


def long_bathroom_stay(rng: Random, home: Household, at: datetime) -> Scene | None:
    """In the bathroom for one or two hours, moving little."""
    sensor = home.motion.get("bathroom")
    if sensor is None or len(home.resident_ids) > 1:
        return None
    end = at + _minutes(rng.uniform(60, 120))
    signals, when = [], at
    while when < end:
        signals += list(seen(home, "bathroom", when))
        when += _minutes(rng.uniform(3, 9))
    return scene(at, signals, Quiet(home.dwelling.id, at, end))


def not_getting_up(rng: Random, home: Household, at: datetime) -> Scene | None:
    """Nothing is heard from before dawn until late in the morning."""
    if len(home.resident_ids) > 1:
        return None
    up = at + _minutes(60 * rng.uniform(5, 6.5))
    pad = home.having(BED_PAD)
    return scene(at, [Signal(up, "bed.left", pad)] if pad else [], Quiet(home.dwelling.id, at, up))


def bed_exit(rng: Random, home: Household, at: datetime) -> Scene | None:
    """Out of bed in the night, and about the bedroom instead of back."""
    pad = home.having(BED_PAD)
    if pad is None or len(home.resident_ids) > 1:
        return None
    end = at + _minutes(rng.uniform(20, 50))
    about = [signal for n in range(4) for signal in seen(home, "bedroom", at + _minutes(1 + 4 * n))]
    signals = [Signal(at, "bed.left", pad), *about, Signal(end, "bed.entered", pad)]
    return scene(at, signals, Quiet(home.dwelling.id, at, end))


def smoke(rng: Random, home: Household, at: datetime) -> Scene | None:
    """Something burns on the stove: smoke, and after some minutes of an open window none."""
    return _begins_and_ends(home, SMOKE, "smoke", at, _minutes(rng.uniform(2, 8)))


def water_leak(rng: Random, home: Household, at: datetime) -> Scene | None:
    """Water on the bathroom floor until somebody has been there."""
    return _begins_and_ends(home, LEAK, "water", at, _minutes(rng.uniform(15, 60)))


def _begins_and_ends(home: Household, model: str, what: str, at: datetime, lasts: timedelta) -> Scene | None:
    device = home.having(model)
    if device is None:
        return None
    return scene(at, [Signal(at, f"{what}.detected", device), Signal(at + lasts, f"{what}.cleared", device)])


def cold_home(rng: Random, home: Household, at: datetime) -> Scene | None:
    """The heating has gone: colder by the hour, down to twelve degrees."""
    thermometer = home.having(CLIMATE)
    if thermometer is None:
        return None
    readings = list(_cooling(rng, thermometer, at))
    return scene(at, readings, Quiet(home.dwelling.id, at, readings[-1].at, thermometer.id))


def _cooling(rng: Random, thermometer: Device, at: datetime) -> Iterator[Signal]:
    degrees = 20.0
    for n in range(20):
        degrees = max(12.0, degrees - rng.uniform(0.4, 0.9))
        yield Signal(at + _minutes(30 * n), "temperature", thermometer, round(degrees, 2))
