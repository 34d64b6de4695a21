"""The pure parts of watching over devices: batteries, signs of life, and what counts as blind."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.events import Event
from carehub.core.watching.battery import empty_at
from carehub.core.watching.blindness import Cause, Guard, blind
from carehub.core.watching.supervision import (
    LIFE_CRITICAL,
    LONGEST_SILENCE,
    DeviceKind,
    is_silent,
    needs_test,
    silent_after,
)
from carehub.flow.watching.signs import Signs

NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
DAY = timedelta(days=1)


@given(st.sampled_from(DeviceKind), st.none() | st.integers(1, 10**7), st.floats(24.01, 1000))
def test_no_device_is_silent_for_longer_than_a_day(kind: DeviceKind, every_s: int | None, hours: float) -> None:
    """F62, G10: whatever interval was written down, and whatever the device is."""
    assert silent_after(kind, every_s) <= LONGEST_SILENCE
    assert is_silent(kind, every_s, NOW - timedelta(hours=hours), NOW)


def test_a_device_without_any_day_is_silent_already() -> None:
    assert is_silent(DeviceKind.SENSOR, 60, None, NOW)


@pytest.mark.parametrize(
    ("levels", "days"),
    [
        ([100, 99, 98, 97], 100), ([50, 40, 30], 5), ([80, 80, 80], None), ([80, 81, 82], None), ([80, 79], None),
        ([10, 5, 1, 100, 99, 98, 97], 103), ([], None), ([90, 89.999, 89.998], None),
    ],
)  # fmt: skip
def test_a_battery_is_empty_where_its_line_meets_zero(levels: list[float], days: int | None) -> None:
    """F63: a new battery begins a new line; one that does not fall has no end."""
    readings = [(NOW + place * DAY, level) for place, level in enumerate(levels)]
    end = empty_at(readings)
    assert (end is None) == (days is None)
    if end is not None and days is not None:
        assert abs(end - (NOW + days * DAY)) < DAY / 10


def test_an_empty_battery_is_not_forecast_before_its_last_reading() -> None:
    readings = [(NOW + place * DAY, level) for place, level in enumerate([50.0, 30.0, 1.0, 1.0, 1.0])]
    end = empty_at(readings)
    assert end is not None
    assert end >= readings[-1][0]


def guard(kind: DeviceKind = DeviceKind.BUTTON, *, proven: bool = True, **fields: object) -> Guard:
    return Guard(device="d", name="Knapp", kind=kind, proven=proven, since=NOW - 2 * DAY, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", DeviceKind)
def test_only_what_life_hangs_on_is_critical(kind: DeviceKind) -> None:
    (one,) = blind([guard(kind, silent_since=NOW, last_heard=NOW)], rules_off=(), reachable=True, now=NOW)
    assert (one.cause, one.critical) == (Cause.SILENT, kind in LIFE_CRITICAL)


def test_each_cause_is_named_and_the_critical_come_first() -> None:
    guards = [
        guard(silenced_until=NOW + DAY), guard(proven=False), guard(battery=5.0), guard(battery=6.0),
        guard(silent_since=NOW), guard(DeviceKind.SENSOR, silent_since=NOW, last_heard=NOW - DAY),
    ]  # fmt: skip
    found = blind(guards, rules_off=["Ute om natten"], reachable=False, now=NOW)
    assert [(one.cause, one.critical) for one in found] == [
        (Cause.NOT_IN_SERVICE, True), (Cause.BATTERY_EMPTY, True), (Cause.NEVER_HEARD, True), (Cause.NOBODY, True),
        (Cause.SILENCED, False), (Cause.SILENT, False), (Cause.RULE_OFF, False),
    ]  # fmt: skip


def test_a_device_that_was_put_up_today_waits_for_its_test_without_alarm() -> None:
    """F67: a task after a day, on the list at once."""
    new = Guard(device="d", name="Knapp", kind=DeviceKind.BUTTON, proven=False, since=NOW - timedelta(hours=23))
    assert [(one.cause, one.critical) for one in blind([new], rules_off=(), reachable=True, now=NOW)] == [
        (Cause.NOT_IN_SERVICE, False)
    ]


@pytest.mark.parametrize(
    ("kind", "days", "needed"),
    [
        (DeviceKind.BUTTON, None, True), (DeviceKind.BUTTON, 31, True), (DeviceKind.BUTTON, 29, False),
        (DeviceKind.SMOKE, None, True), (DeviceKind.SENSOR, None, False), (DeviceKind.GATEWAY, 400, False),
    ],
)  # fmt: skip
def test_an_alarm_that_nobody_has_seen_for_thirty_days_must_be_tried(
    kind: DeviceKind, days: int | None, needed: bool
) -> None:
    """F67: what the page of a device says; the red list asks the store for the same."""
    assert needs_test(kind, None if days is None else NOW - days * DAY, NOW) is needed


def event(kind: str, **fields: object) -> Event:
    return Event(**{"seq": 1, "at": NOW, "kind": kind, "scope": "home:1", "source": "test", "device": "d", **fields})  # type: ignore[arg-type]


def test_signs_are_taken_from_what_devices_say_and_from_nobody_else() -> None:
    signs = Signs()
    signs.note([event("door.opened"), event("battery", value=55), event("battery", value="full"),
                event("fall.detected"), event("motion.detected"), event("mains.lost", value=10**9),
                event("battery", device="e", source="hub", value=1), event("hub.fault", device=None)])  # fmt: skip
    assert (signs.heard, signs.batteries, signs.kinds) == ({"d": NOW}, {"d": 55.0}, {"d": DeviceKind.FALL})
    assert signs.runs_until == {"d": NOW + DAY}


def test_signs_that_could_not_be_written_are_kept_behind_the_newer() -> None:
    older, newer = Signs(heard={"a": NOW, "b": NOW}, batteries={"a": 1.0}), Signs(heard={"b": NOW + DAY})
    both = newer.after(older)
    assert (both.heard, both.batteries) == ({"a": NOW, "b": NOW + DAY}, {"a": 1.0})
