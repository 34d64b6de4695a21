"""What a silence holds, what it never touches, and what happens in the second it ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carehub.core.events import Command, CommandKind
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Folded
from carehub.core.folding.silence import LONGEST, LONGEST_ALONE, Silence, Why, in_force_until
from carehub.core.kinds import LIFE_SAFETY
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from tests.unit.rules.building import NIGHT, SCOPE, after, alerts, book, command, event, run, shipped, tick

COLD = "watch: {kind: temperature, below: 16}\nfor: 5 min"
DOOR = "watch: {kind: door.opened}"


def silenced(why: Why = Why.QUIET, minutes: float = 60, kind: CommandKind = CommandKind.SILENCED, **of: Any) -> Command:
    silence = Silence(id="s1", why=why, until=after(minutes=minutes), **of)
    return Command(seq=0, at=NIGHT, scope=SCOPE, kind=kind, until=silence.until, silence=silence)


def ended(at: datetime, why: Why = Why.QUIET) -> Command:
    silence = Silence(id="s1", why=why, until=at)
    return Command(seq=0, at=at, scope=SCOPE, kind=CommandKind.SILENCE_ENDED, silence=silence)


def seconds_of(folded: Folded) -> list[datetime]:
    return [deadline.due_at for deadline in folded.deadlines]


def test_a_silence_holds_back_an_alert_and_says_so() -> None:
    """F61: what is held is recorded with the silence's id, and its event is suppressed, not lost."""
    begun, opened = run(book(DOOR), silenced(), event("door.opened", at=after(minutes=1)))

    assert seconds_of(begun) == [after(minutes=60)]
    assert (opened.outcome, alerts([opened])) == (Outcome.SUPPRESSED, [])
    (held,) = opened.held
    assert (held.silence, held.finding.kind, held.finding.event) == ("s1", "rule-1", 60)
    assert held.finding.trace.conditions[-1].seen == "s1 until 03:10"
    assert opened.traces[-1].fired is False


def test_what_still_holds_when_the_silence_ends_alerts_in_that_second() -> None:
    """F61: expiry is a deadline; the door is still open."""
    folded = run(book(DOOR), silenced(), event("door.opened", at=after(minutes=1)), tick(after(minutes=60)))

    (found,) = folded[-1].findings
    assert (found.kind, found.at, found.event, found.late) == ("rule-1", after(minutes=60), 60, True)
    assert (folded[-1].state.silences, folded[-1].state.held) == ({}, {})
    assert not run(book(DOOR), tick(after(minutes=61)), state=folded[-1].state)[0].findings


def test_what_is_over_when_the_silence_ends_alerts_nobody() -> None:
    """F61: the door was closed again."""
    opened, closed = event("door.opened", "hall", at=after(minutes=1)), event("door.closed", "hall", after(minutes=2))
    assert alerts(run(book(DOOR), silenced(), opened, closed, tick(after(minutes=60)))) == []


@pytest.mark.parametrize(
    ("words", "given_", "over"),
    [
        (COLD, ("temperature", 15.0), ("temperature", 17.0)),
        ("watch: {kind: door.opened}\nthen_missing: {kind: door.closed, within: 5 min}", ("door.opened", None),
         ("door.closed", None)),
        ("watch: {kind: device.offline}\nper: device", ("device.offline", None), ("device.online", None)),
        ("watch: {kind: temperature, below: 16}", ("temperature", 15.0), ("temperature", 17.0)),
    ],
)  # fmt: skip
def test_every_kind_of_lasting_rule_knows_its_end(words: str, given_: tuple[str, Any], over: tuple[str, Any]) -> None:
    """F61: re-evaluation, shape by shape."""
    begins = event(given_[0], at=after(minutes=1), device="d", value=given_[1])
    ends = event(over[0], at=after(minutes=20), device="d", value=over[1])
    held = (silenced(), begins, tick(after(minutes=10)))

    assert alerts(run(book(words), *held, tick(after(minutes=60)))) == ["rule-1"]
    assert alerts(run(book(words), *held, ends, tick(after(minutes=60)))) == []


