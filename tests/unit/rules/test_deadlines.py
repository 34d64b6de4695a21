from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.folding.fold import fold
from tests.unit.rules.building import NIGHT, after, alerts, book, command, event, local, run, tick

EXIT = "watch: {kind: door.opened}\nthen_missing: {kind: motion.detected, within: 5 min}"
COLD = "watch: {kind: temperature, below: 16}\nfor: 1 h\nper: device"
MORNING = "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}"


def test_a_trigger_asks_for_one_row_and_a_second_trigger_for_none() -> None:
    first, second = run(book(EXIT), event("door.opened", "hall"), event("door.opened", "kitchen", after(minutes=1)))

    assert [(row.key, row.due_at) for row in first.deadlines] == [("rule-1", after(minutes=5))]
    assert second.deadlines == ()
    assert (first.outcome, first.pending_until) == (Outcome.PENDING, after(minutes=5))


def test_postponing_leaves_the_row_and_the_tick_that_finds_nothing_due_arms_again() -> None:
    story = run(
        book(COLD),
        event("temperature", "hall", value=15),
        event("temperature", "hall", after(minutes=30), value=20),
        event("temperature", "hall", after(minutes=31), value=15),
        tick(after(minutes=60)),
        tick(after(minutes=91)),
    )

    assert [len(one.deadlines) for one in story] == [1, 0, 0, 1, 0]
    assert story[3].deadlines[0].due_at == after(minutes=91)
    assert alerts(story[:4]) == []
    assert alerts(story) == ["rule-1"]


def test_a_cancelled_wait_leaves_a_row_whose_tick_does_nothing() -> None:
    story = run(
        book(EXIT),
        event("door.opened", "hall"),
        event("motion.detected", "hall", after(minutes=1)),
        tick(after(minutes=5)),
    )

    assert alerts(story) == []
    assert story[-1].state.armed == {}
    assert story[-1].deadlines == ()


def test_a_duplicated_tick_fires_once() -> None:
    story = run(book(EXIT), event("door.opened", "hall"), tick(after(minutes=5)), tick(after(minutes=5)))

    assert alerts(story) == ["rule-1"]
    assert story[2].state is story[1].state


def test_a_tick_that_comes_too_early_only_waits() -> None:
    story = run(book(EXIT), event("door.opened", "hall"), tick(after(minutes=4)), tick(after(minutes=5)))

    assert [len(one.findings) for one in story] == [0, 0, 1]


def test_ticks_out_of_order_fire_once() -> None:
    story = run(book(EXIT), event("door.opened", "hall"), tick(after(minutes=9)), tick(after(minutes=5)))

    assert alerts(story) == ["rule-1"]


def test_a_tick_that_waited_in_the_queue_counts_from_the_hub_s_clock() -> None:
    state = run(book(EXIT), event("door.opened", "hall"))[0].state

    folded = fold(state, tick(after(minutes=4)), book(EXIT), after(minutes=6))

    assert alerts([folded]) == ["rule-1"]
    assert folded.state.armed == {}


def test_what_was_due_is_judged_before_an_event_whose_tick_has_not_come() -> None:
    story = run(book(EXIT), event("door.opened", "hall"), event("motion.detected", "hall", after(minutes=6)))

    assert alerts(story) == ["rule-1"]
    assert story[1].outcome is Outcome.NO_RULE  # the motion itself raised nothing


def test_what_was_due_is_judged_before_a_command_too() -> None:
    words = EXIT + "\nunless: [away]"
    story = run(book(words), event("door.opened", "hall"), command(CommandKind.AWAY, after(minutes=6)))

    assert alerts(story) == ["rule-1"]


def test_an_event_that_was_received_in_time_counts_though_it_is_folded_late() -> None:
    state = run(book(EXIT), event("door.opened", "hall"))[0].state

    folded = fold(state, event("motion.detected", "hall", after(minutes=4.9)), book(EXIT), after(minutes=5.1))

    assert folded.findings == ()
    assert folded.state.rules == {}


def test_a_row_that_fired_early_by_an_event_is_cleared_by_its_own_tick() -> None:
    story = run(
        book(EXIT), event("door.opened", "hall"), event("sound.loud", None, after(minutes=6)), tick(after(minutes=7))
    )

    assert [len(one.findings) for one in story] == [0, 1, 0]
    assert story[1].state.armed
    assert not story[2].state.armed


def test_an_alert_long_after_its_time_is_marked_late() -> None:
    on_time, late = (
        run(book(EXIT), event("door.opened", "hall"), tick(after(minutes=minutes)))[1].findings[0]
        for minutes in (6, 30)
    )

    assert (on_time.late, late.late) == (False, True)


def test_the_first_tick_arms_the_daily_windows_and_the_next_changes_nothing() -> None:
    first, second = run(book(MORNING), tick(NIGHT), tick(after(minutes=1)))

    assert [row.due_at for row in first.deadlines] == [local("2026-01-15T10:00")]
    assert second.deadlines == first.deadlines
    assert second.state is first.state


def test_a_tick_asks_again_for_a_row_that_was_lost() -> None:
    story = run(book(EXIT), event("door.opened", "hall"), tick(after(minutes=1)))

    assert story[1].deadlines == story[0].deadlines


def test_a_row_left_by_who_lived_there_before_does_not_swallow_the_next_one_s() -> None:
    story = run(
        book(EXIT),
        event("door.opened", "hall"),
        command(CommandKind.REASSIGNED, after(minutes=1)),
        event("door.opened", "kitchen", after(minutes=2)),
        tick(after(minutes=5)),  # the old row's tick; the station drops the row of this key with it
        tick(after(minutes=7)),
    )

    assert [row.due_at for row in story[3].deadlines] == [after(minutes=7)]
    assert [len(one.findings) for one in story] == [0, 0, 0, 0, 1]


def test_a_daily_window_is_armed_for_the_next_day_when_it_ends() -> None:
    story = run(book(MORNING), event("bed.left", "bedroom"), tick(local("2026-01-15T10:00")))

    assert story[1].deadlines[0].due_at == local("2026-01-16T10:00")
    assert alerts(story) == ["rule-1"]  # 02:10 is before the window


def test_a_hub_that_was_down_for_days_tells_of_the_absence_once_and_goes_on() -> None:
    story = run(book(MORNING), event("bed.left", "bedroom"), tick(local("2026-01-18T12:00")))

    assert alerts(story) == ["rule-1"]
    assert story[1].findings[0].late
    assert story[1].deadlines[0].due_at == local("2026-01-19T10:00")
