"""What each kind of device must show of itself: how often it is heard, and that its alarm arrives."""

from datetime import datetime, timedelta
from enum import StrEnum

from carehub.core.kinds import EventKind


class DeviceKind(StrEnum):
    """What a device is to the hub."""

    UNKNOWN = "unknown"
    GATEWAY = "gateway"
    """On mains: other devices speak through it."""
    BUTTON = "button"
    CORD = "cord"
    FALL = "fall"
    SMOKE = "smoke"
    GAS = "gas"
    SENSOR = "sensor"
    """Runs on a battery and raises no alarm of its own."""
    SWITCH = "switch"


LIFE_CRITICAL = frozenset({DeviceKind.BUTTON, DeviceKind.CORD, DeviceKind.FALL, DeviceKind.SMOKE, DeviceKind.GAS})
"""Whoever relies on one of these and does not have it is blind, and somebody must know."""

LONGEST_SILENCE = timedelta(hours=24)
TEST_EVERY = timedelta(days=30)
BATTERY_EMPTY = 5.0
"""At so many per cent a device may stop at any moment, and is not relied on."""
UNPROVEN_FOR = timedelta(hours=24)
"""So long after it was put up, a device whose alarm nobody has seen is somebody's task."""

_INTERVALS = 2.0
"""How many expected intervals may pass in silence."""
_SILENT_AFTER = {
    DeviceKind.GATEWAY: timedelta(minutes=3),
    DeviceKind.UNKNOWN: LONGEST_SILENCE,
    DeviceKind.SWITCH: LONGEST_SILENCE,
}
_ON_BATTERY = timedelta(hours=2, minutes=30)

_OF_EVENT: dict[str, DeviceKind] = {
    EventKind.BUTTON_PRESSED: DeviceKind.BUTTON,
    EventKind.CORD_PULLED: DeviceKind.CORD,
    EventKind.FALL_DETECTED: DeviceKind.FALL,
    EventKind.SMOKE_DETECTED: DeviceKind.SMOKE,
    EventKind.SMOKE_CLEARED: DeviceKind.SMOKE,
    EventKind.CARBON_MONOXIDE_DETECTED: DeviceKind.GAS,
    EventKind.GAS_DETECTED: DeviceKind.GAS,
}


_SENSED = frozenset({"door", "motion", "bed", "chair", "water", "vibration", "temperature", "humidity"})


def kind_told_by(event: str) -> DeviceKind | None:
    """What a device must be that sent this kind of event; None where that says nothing."""
    return _OF_EVENT.get(event) or (DeviceKind.SENSOR if event.partition(".")[0] in _SENSED else None)


def silent_after(kind: DeviceKind, expected_interval_s: int | None) -> timedelta:
    """How long after its last own message a device counts as silent: its interval twice, or its kind's default."""
    if expected_interval_s is None:
        return _SILENT_AFTER.get(kind, _ON_BATTERY)
    return min(LONGEST_SILENCE, _INTERVALS * timedelta(seconds=expected_interval_s))


def silent_kinds() -> dict[DeviceKind, timedelta]:
    """The same of a device without an interval of its own, for every kind."""
    return {kind: silent_after(kind, None) for kind in DeviceKind}


def is_silent(kind: DeviceKind, expected_interval_s: int | None, heard: datetime | None, now: datetime) -> bool:
    """Whether a device has been silent for too long.

    Args:
        heard: Its last own message; for one that never spoke, the day it was listed. None is late already.
    """
    return heard is None or now - heard > silent_after(kind, expected_interval_s)


def needs_test(kind: DeviceKind, tested_at: datetime | None, now: datetime, every: timedelta = TEST_EVERY) -> bool:
    """Whether the alarm of a life-critical device must be tried: nobody has seen it, or not for so long."""
    return kind in LIFE_CRITICAL and (tested_at is None or now - tested_at > every)