def test_an_absence_that_was_held_is_over_when_something_is_seen() -> None:
    absent = 'absent: {of: {kind: motion.detected}, from: "01:00", to: "03:00"}'
    seen, again = event("motion.detected", at=after(days=-1)), event("motion.detected", at=after(minutes=55))
    start = (seen, tick(after(hours=-2)), silenced(), tick(after(minutes=50)))

    assert alerts(run(book(absent), *start, tick(after(minutes=60)))) == ["rule-1"]
    assert alerts(run(book(absent), *start, again, tick(after(minutes=60)))) == []


def test_what_merely_happened_is_in_the_digest_alone() -> None:
    folded = run(book("watch: {kind: sound.loud}"), silenced(), event("sound.loud", at=after(minutes=1)),
                 tick(after(minutes=60)))  # fmt: skip

    assert [len(one.held) for one in folded] == [0, 1, 0]
    assert alerts(folded) == []


@pytest.mark.parametrize("kind", sorted(LIFE_SAFETY))
@pytest.mark.parametrize("why", Why)
def test_no_silence_touches_life_safety(kind: str, why: Why) -> None:
    """F61: with the shipped rules and with none, whatever is silenced."""
    begins = silenced(why, 9, resident="resident") if why is not Why.TEST else silenced(why, 9, device="another")
    for rulebook in (Rulebook.of(shipped()), Rulebook.of([])):
        (found,) = run(rulebook, begins, event(kind, device="d", at=after(minutes=1)))[-1].findings
        assert found.severity >= Severity.SERIOUS


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Why), st.integers(1, 120), st.sampled_from([None, "resident", "other"]),
            st.sampled_from([None, "d"]), st.sampled_from([None, "social-alarm", "fall", "fire"]),
        ),
        max_size=4,
    ),
    st.sampled_from(sorted(LIFE_SAFETY)),
    st.integers(0, 59),
)  # fmt: skip
@example([(Why.TEST, 60, None, "d", None)] * 2, "button.pressed", 0)  # two technicians at one device
def test_whatever_is_silenced_two_alarms_make_a_loud_alert(
    wanted: list[tuple[Why, int, str | None, str | None, str | None]], kind: str, minute: int
) -> None:
    """F61 and F84 as a property: any silences at all, and the second alarm at the latest is loud."""
    begins = [
        Command(
            seq=0, at=NIGHT, scope=SCOPE, kind=CommandKind.SILENCED,
            silence=Silence(id=f"s{n}", why=why, until=after(minutes=ends), resident=who, device=what, kind=alert),
        )
        for n, (why, ends, who, what, alert) in enumerate(wanted)
    ]  # fmt: skip
    alarms = [event(kind, device="d", at=after(minutes=minute, seconds=n)) for n in range(2)]
    loud = [found for one in run(Rulebook.of(shipped()), *begins, *alarms) for found in one.findings]
    assert max(found.severity for found in loud) >= Severity.SERIOUS


def test_the_first_alarm_of_a_device_on_test_is_the_test_and_the_second_is_real() -> None:
    """F84: the test ends by being used, or by its time."""
    first, second = (event("button.pressed", device="d", at=after(seconds=n)) for n in (10, 20))
    folded = run(Rulebook.of(shipped()), silenced(Why.TEST, 10, device="d"), first, second)

    assert [(found.kind, found.severity) for one in folded for found in one.findings] == [
        ("test-alarm", Severity.NORMAL),
        ("social-alarm", Severity.CRITICAL),
    ]


def test_an_alarm_after_the_test_has_ended_or_from_before_it_is_real() -> None:
    """F84: forgotten, the test is over by itself; a late report of an earlier press is no test."""
    late = event("button.pressed", device="d", at=after(seconds=10))
    late = type(late)(**{name: getattr(late, name) for name in late.__struct_fields__} | {"late": True})
    start = silenced(Why.TEST, 10, device="d")

    assert alerts(run(book(), start, event("button.pressed", device="d", at=after(minutes=10)))) == ["social-alarm"]
    assert alerts(run(book(), start, late)) == ["social-alarm"]


def test_a_silence_holds_only_what_it_is_about() -> None:
    opened = event("door.opened", at=after(minutes=1), device="d")
    cases: list[tuple[dict[str, Any], int]] = [
        ({"device": "d"}, 1), ({"device": "e"}, 0), ({"resident": "other"}, 0), ({"kind": "x"}, 0),
    ]  # fmt: skip
    for narrowed, held in cases:
        assert len(run(book(DOOR), silenced(**narrowed), opened)[-1].held) == held


