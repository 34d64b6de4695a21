"""Late, double and out-of-order messages (F36-F38), and what does not depend on order at all."""

from datetime import datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Rulebook, ScopeState, fold
from carehub.core.severity import Severity
from tests.unit.rules.building import NIGHT, SCOPE, after, alerts, book, event, local, run, shipped, tick

SHIPPED = Rulebook.of(shipped())
FIVE = ("button.pressed", "button.cancelled", "fall.detected", "fall.cleared", "battery.low")


def in_order(kinds: tuple[str, ...]) -> list[Event]:
    return [event(kind, "hall", after(seconds=place), device="pendant") for place, kind in enumerate(kinds, 1)]


def test_in_every_one_of_120_orders_the_press_and_the_fall_alert_f38() -> None:
    """What cancels only annotates: whatever comes first, no alarm is lost and none is closed."""
    for kinds in permutations(FIVE):
        folded = run(SHIPPED, *in_order(kinds))
        told = {one.kind: one for step in folded for one in step.findings}

        assert {"social-alarm", "fall"} <= told.keys(), kinds
        assert told["social-alarm"].press, kinds
        assert min(told["social-alarm"].severity, told["fall"].severity) >= Severity.SERIOUS, kinds


def test_a_cancelled_press_is_still_an_alert_and_the_cancelling_ends_nothing_f38() -> None:
    pressed, cancelled = run(SHIPPED, *in_order(("button.pressed", "button.cancelled")))

    assert alerts([pressed]) == ["social-alarm"]
    assert cancelled.outcome is Outcome.NO_RULE
    assert cancelled.state is pressed.state


def test_a_repeated_press_is_a_press_each_time_f38() -> None:
    assert alerts(run(SHIPPED, *in_order(("button.pressed",) * 3))) == ["social-alarm"] * 3


def test_a_cancellation_that_overtakes_what_it_cancels_holds_nothing_back_f38() -> None:
    suspected = book("watch: {kind: fall.suspected}\nfor: 30 s\nuntil: {kind: fall.cleared}")
    folded = run(suspected, *in_order(("fall.cleared", "fall.suspected")))

    assert folded[-1].outcome is Outcome.PENDING


@pytest.mark.parametrize("claim", [-3650, -1, 1, 3650])
def test_what_a_device_says_of_the_time_moves_no_deadline_f36(claim: int) -> None:
    exits = book("watch: {kind: door.opened}\nthen_missing: {kind: motion.detected, within: 5 min}")
    plain = event("door.opened", "hall")
    claimed = Event(
        seq=plain.seq, at=plain.at, kind=plain.kind, scope=plain.scope, source=plain.source, device=plain.device,
        resident=plain.resident, place=plain.place, device_at=NIGHT + timedelta(days=claim),
    )  # fmt: skip

    assert run(exits, claimed)[0].deadlines == run(exits, plain)[0].deadlines
    assert run(exits, claimed)[0].pending_until == after(minutes=5)


def test_a_fall_that_is_told_late_alerts_and_says_that_it_is_late_f37() -> None:
    fall = event("fall.detected", "hall")
    late = Event(
        seq=1, at=fall.at, kind=fall.kind, scope=SCOPE, source="test", device="pendant",
        device_at=NIGHT - timedelta(hours=6), late=True,
    )  # fmt: skip
    (folded,) = run(SHIPPED, late)

    assert [(one.kind, one.at, one.late) for one in folded.findings] == [("fall", NIGHT, True)]


SCOPES = ("home:1", "home:2", "home:3")
steps = st.lists(
    st.tuples(
        st.sampled_from(SCOPES),
        st.sampled_from(["door.opened", "door.closed", "motion.detected", "bed.left", "bed.entered", "button.pressed"]),
        st.sampled_from(["entrance", "bathroom", "bedroom"]),
        st.integers(0, 3600),
    ),
    max_size=25,
)


def told_per_scope(story: list[Event]) -> tuple[dict[str, ScopeState], list[tuple[str, str, datetime]]]:
    states = {scope: ScopeState(scope=scope) for scope in SCOPES}
    found = []
    for one in story:
        folded = fold(states[one.scope], one, SHIPPED, one.at)
        states[one.scope] = folded.state
        found += [(one.scope, finding.kind, finding.at) for finding in folded.findings]
    return states, sorted(found)


@settings(deadline=None)
@given(steps, st.randoms(use_true_random=False))
def test_the_order_of_events_in_different_homes_does_not_matter(
    said: list[tuple[str, str, str, int]], chance: Random
) -> None:
    story, at = [], NIGHT
    for seq, (scope, kind, place, gap) in enumerate(said, 1):
        at += timedelta(seconds=gap)
        device = f"{scope}{place}"
        one = event(kind, place, at, device=device)
        story.append(structs.replace(one, seq=seq, scope=scope, resident=scope))
    turns = [one.scope for one in story]
    chance.shuffle(turns)
    waiting = {scope: iter([one for one in story if one.scope == scope]) for scope in SCOPES}
    mixed = [next(waiting[scope]) for scope in turns]  # each home in its own order, the homes in any

    assert told_per_scope(mixed) == told_per_scope(story)


def late(told: Event, minutes: float) -> Event:
    """The same, by the device's word so long before the hub was told."""
    return structs.replace(told, device_at=told.at - timedelta(minutes=minutes), late=True)


EXITS = "watch: {kind: door.opened}\nthen_missing: {kind: motion.detected, within: 5 min}"


@pytest.mark.parametrize(("minutes", "told"), [(30, ["rule-1"]), (10, ["rule-1"]), (0, [])])
def test_what_happened_before_the_door_was_opened_is_nobody_seen_inside_since_f38(
    minutes: float, told: list[str]
) -> None:
    """F38: a gateway that was off line told of motion before she went out, three minutes after."""
    seen = event("motion.detected", "hall", at=after(minutes=3))
    seen = late(seen, minutes) if minutes else seen

    assert alerts(run(book(EXITS), event("door.opened", "entrance"), seen, tick(after(minutes=6)))) == told


@pytest.mark.parametrize(("door", "motion", "told"), [(30, 28, []), (30, 32, ["rule-1"]), (30, 0, [])])
def test_of_what_comes_late_together_the_order_is_that_of_the_home_f38(
    door: float, motion: float, told: list[str]
) -> None:
    opened, seen = late(event("door.opened", "entrance"), door), event("motion.detected", "hall", at=after(seconds=1))
    seen = late(seen, motion) if motion else seen

    assert alerts(run(book(EXITS), opened, seen, tick(after(minutes=6)))) == told


@pytest.mark.parametrize(("minutes", "told"), [(50, ["rule-1"]), (15, [])])
def test_a_sign_that_comes_late_is_one_of_its_own_time_f38(minutes: float, told: list[str]) -> None:
    """Motion of before the window, told within it, is nobody who was up."""
    not_up = book("absent: {of: {kind: motion.detected}, from: '06:00', to: '10:00'}")
    morning, ends = local("2026-01-15 06:20"), local("2026-01-15 10:00")
    seen = event("motion.detected", "hall", at=after(minutes=-60))

    assert alerts(run(not_up, seen, late(event("motion.detected", "hall", at=morning), minutes), tick(ends))) == told
