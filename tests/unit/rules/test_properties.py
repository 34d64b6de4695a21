import copy
from datetime import datetime, timedelta
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import Command, CommandKind, Event, Input, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Folded, Rulebook, ScopeState, fold, note_state
from carehub.core.kinds import KNOWN_KINDS, LIFE_SAFETY
from carehub.core.rules.rulebook import Shown
from carehub.core.severity import Severity
from tests.unit.rules.building import NIGHT, SCOPE, event, rule, shipped

SHIPPED = Rulebook.of(shipped())
unhurried = settings(deadline=None)  # how fast a busy machine is proves nothing here
KINDS = ["door.opened", "door.closed", "motion.detected", "motion.cleared", "bed.left", "sound.loud", "temperature"]
kinds = st.sampled_from([*KINDS, *sorted(LIFE_SAFETY)])
places = st.sampled_from([None, "hall", "bathroom", "entrance"])
moments = st.integers(0, 4 * 86_400).map(lambda seconds: NIGHT + timedelta(seconds=seconds))
lengths = st.sampled_from(["30 s", "5 min", "2 h", "1 d"])
matchers = st.builds(
    lambda kind, place: f"{{kind: {kind}}}" if place is None else f"{{kind: {kind}, place: {place}}}",
    kinds,
    st.sampled_from([None, "hall", "inside"]),
)


SHAPES = [
    "", "for", "then_missing", "count", "sequence", "absent", "check", "change", "found", "longer", "later", "more",
]  # fmt: skip


@st.composite
def rule_words(draw: st.DrawFn) -> str:
    shape = draw(
        st.sampled_from(
            [
                "",
                "for",
                "then_missing",
                "count",
                "sequence",
                "absent",
                "check",
                "change",
                "found",
                "longer",
                "later",
                "more",
            ]
        )
    )
    one, two, length = draw(matchers), draw(matchers), draw(lengths)
    words = {
        "": f"watch: {one}",
        "for": f"watch: {one}\nfor: {length}\nuntil: {two}",
        "then_missing": f"watch: {one}\nthen_missing: {two[:-1]}, within: {length}}}",
        "count": f"watch: {one}\ncount: {{at_least: {draw(st.integers(2, 4))}, within: {length}}}",
        "sequence": f"sequence: {{steps: [{one}, {two}], within: {length}}}",
        "absent": f"absent: {{of: {one}, from: '06:00', to: '10:00'}}",
        "check": f"check: {{at: '23:00', is: {one}}}",
        "change": f"watch: {{kind: temperature}}\nchange: {{rises_by: 2, within: {length}}}",
        "found": f"watch: {{found: rule-{draw(st.integers(0, 4))}}}",
        "longer": f"watch: {one}\nfor: 45 min\nuntil: {two}\n"
        "longer_than_usual: {of: bathroom_stay, plus: 5 min, least: 1 min, most: 90 min}",
        "later": f"absent: {{of: {one}, from: '06:00', to: '10:00'}}\n"
        "later_than_usual: {of: first_activity, least: '07:00', most: '11:30'}",
        "more": f"watch: {one}\ncount: {{at_least: 3, within: {length}}}\n"
        "more_than_usual: {of: bed_exits_at_night, least: 2, most: 5}",
    }[shape]
    held = ["", "\nunless: [away]", "\nunless: [asleep, unheard]", "\nenabled: false"]
    held += [] if "button" in words or any(kind in words for kind in LIFE_SAFETY) else ["\nonly_when: [rehabilitation]"]
    held += [] if shape == "check" else ["\nper: device"]
    words += draw(st.sampled_from(held))
    if shape not in {"absent", "later", "check"}:
        words += draw(st.sampled_from(["", "\nbetween: {from: '22:00', to: '06:00'}"]))
    return words


rulebooks = st.lists(rule_words(), max_size=5).map(
    lambda all_words: Rulebook.of(rule(words, f"rule-{number}") for number, words in enumerate(all_words))
)
events = st.builds(
    event,
    kinds,
    places,
    moments,
    value=st.none() | st.integers() | st.floats() | st.text(max_size=5),
)
ticks = st.builds(Tick, seq=st.just(0), at=moments, scope=st.just(SCOPE))
numbers = st.floats(allow_nan=False, allow_infinity=False)  # others are not told: tests/journeys/test_usual.py
commands = st.builds(
    Command,
    seq=st.just(0),
    at=moments,
    scope=st.just(SCOPE),
    kind=st.sampled_from(CommandKind),
    until=st.none() | moments,
    usual=st.none()
    | st.builds(
        Usual,
        resident=st.just("resident"),
        until=moments,
        of=st.dictionaries(
            st.sampled_from(["bathroom_stay", "first_activity", "bed_exits_at_night"]),
            st.builds(
                Quantiles, days=st.integers(0, 60), p50=numbers, p75=numbers, p90=st.floats(0, 900),
                p95=st.floats(0, 900),
            ),
        ),
    ),
)  # fmt: skip
stories = st.lists(events | ticks | commands, max_size=15).map(lambda story: sorted(story, key=lambda one: one.at))


def told(rulebook: Rulebook, story: list[Input]) -> ScopeState:
    state = ScopeState(scope=SCOPE)
    for one in story:
        state = fold(state, one, rulebook, one.at).state
    return state


