"""Longer, later and more than usual for this person: bounded, and with a fixed bound where nothing is known."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import Command, CommandKind, Event
from carehub.core.folding.fold import Rulebook, ScopeState, fold
from carehub.core.rules.errors import RuleError
from tests.unit.rules.building import NIGHT, SCOPE, after, alerts, book, command, event, local, rule, run, tick

LONG = book(
    "watch: {kind: motion.detected, place: bathroom}\nfor: 45 min\nuntil: {kind: motion.detected, place: kitchen}\n"
    "longer_than_usual: {of: bathroom_stay, beyond: 95, plus: 10 min, least: 20 min, most: 90 min}"
)
LATE = book(
    "absent: {of: {kind: motion.detected}, from: '06:00', to: '10:00'}\n"
    "later_than_usual: {of: first_activity, beyond: 90, plus: 30 min, least: '08:00', most: '11:30'}"
)
MORE = book(
    "watch: {kind: bed.left}\ncount: {at_least: 5, within: 8 h}\n"
    "more_than_usual: {of: bed_exits_at_night, beyond: 95, plus: 1, least: 3, most: 7}"
)
COUNT = "watch: {{kind: bed.left}}\ncount: {{at_least: {}, within: 8 h}}\n"


def told(
    of: str, value: float, at: datetime = NIGHT, *, days: int = 28, who: str = "resident", lasts: float = 30
) -> Command:
    quantiles = Quantiles(days=days, p50=value, p75=value, p90=value, p95=value)
    usual = Usual(resident=who, until=at + timedelta(days=lasts), of={of: quantiles})
    return Command(seq=0, at=at, scope=SCOPE, kind=CommandKind.USUAL, usual=usual)


def waits(*before: Command) -> timedelta:
    stay = event("motion.detected", "bathroom", after(minutes=1))
    folded = run(LONG, *before, stay)[-1]
    assert folded.pending_until is not None
    return folded.pending_until - stay.at


@pytest.mark.parametrize(
    ("usual_minutes", "minutes"), [(21.0, 31), (2.0, 20), (300.0, 90), (float("nan"), 45), (float("inf"), 45)]
)
def test_longer_than_usual_is_the_persons_own_and_never_outside_its_bounds(usual_minutes: float, minutes: int) -> None:
    assert waits(told("bathroom_stay", usual_minutes)) == timedelta(minutes=minutes)


def test_where_nothing_usual_is_known_the_fixed_bound_holds() -> None:
    fixed = timedelta(minutes=45)

    assert waits() == fixed
    assert waits(told("bathroom_stay", 21.0, days=13)) == fixed  # too short a history
    assert waits(told("bathroom_stay", 21.0, after(days=-31))) == fixed  # too old
    assert waits(told("bathroom_stay", 21.0, who="somebody else")) == fixed
    assert waits(told("quiet_by_day", 21.0)) == fixed
    assert waits(told("bathroom_stay", 21.0), command(CommandKind.REASSIGNED)) == fixed


def test_the_trace_says_by_which_bound_it_was_judged() -> None:
    stay = event("motion.detected", "bathroom", after(minutes=1))
    own = run(LONG, told("bathroom_stay", 21.0), stay, tick(after(minutes=32)))[-1].findings[0].trace
    fixed = run(LONG, stay, tick(after(minutes=46)))[-1].findings[0].trace

    assert [one.seen for one in own.conditions if one.name == "longer_than_usual"] == ["31 min"]
    assert [one.seen for one in fixed.conditions if one.name == "longer_than_usual"] == ["nothing usual known, 45 min"]


def test_a_wait_that_has_begun_keeps_the_bound_with_which_it_began() -> None:
    stay = event("motion.detected", "bathroom", after(minutes=1))
    later = told("bathroom_stay", 60.0, after(minutes=5))

    assert alerts(run(LONG, told("bathroom_stay", 21.0), stay, later, tick(after(minutes=32)))) == ["rule-1"]


@pytest.mark.parametrize(("minutes", "due"), [(8 * 60 + 10, "08:40"), (5 * 60, "08:00"), (13 * 60, "11:30")])
def test_later_than_usual_moves_the_end_of_the_window(minutes: float, due: str) -> None:
    seen = event("motion.detected", at=local("2026-01-15T12:00"))
    usual = told("first_activity", minutes, local("2026-01-15T03:00"))

    folded = run(LATE, usual, seen, tick(local(f"2026-01-16T{due}")))

    assert alerts(folded) == ["rule-1"]
    assert folded[-1].findings[0].late is False


def test_no_window_is_judged_twice_when_its_end_moves() -> None:
    seen = event("motion.detected", at=local("2026-01-15T12:00"))
    early = told("first_activity", 7 * 60, local("2026-01-15T03:00"))
    later = told("first_activity", 10 * 60, local("2026-01-16T03:00"))

    folded = run(
        LATE, early, seen, later, tick(local("2026-01-16T08:00")), tick(local("2026-01-16T10:30")),
    )  # fmt: skip

    assert [one.at for step in folded for one in step.findings] == [local("2026-01-16T08:00")]
    assert [row.due_at for row in folded[-2].deadlines] == [local("2026-01-17T10:30")]


@pytest.mark.parametrize(("usual", "needed"), [(3.0, 4), (0.0, 3), (50.0, 7), (3.4, 5)])
def test_more_than_usual_counts_the_persons_own(usual: float, needed: int) -> None:
    exits = [event("bed.left", at=after(minutes=minute), device=f"bed-{minute}") for minute in range(1, 9)]
    folded = run(MORE, told("bed_exits_at_night", usual), *exits)

    assert next(number for number, one in enumerate(folded) if one.findings) == needed


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("'count'", "watch: {kind: bed.left}\nmore_than_usual: {of: bed_exits_at_night, least: 3, most: 7}"),
        (
            "between 'least' and 'most'",
            f"{COUNT.format(9)}more_than_usual: {{of: bed_exits_at_night, least: 3, most: 7}}",
        ),
        ("is not counted so", f"{COUNT.format(5)}more_than_usual: {{of: bathroom_stay, least: 3, most: 7}}"),
        (
            "did you mean 'bathroom_stay'",
            f"{COUNT.format(5)}more_than_usual: {{of: bathroom_stays, least: 3, most: 7}}",
        ),
    ],
)
def test_a_personal_bound_without_its_fixed_one_or_outside_its_own_bounds_is_refused(why: str, words: str) -> None:
    with pytest.raises(RuleError, match=why):
        rule(words)


@settings(deadline=None)
@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 400),
    st.sampled_from(["bathroom_stay", "first_activity", "bed_exits_at_night"]),
)
def test_whatever_a_model_says_is_usual_no_bound_leaves_its_limits(value: float, days: int, of: str) -> None:
    assert timedelta(minutes=20) <= waits(told(of, value, days=days)) <= timedelta(minutes=90)


def test_what_is_usual_is_kept_as_json_and_a_later_word_replaces_it() -> None:
    state = run(LONG, told("bathroom_stay", 21.0), told("quiet_by_day", 5.0))[-1].state
    back = msgspec.json.decode(msgspec.json.encode(state), type=ScopeState)

    assert back == state
    assert list(state.usual["resident"].of) == ["quiet_by_day"]


def test_other_rules_are_not_touched_by_what_is_usual() -> None:
    plain = book("watch: {kind: motion.detected, place: bathroom}\nfor: 45 min\nuntil: {kind: bed.entered}")
    state = ScopeState(scope=SCOPE)
    stay: Event = event("motion.detected", "bathroom")
    with_usual = fold(fold(state, told("bathroom_stay", 1.0), plain, NIGHT).state, stay, plain, NIGHT)

    assert with_usual.pending_until == after(minutes=45)
    assert isinstance(plain, Rulebook)
