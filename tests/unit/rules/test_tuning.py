"""Rules with other values for a unit or a resident: bounded, dated, the nearest first, and never over the floor."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Folded, Rulebook, ScopeState
from carehub.core.kinds import LIFE_SAFETY
from carehub.core.rules import overrides
from carehub.core.rules.language import Rule, content_hash
from carehub.core.rules.overrides import Level, Override
from carehub.core.rules.tuning import TuningError, tuned
from carehub.core.severity import Severity
from tests.unit.rules.building import NIGHT, SCOPE, after, alerts, event, rule, run, shipped, tick

_COLD = rule(
    "watch: {kind: temperature, place: hall, below: 16}\nfor: 60 min\n"
    "tune:\n  watch.below: {least: 12, most: 20}\n  for: {least: 30 min, most: 6 h}\n",
    "cold",
)
_DOOR = rule("watch: {kind: door.opened, place: entrance}\n", "door")
_COUNT = rule(
    "watch: {kind: door.opened}\ncount: {at_least: 4, within: 1 h}\ntune:\n  count.at_least: {least: 2, most: 9}\n",
    "many",
)
_UP = rule("absent: {of: {kind: motion.detected}, from: '06:00', to: '10:00'}\n", "up")
BOOK = Rulebook.of([_COLD, _DOOR, _COUNT, _UP])
SHIPPED = Rulebook.of(shipped())


def decided(name: str = "cold", since: datetime = NIGHT, **more: object) -> Override:
    given = {"id": f"o-{name}", "level": Level.RESIDENT, "whom": "resident", **more}
    return Override(rule=name, since=since, **given)  # type: ignore[arg-type]


def told(*decisions: Override, at: datetime = NIGHT) -> Command:
    return Command(seq=0, at=at, scope=SCOPE, kind=CommandKind.TUNED, overrides=decisions)


def cold(value: float, at: datetime = NIGHT) -> Event:
    return event("temperature", "hall", at, value=value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("watch.below", 21, "fra 12 til 20; 21 går ikke"),
        ("watch.below", float("nan"), "går ikke"),
        ("for", "29 min", "fra 30 min til 6 h; 29 min går ikke"),
        ("for", 30, "ikke en gyldig verdi"),
        ("for", "om litt", "ikke en gyldig verdi"),
        ("severity", 1, "kan ikke tilpasses i regelen «cold». Dette kan tilpasses: for, watch.below"),
        ("watch.place", "hall", "kan ikke tilpasses"),
    ],
)
def test_a_value_out_of_bounds_is_refused_in_words(path: str, value: float | str, said: str) -> None:
    with pytest.raises(TuningError, match=said):
        tuned(_COLD, [(path, value)])


def test_the_tuned_rule_says_the_new_values_and_has_another_version() -> None:
    new = tuned(_COLD, [("watch.below", "18,5"), ("for", "30 min")])
    assert (new.for_, new.watch and new.watch[0].below) == (timedelta(minutes=30), 18.5)
    assert Rulebook.of([new]).versions != Rulebook.of([_COLD]).versions
    assert tuned(_COLD, []) == _COLD


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_every_value_that_a_shipped_rule_lets_tune_may_go_to_both_of_its_bounds(one: Rule) -> None:
    for path, bounds in one.model_dump(mode="json", by_alias=True)["tune"].items():
        for value in (bounds["least"], bounds["most"]):
            assert tuned(one, [(path, value)]).tune == one.tune


def test_the_nearest_wins_value_by_value_and_the_newest_of_one_place_stands_for_those_before_it() -> None:
    unit = decided(level=Level.UNIT, whom="sol", id="u", values=(("for", "2 h"), ("watch.below", 14)))
    old = decided(id="r1", values=(("for", "3 h"), ("watch.below", 19)))
    new = decided(id="r2", since=after(minutes=5), values=(("for", "30 min"),))

    early, late = (overrides.at([unit, old, new], at).effects[0] for at in (NIGHT, after(minutes=5)))

    assert (dict(early.values), early.by) == ({"for": "3 h", "watch.below": 19}, ("u", "r1"))
    assert (dict(late.values), late.by) == ({"for": "30 min", "watch.below": 14}, ("u", "r2"))


def test_a_resident_may_have_what_is_off_for_the_unit_but_nothing_stands_above_an_objection() -> None:
    off = decided("door", level=Level.UNIT, whom="sol", id="u", off=True)
    on = decided("door", off=False)
    no = decided("door", level=Level.OBJECTION, whom="no", id="n", off=True)

    assert overrides.at([off], NIGHT).effects[0].off
    assert not overrides.at([off, on], NIGHT).effects[0].off
    assert overrides.at([no, off, on], NIGHT).effects[0].off


def test_scopes_that_are_tuned_alike_share_one_book_and_the_others_have_the_rulebook_itself() -> None:
    one = overrides.at([decided(values=(("for", "30 min"),))], NIGHT)
    other = overrides.at([decided(id="x", whom="other", values=(("for", "30 min"),))], NIGHT)

    assert BOOK.for_scope(one) is BOOK.for_scope(other)
    assert BOOK.for_scope(overrides.NOTHING) is BOOK
    assert BOOK.for_scope(overrides.at([decided(values=(("for", "1 min"),))], NIGHT)).versions == BOOK.versions


def test_a_rule_is_judged_by_the_tuned_value_and_the_trace_names_the_decision() -> None:
    given = decided(values=(("for", "30 min"), ("watch.below", 18)))
    folded = run(BOOK, told(given), cold(17), tick(after(minutes=30)))

    (found,) = folded[-1].findings
    assert found.trace.tuned == ("o-cold",)
    assert found.version == content_hash(tuned(_COLD, given.values))
    assert alerts(run(BOOK, cold(17), tick(after(minutes=90)))) == []


def test_it_begins_and_ends_in_its_own_second_also_when_the_tick_comes_late() -> None:
    """From one local midnight to the next on the night the clocks go forward: 23 hours, and to the second."""
    begin, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    off = told(decided("door", since=begin, until=end, off=True), at=begin - timedelta(days=1))
    second = timedelta(seconds=1)

    def opened(at: datetime) -> Folded:
        return run(BOOK, off, event("door.opened", "entrance", at))[-1]

    assert [opened(at).outcome for at in (begin - second, begin, end - second, end)] == [
        Outcome.ALERT, Outcome.NO_RULE, Outcome.NO_RULE, Outcome.ALERT,
    ]  # fmt: skip
    assert run(BOOK, off)[0].state.armed[overrides.DEADLINE] == begin
    ended = run(BOOK, off, tick(begin), tick(end))
    assert ended[1].state.armed[overrides.DEADLINE] == end
    assert ended[2].state.tuning == overrides.NOTHING


def test_what_waits_goes_on_as_long_as_the_new_value_asks() -> None:
    shorter = told(decided(values=(("for", "30 min"),)), at=after(minutes=20))
    folded = run(BOOK, cold(15), shorter, tick(after(minutes=30)))
    assert folded[1].state.rules["cold"].due == after(minutes=30)
    assert alerts(folded) == ["cold"]

    passed = run(
        BOOK, cold(15), told(decided(values=(("for", "30 min"),)), at=after(minutes=40)), tick(after(minutes=41))
    )
    assert [(one.at, one.late) for part in passed for one in part.findings] == [(after(minutes=41), True)]

    longer = run(BOOK, cold(15), told(decided(values=(("for", "2 h"),)), at=after(minutes=20)), tick(after(minutes=60)))
    assert alerts(longer) == []
    assert alerts(run(BOOK, tick(after(minutes=120)), state=longer[-1].state)) == ["cold"]


def test_what_the_new_value_would_not_have_begun_is_dropped_and_said() -> None:
    folded = run(BOOK, cold(15), told(decided(values=(("watch.below", 14),)), at=after(minutes=5)))
    (trace,) = folded[-1].traces
    assert (trace.fired, trace.events) == (False, (0,))
    assert "cold" not in folded[-1].state.rules


def test_a_rule_that_is_switched_off_drops_what_it_waits_for_and_begins_anew_when_it_is_on() -> None:
    until = after(hours=2)
    folded = run(BOOK, cold(15), told(decided(off=True, until=until), at=after(minutes=5)), tick(after(minutes=60)))
    assert alerts(folded) == []
    assert not folded[1].traces[0].fired
    on = run(BOOK, tick(until), event("temperature", "hall", after(hours=3), value=15), state=folded[-1].state)
    assert on[-1].outcome is Outcome.PENDING


def test_half_a_count_is_counted_on_under_the_new_number() -> None:
    opens = [event("door.opened", "hall", after(minutes=one), device=f"d{one}") for one in (0, 1)]
    folded = run(BOOK, *opens, told(decided("many", values=(("count.at_least", 3),)), at=after(minutes=2)))
    assert alerts(run(BOOK, event("door.opened", "hall", after(minutes=3)), state=folded[-1].state)) == ["many"]


def test_an_absence_that_is_switched_on_again_has_its_round() -> None:
    off = run(BOOK, event("motion.detected", "hall", NIGHT), tick(NIGHT), told(decided("up", off=True)))
    assert "up" not in off[-1].state.rules
    on = run(BOOK, told(at=after(minutes=1)), state=off[-1].state)
    assert on[-1].state.rules["up"].due is not None


def test_in_a_shared_home_a_rule_is_off_for_the_one_and_not_for_the_other() -> None:
    off = told(decided("door", off=True, resident="resident"))
    mine, other = event("door.opened", "entrance"), event("door.opened", "entrance", after(seconds=1), device="b")
    folded = run(BOOK, off, mine, msgspec.structs.replace(other, resident="other"))

    assert alerts(folded) == ["door"]
    assert (folded[1].outcome, folded[1].traces[0].tuned) == (Outcome.SUPPRESSED, ("o-door",))
    assert folded[1].traces[0].conditions[-1].name == "tuned"


_RULES = sorted(SHIPPED.rules)
_decisions = st.builds(
    Override,
    id=st.text("abc", min_size=1, max_size=3),
    rule=st.sampled_from(_RULES),
    level=st.sampled_from(Level),
    whom=st.sampled_from(["sol", "resident", "no"]),
    since=st.integers(-9, 9).map(lambda hours: after(hours=hours)),
    until=st.none() | st.integers(-9, 9).map(lambda hours: after(hours=hours)),
    values=st.lists(
        st.tuples(
            st.sampled_from(["for", "watch.below", "count.at_least", "x"]), st.sampled_from(["5 min", "6 h", 0, 13])
        ),
        max_size=2,
    ).map(tuple),
    off=st.sampled_from([True, True, False, None]),
    resident=st.sampled_from([None, "resident"]),
)


@given(st.lists(_decisions, max_size=8), st.sampled_from(sorted(LIFE_SAFETY)), st.integers(-10, 10))
def test_no_decision_and_no_objection_removes_the_floor_f74(decisions: list[Override], kind: str, hours: int) -> None:
    everything_off = [decided(name, off=True, id=name) for name in _RULES]
    for given_ in (decisions, [*decisions, *everything_off]):
        heard = event(kind, "hall", after(hours=hours))
        (*_, last) = run(SHIPPED, told(*given_, at=min(NIGHT, heard.at)), heard)
        assert last.outcome is Outcome.ALERT
        assert any(one.severity >= Severity.SERIOUS for one in last.findings)


@given(st.lists(_decisions, max_size=6), st.integers(-10, 10), st.integers(0, 20))
def test_the_tuned_state_goes_to_json_and_back_and_always_has_a_row_for_its_next_change(
    decisions: list[Override], hours: int, later: int
) -> None:
    at = after(hours=hours)
    state = run(SHIPPED, told(*decisions, at=at), tick(at + timedelta(hours=later)))[-1].state
    assert msgspec.json.decode(msgspec.json.encode(state), type=ScopeState) == state
    assert state.tuning.next_at is None or state.armed[overrides.DEADLINE] <= state.tuning.next_at
    again = Tick(seq=0, at=at + timedelta(hours=later), scope=SCOPE)
    assert run(SHIPPED, again, state=state)[-1].state.tuning == state.tuning


@given(st.lists(_decisions, max_size=4), st.lists(_decisions, max_size=4), st.integers(0, 20))
def test_whatever_waits_under_a_new_value_has_a_row_at_or_before_its_moment(
    first: list[Override], then: list[Override], hours: int
) -> None:
    given_ = (
        told(*first), event("motion.detected", "bathroom"), event("door.opened", "entrance"), cold(15),
        event("bed.left", "bedroom"), told(*then, at=after(minutes=3)), tick(after(hours=hours)),
    )  # fmt: skip
    rows: dict[str, datetime] = {}
    state = ScopeState(scope=SCOPE)
    for one in given_:
        folded = run(SHIPPED, one, state=state)[0]
        rows = {key: due for key, due in rows.items() if not isinstance(one, Tick) or due > one.at}
        for row in folded.deadlines:
            rows[row.key] = min(row.due_at, rows.get(row.key, row.due_at))
        state = folded.state
        assert all(rows[key] <= kept.due for key, kept in state.rules.items() if kept.due)
