"""Rate of change, a check at a local time, and the class of a device."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.core.events import Event
from carehub.core.rules.changes import MOST
from carehub.core.rules.errors import RuleError
from carehub.core.rules.state import RuleState
from tests.unit.rules.building import after, alerts, book, event, local, rule, run, tick

UP = book("watch: {kind: body_weight}\nchange: {rises_by: 2, within: 3 d}")
DOWN = book("watch: {kind: body_weight}\nchange: {falls_by: 2, within: 3 d}")


def weights(*told: tuple[float, float], device: str = "scale") -> list[Event]:
    return [event("body_weight", at=after(hours=hours), device=device, value=value) for hours, value in told]


@pytest.mark.parametrize(
    ("told", "rises"),
    [
        ([(0, 70.0), (24, 71.9)], False),
        ([(0, 68.1), (24, 70.1)], True),  # 70.1 - 68.1 is two, also for a computer
        ([(0, 70.0), (24, 69.0), (48, 71.0)], True),  # from the lowest, not from the first
        ([(0, 70.0), (72, 72.0)], True),  # exactly three days
        ([(0, 70.0), (72.01, 72.0)], False),
        ([(0, 72.0), (24, 70.0)], False),  # the other way
        ([(0, 70.0), (1, float("nan")), (2, 72.0)], True),
    ],
)
def test_a_value_that_has_risen_by_so_much_within_so_long_alerts(told: list[tuple[float, float]], rises: bool) -> None:
    assert alerts(run(UP, *weights(*told))) == (["rule-1"] if rises else [])
    mirrored = [(hours, -value) for hours, value in told]
    assert alerts(run(DOWN, *weights(*mirrored))) == (["rule-1"] if rises else [])


def test_two_devices_are_never_compared() -> None:
    one, other = weights((0, 70.0), device="hers"), weights((1, 90.0), device="his")

    assert alerts(run(UP, *one, *other)) == []


def test_after_an_alert_the_next_change_is_counted_from_there() -> None:
    told = weights((0, 70.0), (1, 72.0), (2, 73.9), (3, 74.0))

    assert [one.at for step in run(UP, *told) for one in step.findings] == [after(hours=1), after(hours=3)]


def test_the_value_may_have_to_be_high_as_well() -> None:
    fever = book("watch: {kind: body_temperature, above: 38}\nchange: {rises_by: 1, within: 1 d}")

    def told(value: float, hours: int) -> Event:
        return event("body_temperature", at=after(hours=hours), value=value)

    assert alerts(run(fever, told(36.5, 0), told(37.8, 1))) == []
    assert alerts(run(fever, told(36.5, 0), told(37.8, 1), told(38.1, 2))) == ["rule-1"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3600), st.integers(0, 40)), min_size=1, max_size=60))
def test_the_change_is_that_of_the_whole_span(steps: list[tuple[int, int]]) -> None:
    """Against the plain definition: the value now less the lowest of the last hour, since the last alert."""
    hour = book("watch: {kind: pulse}\nchange: {rises_by: 20, within: 1 h}")
    seconds = 0
    past: list[tuple[int, int]] = []
    wanted: list[datetime] = []
    given: list[Event] = []
    for gap, value in steps:
        seconds += gap
        given.append(event("pulse", at=after(seconds=seconds), device="watch", value=value))
        within = [old for at, old in past if seconds - at <= 3600]
        if within and value - min(within) >= 20:
            wanted.append(after(seconds=seconds))
            past = []
        past.append((seconds, value))

    assert [one.at for step in run(hour, *given) for one in step.findings] == wanted


def test_a_long_climb_keeps_a_bounded_memory_f73() -> None:
    slow = book("watch: {kind: pulse}\nchange: {rises_by: 5000, within: 7 d}")
    climb = [event("pulse", at=after(seconds=second), device="watch", value=second) for second in range(500)]
    state = run(slow, *climb)[-1].state

    assert [len(kept.hits) for kept in state.rules.values()] == [MOST]


def test_what_is_no_measurement_has_no_change() -> None:
    with pytest.raises(RuleError, match="no measurement"):
        rule("watch: {kind: door.opened}\nchange: {rises_by: 2, within: 1 h}")


# --- a check at a local time

STOVE = book("check: {at: '23:00', is: {kind: stove.on}}")
EVENING = local("2026-01-15T18:00")
DUE = local("2026-01-15T23:00")


def test_what_is_so_at_the_time_of_the_check_alerts_and_again_the_next_day() -> None:
    on = event("stove.on", "kitchen", EVENING)
    folded = run(STOVE, on, tick(DUE), tick(local("2026-01-16T23:00")))

    assert [row.due_at for row in folded[0].deadlines] == [DUE]
    assert [one.at for step in folded for one in step.findings] == [DUE, local("2026-01-16T23:00")]
    assert folded[1].findings[0].place == "kitchen"


def test_what_was_so_and_is_no_longer_does_not() -> None:
    on, off = event("stove.on", "kitchen", EVENING), event("stove.off", "kitchen", local("2026-01-15T22:59"))

    assert alerts(run(STOVE, on, off, tick(DUE))) == []


def test_a_check_asks_each_device_for_its_own_last_word() -> None:
    on = event("stove.on", "kitchen", EVENING, device="stove-1")
    other = event("stove.off", "kitchen", local("2026-01-15T22:00"), device="stove-2")

    assert alerts(run(STOVE, on, other, tick(DUE))) == ["rule-1"]


def test_a_measurement_is_checked_by_its_last_value() -> None:
    cold = book("check: {at: '07:00', is: {kind: temperature, place: bedroom, below: 16}}")
    at = local("2026-01-16T07:00")
    first = event("temperature", "bedroom", EVENING, value=15.0)

    assert alerts(run(cold, first, tick(at))) == ["rule-1"]
    assert alerts(run(cold, first, event("temperature", "bedroom", DUE, value=17.0), tick(at))) == []


@pytest.mark.parametrize(
    ("day", "at", "due"),
    [
        ("2026-03-28T12:00", "02:30", "2026-03-29T01:30+00:00"),  # the hour that is not: the moment it would have been
        ("2026-10-24T12:00", "02:30", "2026-10-25T00:30+00:00"),  # the hour that is twice: the first
        ("2026-01-15T12:00", "00:00", "2026-01-15T23:00+00:00"),  # midnight belongs to the new day
    ],
)
def test_a_check_comes_once_also_when_the_clocks_change(day: str, at: str, due: str) -> None:
    checked = book(f"check: {{at: '{at}', is: {{kind: stove.on}}}}")
    (row,) = run(checked, event("stove.on", at=local(day)))[0].deadlines

    assert row.due_at.isoformat(timespec="minutes") == due


def test_a_check_has_its_own_weekdays() -> None:
    friday = book("check: {at: '23:00', days: [friday], is: {kind: stove.on}}")
    (row,) = run(friday, event("stove.on", at=EVENING))[0].deadlines  # a Thursday

    assert row.due_at == local("2026-01-16T23:00")


def test_nothing_is_remembered_of_what_is_over() -> None:
    state = run(STOVE, event("stove.on", at=EVENING), event("stove.off", at=DUE))[-1].state

    assert all(not isinstance(kept, RuleState) for kept in state.rules.values())


# --- the class of a device


def test_a_rule_may_ask_for_the_class_of_the_device() -> None:
    asked = book("watch: {kind: door.opened, device_class: sensor}")
    opened = event("door.opened", "entrance")

    assert alerts(run(asked, opened)) == []
    assert alerts(run(asked, event("door.opened", "entrance", device_class="sensor"))) == ["rule-1"]
    assert alerts(run(asked, event("door.opened", "entrance", device_class="switch"))) == []