@unhurried
@given(rulebooks, stories, events | ticks | commands)
def test_the_same_input_gives_the_same_output_and_the_given_state_is_left_alone(
    rulebook: Rulebook, story: list[Input], last: Input
) -> None:
    state = told(rulebook, story)
    before = copy.deepcopy(state)

    first, second = fold(state, last, rulebook, last.at), fold(state, last, rulebook, last.at)

    assert first == second
    assert state == before


@unhurried
@given(rulebooks, stories, st.sampled_from(sorted(LIFE_SAFETY)), places, moments)
def test_a_life_safety_event_always_alerts_f74(
    rulebook: Rulebook, story: list[Input], kind: str, place: str | None, at: datetime
) -> None:
    folded = fold(told(rulebook, story), event(kind, place, at), rulebook, at)

    assert folded.outcome is Outcome.ALERT
    assert any(found.severity >= Severity.SERIOUS and found.event is not None for found in folded.findings)


@unhurried
@given(rulebooks, stories)
def test_the_state_goes_to_json_and_back_and_folds_the_same(rulebook: Rulebook, story: list[Input]) -> None:
    state = told(rulebook, story)
    back = msgspec.json.decode(msgspec.json.encode(state), type=ScopeState)
    later = Tick(seq=0, at=NIGHT + timedelta(days=9), scope=SCOPE)

    assert back == state
    assert fold(back, later, rulebook, later.at) == fold(state, later, rulebook, later.at)


@unhurried
@given(rulebooks, stories)
def test_whatever_waits_has_a_row_at_or_before_its_moment(rulebook: Rulebook, story: list[Input]) -> None:
    rows: dict[str, datetime] = {}
    state = ScopeState(scope=SCOPE)
    for one in story:
        folded = fold(state, one, rulebook, one.at)
        if isinstance(one, Tick):
            rows = {key: due for key, due in rows.items() if due > one.at}
        for row in folded.deadlines:  # as the store does: the earlier moment for a key stands
            rows[row.key] = min(row.due_at, rows.get(row.key, row.due_at))
        state = folded.state
        waiting = {key: kept.due for key, kept in state.rules.items() if kept.due}
        assert all(rows[key] <= due for key, due in waiting.items())
        assert all(rows[key] <= due for key, due in state.armed.items())


@unhurried
@given(rulebooks, stories, events)
def test_every_event_has_an_outcome_and_a_pending_one_its_moment(
    rulebook: Rulebook, story: list[Input], last: Event
) -> None:
    folded: Folded = fold(told(rulebook, story), last, rulebook, last.at)

    assert folded.outcome is not None
    assert (folded.pending_until is not None) == (folded.outcome is Outcome.PENDING)
    assert (folded.outcome is Outcome.SUPPRESSED) <= any(not trace.fired for trace in folded.traces)
    assert folded.faults == ()


@unhurried
@given(rulebooks, stories, events | ticks | commands)
def test_the_version_tells_whether_the_state_changed(rulebook: Rulebook, story: list[Input], last: Input) -> None:
    state = told(rulebook, story)
    after = fold(state, last, rulebook, last.at).state

    assert (after is state) == (after.version == state.version)
    if after is state:
        assert after == state


@unhurried
@given(rulebooks, stories, events | ticks)
def test_the_index_hides_no_rule_to_which_an_event_could_be_something(
    rulebook: Rulebook, story: list[Input], last: Input
) -> None:
    indexed = fold(told(rulebook, story), last, rulebook, last.at)

    def everybody(book: Rulebook, kind: str, _place: str | None) -> tuple[Shown, ...]:
        return tuple((program, True) for program in book.asking.get(kind, ()))

    with patch.object(Rulebook, "shown", everybody):
        shown_to_all = fold(told(rulebook, story), last, rulebook, last.at)

    assert indexed.findings == shown_to_all.findings
    assert indexed.state.rules == shown_to_all.state.rules
    assert indexed.outcome == shown_to_all.outcome


@unhurried
@given(stories, events)
def test_a_retained_message_changes_only_what_was_seen(story: list[Input], last: Event) -> None:
    state = told(Rulebook.safe_mode(), story)
    noted = note_state(state, last)

    assert (noted.rules, noted.flags, noted.armed) == (state.rules, state.flags, state.armed)


@unhurried
@given(stories, st.sampled_from(sorted(KNOWN_KINDS)), places, moments)
def test_the_shipped_rules_never_raise_on_any_kind(
    story: list[Input], kind: str, place: str | None, at: datetime
) -> None:
    assert fold(told(SHIPPED, story), event(kind, place, at), SHIPPED, at).faults == ()


@unhurried
@given(stories, st.lists(moments, max_size=4))
def test_the_alerts_with_a_model_contain_those_without_f77(story: list[Input], words: list[datetime]) -> None:
    model = [event("behaviour.changed", None, at) for at in words]
    clock = [Tick(seq=0, at=at, scope=SCOPE) for at in words]  # time passes without it too

    def found(inputs: list[Input]) -> list[tuple[str, Severity, datetime]]:
        state, findings = ScopeState(scope=SCOPE), []
        for one in sorted(inputs, key=lambda given: given.at):
            folded = fold(state, one, SHIPPED, one.at)
            state = folded.state
            findings += [(finding.rule, finding.severity, finding.at) for finding in folded.findings]
        return findings

    without, together = found([*story, *clock]), found([*story, *clock, *model])
    for one in without:
        together.remove(one)
    assert all(severity <= Severity.MODERATE for _, severity, _ in together)