def test_away_holds_what_the_rules_except_and_nothing_else() -> None:
    rulebook = book(DOOR, f"{DOOR}\nunless: [away]")
    opened = event("door.opened", at=after(minutes=1), device="d")
    for kind in (CommandKind.AWAY, CommandKind.SILENCED):
        folded = run(rulebook, silenced(Why.AWAY, kind=kind), opened)
        assert alerts(folded) == ["rule-1"]
        assert [one.finding.kind for one in folded[-1].held] == ["rule-2"]
        assert alerts(run(rulebook, tick(after(minutes=60)), state=folded[-1].state)) == ["rule-2"]


def test_coming_home_or_an_end_by_hand_tells_what_still_holds_at_once() -> None:
    rulebook = book(f"{DOOR}\nunless: [away]")
    away = (silenced(Why.AWAY, kind=CommandKind.AWAY), event("door.opened", at=after(minutes=1), device="d"))

    assert alerts(run(rulebook, *away, command(CommandKind.HOME, after(minutes=5)))) == ["rule-1"]
    by_hand = run(rulebook, *away, ended(after(minutes=5), Why.AWAY))
    assert alerts(by_hand) == ["rule-1"]
    assert by_hand[-1].state.flags == {}


def test_what_another_silence_covers_stays_held() -> None:
    other = Command(seq=0, at=NIGHT, scope=SCOPE, kind=CommandKind.SILENCED,
                    silence=Silence(id="s2", why=Why.IN_SERVICE, until=after(minutes=90), device="d"))  # fmt: skip
    opened = event("door.opened", at=after(minutes=1), device="d")
    folded = run(book(DOOR), silenced(minutes=60), other, opened, tick(after(minutes=60)), tick(after(minutes=90)))

    assert [alerts([one]) for one in folded[-2:]] == [[], ["rule-1"]]


def test_a_rule_that_was_held_does_not_rest() -> None:
    rests = f"{DOOR}\nrest: 8 h"
    opened = [event("door.opened", at=after(minutes=n), device=f"d{n}") for n in (1, 70)]
    assert alerts(run(book(rests), silenced(), opened[0], tick(after(minutes=60)), opened[1])) == ["rule-1", "rule-1"]


def test_a_scope_that_was_reassigned_is_silent_no_longer() -> None:
    opened = event("door.opened", at=after(minutes=1), device="d")
    moved = command(CommandKind.REASSIGNED, after(minutes=2))
    folded = run(book(DOOR), silenced(), opened, moved)
    assert (alerts(folded), folded[-1].state.silences) == (["rule-1"], {})
    gone = run(book(f"{DOOR}\nunless: [away]"), silenced(Why.AWAY), opened, moved)
    assert (alerts(gone), gone[-1].state.silences, gone[-1].state.held) == ([], {}, {})


def test_an_event_after_the_silence_needs_no_tick_to_be_heard() -> None:
    folded = run(book(DOOR), silenced(), event("door.opened", at=after(minutes=61), device="d"))
    assert alerts(folded) == ["rule-1"]


@given(
    st.sampled_from(Why), st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 24 * 60), st.booleans()
)  # fmt: skip
def test_one_person_silences_for_eight_hours_at_most(why: Why, began: int, wanted: int, agreed: bool) -> None:
    """F61: however it is asked, without a second person it ends within eight hours of the first of its chain."""
    first = NIGHT - timedelta(minutes=began)
    until = in_force_until(why, first, NIGHT + timedelta(minutes=wanted), agreed=agreed)
    assert until <= NIGHT + timedelta(minutes=wanted)
    if not agreed:
        assert until <= first + LONGEST_ALONE
    if why is Why.TEST:
        assert until <= first + timedelta(minutes=10)
    if why is Why.QUIET:
        assert until <= first + LONGEST


@pytest.mark.parametrize("kind", ["button.pressed", "cord.pulled", "fall.detected", "smoke.detected"])
def test_the_rule_of_an_alarm_is_not_held_either(kind: str) -> None:
    """F61: not only the floor comes through: the rule tells it, in its own words, and nothing is held."""
    heard = run(Rulebook.of(shipped()), silenced(resident="resident"), event(kind, device="d", at=after(minutes=1)))[-1]
    assert ([found.rule for found in heard.findings if found.rule != "floor"] != [], heard.held) == (True, ())
