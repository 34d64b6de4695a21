"""For any rules and any story: each rule that was asked gives a reason, and the reason is true.

What a reason names is put to the test: that one condition is changed, by as little as is said, and the verdict is
another one. A reason that still stands afterwards was not the reason.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from carehub.core.events import Event, Input, Tick
from carehub.core.findings import Trace
from carehub.core.folding.fold import Rulebook, ScopeState, fold
from carehub.core.folding.journal import Entry, Recorded, Step, refold
from carehub.core.rules.changes import by_how_much
from carehub.core.rules.fields import Matcher, write_duration
from carehub.core.rules.language import Rule
from carehub.core.rules.parts import Between, Change
from carehub.core.rules.reasons import Because, Verdict
from carehub.core.rules.state import Shape, hit_of
from carehub.core.rules.verdicts import general, verdicts, window_ends
from tests.unit.rules.building import NIGHT, OSLO, SCOPE, event, rule
from tests.unit.rules.test_properties import moments, places, stories

KINDS = ["door.opened", "door.closed", "motion.detected", "temperature"]
kinds = st.sampled_from(KINDS)
changes = st.sampled_from(["rises_by: 2", "falls_by: 2", "rises_by: 10.5"])
steps_of = st.sampled_from(["30 s", "5 min", "30 min", "2 h"])
matchers = st.builds(
    lambda kind, place, bound: f"{{kind: {kind}{place}{bound}}}", kinds,
    st.sampled_from(["", "", ", place: hall", ", place: inside"]),
    st.sampled_from(["", "", "", "", ", below: 16", ", at_least: 20.5", ", above: 3, at_most: 7.25", ", equals: true"]),
)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    shape = draw(st.sampled_from(["", "for", "then_missing", "count", "sequence", "absent", "check", "change"]))
    one, two, length = draw(matchers), draw(matchers), draw(steps_of)
    words = {
        "": f"watch: {one}",
        "for": f"watch: {one}\nfor: {length}\nuntil: {two}",
        "then_missing": f"watch: {one}\nthen_missing: {two[:-1]}, within: {length}}}",
        "count": f"watch: {one}\ncount: {{at_least: {draw(st.integers(2, 4))}, within: {length}}}",
        "sequence": f"sequence: {{steps: [{one}, {two}], within: {length}}}",
        "absent": f"absent: {{of: {one}, from: '06:00', to: '10:00'}}",
        "check": f"check: {{at: '03:00', is: {one}}}",
        "change": f"watch: {{kind: temperature}}\nchange: {{{draw(changes)}, within: {length}}}",
    }[shape]
    words += draw(st.sampled_from(["", "", "\nunless: [away]", "\nonly_when: [asleep]"]))
    words += draw(st.sampled_from(["", "", "\nper: device"])) if shape not in {"check", "change"} else ""
    if shape not in {"absent", "check"}:
        words += draw(st.sampled_from(["", "\nbetween: {from: '22:00', to: '06:00'}"]))
    if shape not in {"absent", "sequence", "check"}:
        words += draw(st.sampled_from(["", "\nrest: 2 h"]))
    return rule(words)


close = st.integers(0, 7200).map(lambda seconds: NIGHT + timedelta(seconds=seconds))
happenings = st.builds(
    event, kinds, places, close | moments, device=st.sampled_from([None, "a", "b"]),
    value=st.sampled_from([None, True, False, 3, 5.5, 15.9, 16, 21.5, "ute", float("nan"), float("inf")]),
)  # fmt: skip
tellings = st.tuples(st.lists(happenings, min_size=1, max_size=10), stories).map(
    lambda both: sorted([*both[0], *both[1]], key=lambda one: one.at)
)


def told(book: Rulebook, story: Sequence[Input]) -> list[Step]:
    """The story as the journal keeps it, and folded again."""
    state, entries = ScopeState(scope=SCOPE), list[Entry]()
    for seq, without in enumerate(story, 1):
        one: Input = structs.replace(without, seq=seq)
        folded = fold(state, one, book, one.at)
        state = folded.state
        if isinstance(one, Event):
            assert folded.outcome is not None
            entries.append(Recorded(event=one, outcome=folded.outcome))
        else:
            entries.append(one)
    return list(refold(ScopeState(scope=SCOPE), entries, book, lambda _: book))


def verdict(one: Rule, story: Sequence[Input], index: int) -> Verdict:
    found = [it for it in verdicts(told(Rulebook.of([one]), story), index) if it.rule == one.id]
    assert len(found) == 1
    return found[0]


# --- what each reason says must change the verdict ---------------------------------------------


def _asked(one: Rule) -> list[Matcher]:
    if one.sequence:
        return list(one.sequence.steps)
    return list(one.absent.of if one.absent else one.check.is_ if one.check else one.watch or ())


def _ends(one: Rule) -> list[Matcher]:
    return [one.then_missing] if one.then_missing else list(one.until or ())


def _like(matcher: Matcher, at: Any) -> Event:
    """An event that fits."""
    fitting: dict[str, Any] = {"below": 15, "at_least": 21, "above": 5, "equals": True}
    value = next((right for name, right in fitting.items() if name in matcher.bounds), None)
    places_of = [place for place in matcher.all_places if place != "inside"] or ["hall"]
    return event(str(matcher.all_kinds[0]), places_of[0], at, device="probe", value=value)


class Trial:
    """One reason, and the means to put it to the test."""

    def __init__(self, one: Rule, story: list[Input], index: int, said: Verdict) -> None:
        self.rule, self.story, self.index, self.said = one, story, index, said
        given_event = story[index]
        assert isinstance(given_event, Event)
        self.event = given_event
        self.steps = told(Rulebook.of([one]), story)
        self.program = Rulebook.of([one]).programs[one.id]
        self.key = f"{one.id}/{self.event.device}" if self.program.per_device else one.id

    def with_event(self, **changes: Any) -> Verdict:
        changed = structs.replace(self.event, device="probe", **changes)
        return verdict(self.rule, [*self.story[: self.index], changed, *self.story[self.index + 1 :]], self.index)

    def with_rule(self, **changes: Any) -> Verdict:
        return verdict(self.rule.model_copy(update=changes), self.story, self.index)

    def place(self) -> None:
        wanted = [place for one in _asked(self.rule) for place in one.all_places if self.event.kind in one.all_kinds]
        changed = self.with_event(place="hall" if "inside" in wanted else wanted[0])
        assert changed.because is not Because.PLACE

    def no_end(self) -> None:
        assert not self.program.steps[0].fits(self.event)
        fits = [_like(one, self.event.at) for one in _ends(self.rule) if self.event.kind in one.all_kinds]
        changed = self.with_event(place=fits[0].place, value=fits[0].value)
        assert changed.because is Because.ENDS

    def value(self) -> None:
        if (by := re.search(r"målt (\S+?)(?: \((\S+) fra grensen\)| \(akkurat på grensen\))", self.said.words)) is None:
            words = ("målingen var ikke et tall", "ingen verdi ble målt", "verdien var", "langt fra grensen", "målt")
            assert any(one in self.said.words.lower() for one in words)
            assert self._right_values()
            return
        seen, off = (float((number or "0").replace(",", ".")) for number in by.groups())
        told_to = max(abs(seen), off) * 1e-5  # six digits are told of a number
        nudged = [seen + sign * (off + more) for sign in (-1, 1) for more in (0, 1e-3, told_to)]
        assert any(self.with_event(value=value).because is not Because.VALUE for value in nudged)

    def _right_values(self) -> bool:
        return any(self.with_event(value=value).because is not Because.VALUE for value in (True, 5, 15, 21))

    def between(self) -> None:
        at = self.event.at.astimezone(OSLO)
        window = {"from": f"{at:%H:%M}", "to": f"{at + timedelta(minutes=1):%H:%M}"}
        assert self.with_rule(between=Between.model_validate(window)).because is not Because.BETWEEN

    def already(self) -> None:
        fits = self.program.steps[0].fits
        kept = [one for one in self.story[: self.index] if not (isinstance(one, Event) and fits(one))]
        changed = verdict(self.rule, [*kept, *self.story[self.index :]], len(kept))
        assert changed.because is not Because.ALREADY

    def ends(self) -> None:
        before = self.steps[self.index].before.rules.get(self.key)
        waited = before is not None and before.due is not None and before.due > self.event.at
        assert waited == ("avsluttet ventingen" in self.said.words.lower())
        if waited and before is not None:
            began = before.hits[0].seq - 1
            without = [*self.story[: self.index], *self.story[self.index + 1 :]]
            after = verdict(self.rule, without, began)
            assert after.because is not Because.ENDED or f"kl. {self._clock()}" not in after.words or after != self.said

    def _clock(self) -> str:
        return f"{self.event.at.astimezone(OSLO):%H:%M}"

    def ended(self) -> None:
        cancels = self.program.cancels
        if cancels is None:  # a check: what ends it is whatever else is told of the same thing
            assert self.rule.check is not None
            return
        rest: list[Input] = [
            one for one in self.story[self.index + 1 :] if isinstance(one, Event) and not cancels.fits(one)
        ]
        due = Tick(seq=0, at=self.event.at + self.program.wait, scope=SCOPE)
        later: list[Input] = sorted([*rest, due], key=lambda one: one.at)
        changed = verdict(self.rule, [*self.story[: self.index + 1], *later], self.index)
        assert changed.because in {Because.ALERTED, Because.HELD_BACK}

    def waits(self) -> None:
        due = self.steps[-1].folded.state.rules[self.key].due
        assert due is not None
        assert f"kl. {due.astimezone(OSLO):%H:%M}" in self.said.words
        changed = verdict(self.rule, [*self.story, Tick(seq=0, at=due, scope=SCOPE)], self.index)
        assert changed.because in {Because.ALERTED, Because.HELD_BACK}

    def count(self) -> None:
        number = int(re.search(r"nr\. (\d+)", self.said.words)[1])  # type: ignore[index]
        state = self.steps[self.index].folded.state.rules[self.key]
        assert len(state.hits) == number
        hits, fits = {hit.seq - 1 for hit in state.hits}, self.program.steps[0].fits
        only = [  # and what it does not count: a door closes twice when it was opened in between
            one for place, one in enumerate(self.story[: self.index + 1])
            if place in hits or (isinstance(one, Event) and not fits(one))
        ]  # fmt: skip
        least = self.rule.count.model_copy(update={"at_least": number}) if self.rule.count else None
        changed = verdict(self.rule.model_copy(update={"count": least, "rest": None}), only, len(only) - 1)
        assert changed.because in {Because.ALERTED, Because.HELD_BACK}

    def change(self) -> None:
        state = self.steps[self.index].before.rules.get(self.key)
        past = [it for it in state.hits if self.event.at - it.at <= self.program.wait] if state else []
        assert self.rule.change is not None
        by = by_how_much(past[0], hit_of(self.event)) if past else 0
        if by * self.program.by <= 0:
            return
        within = {"within": write_duration(self.program.wait)}
        smaller = Change.model_validate({("rises_by" if by > 0 else "falls_by"): abs(by), **within})
        assert self.with_rule(change=smaller).because is not Because.CHANGE

    def checked(self) -> None:
        due = self.steps[self.index].folded.state.rules[self.key].due
        assert due is not None
        changed = verdict(self.rule, [*self.story[: self.index + 1], Tick(seq=0, at=due, scope=SCOPE)], self.index)
        assert changed.because in {Because.ALERTED, Because.HELD_BACK}

    def other(self) -> None:
        fits = [_like(it, self.event.at) for it in _asked(self.rule) if self.event.kind in it.all_kinds]
        if fits:
            assert self.with_event(place=fits[0].place, value=fits[0].value).because is not Because.OTHER

    def step(self) -> None:
        first = _like(_asked(self.rule)[0], self.event.at)
        if self.rule.per == "device":
            first = structs.replace(first, device=self.event.device)
        if self.rule.between is None and self.rule.per != "device":
            story = [*self.story[: self.index], first, *self.story[self.index :]]
            assert verdict(self.rule, story, self.index + 1).because is not Because.STEP

    def steps_(self) -> None:
        if self.rule.per == "device":
            return
        follows = _like(_asked(self.rule)[1], self.event.at)
        story = [*self.story[: self.index + 1], follows, *self.story[self.index + 1 :]]
        assert verdict(self.rule, story, self.index).because in {Because.ALERTED, Because.HELD_BACK}

    def sign(self) -> None:
        assert self.rule.absent is not None
        assert self.program.steps[0].fits(self.event)

    def held_back(self) -> None:
        changed = self.with_rule(unless=(), only_when=(), rest=None)
        assert changed.words != self.said.words

    def alerted(self) -> None:
        traces: list[Trace] = [found.trace for step in self.steps for found in step.folded.findings]
        assert any(self.index + 1 in trace.events for trace in traces)

    def put_to_the_test(self) -> None:
        tests: dict[Because, Callable[[], None]] = {
            Because.PLACE: self.place, Because.NO_END: self.no_end, Because.VALUE: self.value,
            Because.BETWEEN: self.between,
            Because.ALREADY: self.already, Because.ENDS: self.ends, Because.ENDED: self.ended,
            Because.WAITS: self.waits, Because.COUNT: self.count, Because.STEP: self.step,
            Because.STEPS: self.steps_, Because.SIGN: self.sign, Because.HELD_BACK: self.held_back,
            Because.ALERTED: self.alerted, Because.CHANGE: self.change, Because.CHECKED: self.checked,
            Because.OTHER: self.other,
        }  # fmt: skip
        tests[self.said.because]()


_CLOSES_TWICE = [
    event(f"door.{said}", "hall", NIGHT + timedelta(seconds=at), device="a")
    for at, said in enumerate(("closed", "opened", "closed"))
]


@settings(max_examples=100)
@example(rule("watch: {kind: door.closed}\ncount: {at_least: 3, within: 5 min}"), _CLOSES_TWICE)
@given(rules(), tellings)
def test_each_rule_that_was_asked_gives_a_reason_and_the_reason_is_true(one: Rule, story: list[Input]) -> None:
    book = Rulebook.of([one])
    steps = told(book, story)

    for index, step in enumerate(steps):
        if not isinstance(step.entry, Recorded) or general(step) is not None:
            continue
        found = [it for it in verdicts(steps, index) if it.rule == one.id]
        assert [it.rule for it in found] == [it.id for it in book.asking.get(step.entry.event.kind, ())]
        for said in found:
            assert said.words[0].isupper()
            assert said.words.endswith(".")
            Trial(one, story, index, said).put_to_the_test()


@given(st.lists(rules(), max_size=4), tellings)
def test_what_is_said_to_have_alerted_is_what_alerted(several: list[Rule], story: list[Input]) -> None:
    book = Rulebook.of(it.model_copy(update={"id": f"rule-{number}"}) for number, it in enumerate(several))
    steps = told(book, story)
    alerted = {(found.rule, seq) for step in steps for found in step.folded.findings for seq in found.trace.events}
    named_only = {it.id for it in book.programs.values() if it.shape in {Shape.ABSENT, Shape.CHECK, Shape.CHANGE}}
    # a trace of these names what was last seen, or what a value is compared with: that event began nothing

    for index, step in enumerate(steps):
        for said in verdicts(steps, index):
            named = (said.rule, step.entry.seq) in alerted
            assert said.alerted <= (named or said.because is Because.ALREADY)
            assert said.alerted or not named or said.rule in named_only
    for program in book.programs.values():
        for said in window_ends(steps, program, story[0].at, story[-1].at):
            assert re.match(r"Kl\. \d\d:\d\d: .+\.$", said.words)


def test_a_rule_that_watches_another_says_what_it_made_of_what_that_one_found() -> None:
    first = rule("watch: {kind: door.opened}\nfor: 5 min\nuntil: {kind: door.closed}", "first")
    second = rule("watch: {found: first}\ncount: {at_least: 3, within: 1 h}", "second")
    opened, due = event("door.opened", "hall"), Tick(seq=0, at=NIGHT + timedelta(minutes=5), scope=SCOPE)
    steps = told(Rulebook.of([first, second]), [opened, due])

    words = [[(said.rule, said.words) for said in verdicts(steps, index)] for index in (0, 1)]

    assert words[0] == [("first", "Varslet kl. 02:15.")]
    assert words[1] == [("second", "Trenger 3 ganger i løpet av 1 time; dette var nr. 1 (02:15).")]
