"""Scenes without people: devices that fail, as devices do."""

from datetime import datetime, timedelta
from random import Random

from carehub.village.fittings import PENDANT
from carehub.village.register import ZIGBEE, Device
from carehub.village.scenes import Quiet, Scene, scene
from carehub.village.sensors import Household, Signal


def dead_battery(rng: Random, home: Household, at: datetime) -> Scene:
    """Low for an hour, and then nothing more until somebody has changed it."""
    device = _any(rng, home)
    dead = at + timedelta(hours=1)
    return scene(at, [Signal(at, "battery.low", device)], _silent(rng, home, device, dead))


def silent_device(rng: Random, home: Household, at: datetime) -> Scene:
    """Unplugged, or out of reach; no word of warning."""
    return Scene(at, (), _silent(rng, home, _any(rng, home), at))


def _silent(rng: Random, home: Household, device: Device, since: datetime) -> Quiet:
    return Quiet(home.dwelling.id, since, since + timedelta(hours=rng.uniform(4, 30)), device.id)


def _any(rng: Random, home: Household) -> Device:
    return rng.choice(home.devices)


def flapping_contact(rng: Random, home: Household, at: datetime) -> Scene:
    """A magnet that has come loose: open and shut, forty times in a few minutes."""
    kinds = ("door.opened", "door.closed")
    moments = [at + timedelta(seconds=6 * n + rng.uniform(0, 4)) for n in range(80)]
    return scene(at, (Signal(each, kinds[n % 2], home.door) for n, each in enumerate(moments)))


def duplicate_message(rng: Random, home: Household, at: datetime) -> Scene:
    """One ordinary message, twice: a gateway that never heard the broker's answer."""
    return scene(at, [_ordinary(rng, home, at, "twice")])


def late_message(rng: Random, home: Household, at: datetime) -> Scene:
    """One ordinary message that waited twenty minutes in a gateway without a network."""
    return scene(at, [_ordinary(rng, home, at, "late")])


def garbage(rng: Random, home: Household, at: datetime) -> Scene:
    """Half a message and two bytes of noise; one time in three on an alarm path."""
    if rng.random() < 1 / 3:
        pendant = next(device for device in home.devices if device.model == PENDANT)
        return scene(at, [Signal(at, "button.pressed", pendant, manner="garbage")])
    return scene(at, [_ordinary(rng, home, at, "garbage")])


def _ordinary(rng: Random, home: Household, at: datetime, manner: str) -> Signal:
    device = _any(rng, home)
    kind = "check_in" if device.source == ZIGBEE else "device.heartbeat"
    return Signal(at, kind, device, manner=manner)
