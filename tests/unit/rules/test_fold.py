from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Rulebook, ScopeState, fold, note_state
from carehub.core.rules import engine
from carehub.core.rules.matching import Matching
from carehub.core.rules.state import Shape
from tests.unit.rules.building import NIGHT, SCOPE, after, alerts, book, command, event, local, rule, run, shipped, tick

EXIT = "watch: {kind: door.opened}\nthen_missing: {kind: motion.detected, within: 5 min}"
MORNING = "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}"
EMPTY = ScopeState(scope=SCOPE)


# --- repeats ---------------------------------------------------------------------------------


def test_a_device_that_repeats_its_state_changes_nothing() -> None:
    first, again = run(book(EXIT), event("door.opened", "hall"), event("door.opened", "hall", after(minutes=1)))

    assert again.outcome is Outcome.UNCHANGED
    assert again.state is first.state


def test_a_life_safety_state_that_is_repeated_alerts_again() -> None:
    story = run(book(EXIT), event("smoke.detected", "hall"), event("smoke.detected", "hall", after(minutes=1)))

    assert alerts(story) == ["fire", "fire"]


def test_motion_told_again_is_motion_unless_the_device_also_tells_when_it_ends() -> None:
    words = "watch: {kind: motion.detected}"
    only, again = run(book(words), event("motion.detected", "hall"), event("motion.detected", "hall", after(minutes=1)))
    both = run(
        book(words),
        event("motion.cleared", "hall"),
        event("motion.detected", "hall", after(minutes=1)),
        event("motion.detected", "hall", after(minutes=2)),
    )

    assert (only.outcome, again.outcome) == (Outcome.ALERT, Outcome.ALERT)
    assert both[-1].outcome is Outcome.UNCHANGED


def test_a_retained_message_is_state_and_never_an_alarm() -> None:
    noted = note_state(EMPTY, event("door.opened", "hall"))

    assert noted.seen["hall-door/door"].kind == "door.opened"
    assert noted.version == 1
    assert note_state(noted, event("door.opened", "hall")) is noted
    assert note_state(noted, event("temperature", "hall", value=20)) is noted


@pytest.mark.parametrize("kind", ["water.detected", "door.opened", "fall.suspected", "bed.left"])
def test_what_only_the_broker_had_kept_is_news_when_the_device_says_it_itself(kind: str) -> None:
    """It began while the hub was deaf: a state that no rule was shown must not silence the alarm."""
    rules = book(f"watch: {{kind: {kind}}}")
    noted = note_state(note_state(EMPTY, event(kind, "hall")), event(kind, "hall", after(minutes=1)))

    live = fold(noted, event(kind, "hall", after(minutes=2)), rules, NIGHT)
    again = fold(live.state, event(kind, "hall", after(minutes=3)), rules, NIGHT)

    assert (live.outcome, again.outcome) == (Outcome.ALERT, Outcome.UNCHANGED)
    assert note_state(live.state, event(kind, "hall", after(minutes=4))) is live.state


def test_an_unknown_kind_is_no_fault() -> None:
    story = run(book(EXIT), event("door.ajar", "hall"), event("teapot", "hall"), event("teapot", "hall"))

    assert {one.outcome for one in story} == {Outcome.NO_RULE}


# --- outcomes, traces, versions --------------------------------------------------------------


def test_the_trace_says_what_was_asked_and_what_was_seen_in_local_time() -> None:
    words = EXIT + "\nbetween: {from: '22:00', to: '06:00'}\nunless: [away, staff_present]"
    start = event("door.opened", "entrance")
    story = run(book(words), start, command(CommandKind.AWAY, NIGHT, after(minutes=1)), tick(after(minutes=5)))

    trace = story[2].findings[0].trace
    assert [(line.name, line.wanted, line.seen, line.held) for line in trace.conditions] == [
        ("watch", "door.opened", "02:10 door.opened entrance", True),
        ("then_missing", "motion.detected within 5 min", "none by 02:15", True),
        ("between", "22:00-06:00", "02:10", True),
        ("unless.away", "not away", "not away", True),
        ("unless.staff_present", "not staff_present", "not staff_present", True),
    ]
    assert story[2].traces == (trace,)
    assert trace.events == (start.seq,)


@pytest.mark.parametrize(("until", "seen"), [(None, "away"), (after(hours=1), "away until 03:10")])
def test_what_holds_a_rule_back_is_in_the_trace(until: object, seen: str) -> None:
    given = command(CommandKind.AWAY, NIGHT)
    story = run(
        book("watch: {kind: sound.loud}\nunless: [away]"),
        msgspec.structs.replace(given, until=until),
        event("sound.loud", "hall"),
    )

    assert story[1].outcome is Outcome.SUPPRESSED
    assert story[1].traces[0].conditions[-1].seen == seen
    assert not story[1].traces[0].fired


def test_a_rule_held_back_when_it_was_due_says_so_and_lets_go() -> None:
    story = run(
        book(EXIT + "\nunless: [staff_present]"),
        event("door.opened", "hall"),
        command(CommandKind.STAFF_PRESENT, after(minutes=4), after(minutes=30)),
        tick(after(minutes=5)),
    )

    assert story[2].outcome is None
    assert [trace.fired for trace in story[2].traces] == [False]
    assert story[2].state.rules == {}


def test_a_finding_carries_whom_where_and_what() -> None:
    words = "watch: {kinds: [pulse, behaviour.changed]}\nalert_code: {pulse: '5.2.1'}\nkind: heart"
    pulse, change = run(
        book(words),
        event("pulse", "bedroom", value=130, detail="raw"),
        event("behaviour.changed", None, detail="Mange turer på badet"),
    )

    found = pulse.findings[0]
    assert (found.kind, found.rule, found.alert_code, found.value, found.place) == (
        "heart", "rule-1", "5.2.1", 130, "bedroom",
    )  # fmt: skip
    assert (found.resident, found.device, found.event, found.detail) == ("resident", "bedroom-pulse", 0, None)
    assert (change.findings[0].alert_code, change.findings[0].detail) == (None, "Mange turer på badet")


def test_a_press_counts_as_one_whatever_the_rule_says_of_it() -> None:
    story = run(book("watch: {kind: button.pressed}"), event("button.pressed", None))

    assert story[0].findings[0].press


def test_reassigning_ends_what_was_pending_and_what_was_said_of_the_one_who_lived_there() -> None:
    story = run(
        book(EXIT),
        command(CommandKind.AWAY),
        event("door.opened", "hall"),
        command(CommandKind.REASSIGNED, after(minutes=1)),
        tick(after(minutes=5)),
    )

    assert alerts(story) == []
    assert (story[2].state.rules, story[2].state.flags) == ({}, {})


def test_a_pending_alert_survives_a_new_wording_of_its_rule() -> None:
    state = run(book(EXIT), event("door.opened", "hall"))[0].state
    edited = book(EXIT + "\ntext: {nb: x, nn: y, en: z}")

    folded = fold(state, tick(after(minutes=5)), edited, after(minutes=5))

    assert alerts([folded]) == ["rule-1"]
    assert folded.findings[0].version == edited.programs["rule-1"].version


@pytest.mark.parametrize("other", [Rulebook.safe_mode(), book("watch: {kind: door.opened}")])
def test_a_rule_that_is_gone_says_what_it_let_go_of(other: Rulebook) -> None:
    state = run(book(EXIT), event("door.opened", "hall"))[0].state

    folded = fold(state, tick(after(minutes=5)), other, after(minutes=5))

    assert folded.findings == ()
    assert folded.traces[0].conditions[0].name == "version"
    assert folded.state.rules == {}


def test_half_a_count_does_not_outlive_its_rule() -> None:
    words = "watch: {kind: sound.loud}\ncount: {at_least: 2, within: 10 min}"
    state = run(book(words), event("sound.loud", "hall"))[0].state

    folded = fold(state, event("sound.loud", "hall", after(minutes=1)), book(words + "\nrest: 1 h"), NIGHT)

    assert folded.findings == ()


def test_an_absence_keeps_what_it_saw_when_its_window_is_changed() -> None:
    state = run(book(MORNING), event("bed.left", "bedroom"))[0].state
    later = MORNING.replace("10:00", "11:00")

    story = run(book(later), tick(local("2026-01-15T10:00")), tick(local("2026-01-15T11:00")), state=state)

    assert [len(one.findings) for one in story] == [0, 1]
    assert story[1].findings[0].at == local("2026-01-15T11:00")


def test_the_version_rises_with_every_change_and_only_then() -> None:
    story = run(
        book(EXIT), event("door.opened", "hall"), event("humidity", "hall", value=40), event("door.closed", "hall")
    )

    assert [one.state.version for one in story] == [1, 1, 2]


def test_a_disabled_rule_is_listed_and_does_nothing() -> None:
    off = Rulebook.of([rule("watch: {kind: door.opened}\nenabled: false")])

    assert "test-rule" in off.rules
    assert alerts(run(off, event("door.opened", "hall"))) == []
    assert off.version == Rulebook.safe_mode().version


# --- a rule that raises ----------------------------------------------------------------------


def raising(rulebook: Rulebook, name: str) -> Rulebook:
    def explode(_: object) -> bool:
        raise ZeroDivisionError("boom")

    steps = (Matching(tests={"door.opened": (explode,), "smoke.detected": (explode,)}, wanted="x"),)
    programs = {
        key: replace(program, steps=steps) if key == name else program for key, program in rulebook.programs.items()
    }
    asking = {kind: tuple(programs.values()) for kind in ("door.opened", "smoke.detected")}
    return replace(rulebook, programs=programs, asking=asking)


def test_a_rule_that_raises_is_reported_and_the_others_go_on_f71() -> None:
    two = raising(book("watch: {kind: door.opened}", "watch: {kind: door.opened}"), "rule-1")

    folded = run(two, event("door.opened", "hall"))[0]

    assert alerts([folded]) == ["rule-2"]
    assert [(fault.rule, fault.error) for fault in folded.faults] == [("rule-1", "ZeroDivisionError: boom")]


def test_a_rule_that_raises_does_not_take_the_floor_with_it_f71() -> None:
    folded = run(raising(book("watch: {kind: smoke.detected}"), "rule-1"), event("smoke.detected", "hall"))[0]

    assert [(finding.kind, finding.rule) for finding in folded.findings] == [("fire", "floor")]
    assert folded.outcome is Outcome.ALERT
    assert len(folded.faults) == 1


def test_a_rule_that_raises_when_it_is_due_is_reported_once_f71() -> None:
    state = run(book(EXIT), event("door.opened", "hall"))[0].state
    broken = msgspec.structs.replace(state.rules["rule-1"], hits=())
    state = msgspec.structs.replace(state, rules={"rule-1": broken})

    story = run(book(EXIT), tick(after(minutes=5)), tick(after(minutes=6)), state=state)

    assert [len(one.faults) for one in story] == [1, 0]
    assert story[0].state.rules == {}


def test_every_shape_has_its_step() -> None:
    assert set(engine._ON_EVENT) == set(Shape)


def test_the_shipped_rules_keep_quiet_through_an_ordinary_night() -> None:
    rulebook = Rulebook.of(shipped())
    evening = local("2026-01-14T21:00")
    story: list[Event | Command | Tick] = [
        command(CommandKind.STAFF_PRESENT, evening, evening + timedelta(minutes=30)),
        event("door.opened", "entrance", evening),
        event("motion.detected", "hall", evening + timedelta(minutes=1)),
        event("door.closed", "entrance", evening + timedelta(minutes=2)),
        event("bed.entered", "bedroom", evening + timedelta(hours=1)),
        event("bed.left", "bedroom", evening + timedelta(hours=5)),
        event("motion.detected", "bathroom", evening + timedelta(hours=5, minutes=2)),
        event("bed.entered", "bedroom", evening + timedelta(hours=5, minutes=9)),
        event("bed.left", "bedroom", evening + timedelta(hours=10)),
        event("motion.detected", "kitchen", evening + timedelta(hours=10, minutes=5)),
        tick(evening + timedelta(hours=13)),
    ]

    assert alerts(run(rulebook, *story)) == []


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**40])
def test_a_value_that_json_cannot_hold_is_kept_as_none(value: float) -> None:
    words = "watch: {kinds: [door.opened, temperature]}\nfor: 1 h\nuntil: {kind: door.closed}"
    state = run(book(words), event("door.opened", "hall", value=value))[0].state

    assert state.seen["hall-door/door"].value is None
    assert state.rules["rule-1"].hits[0].value is None
    assert msgspec.json.decode(msgspec.json.encode(state), type=ScopeState) == state
