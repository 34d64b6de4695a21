"""Why not, and by how much, for the words that look at the person, at a change and at a local time."""

import pytest

from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.fold import ScopeState
from carehub.core.folding.journal import Entry, Recorded, refold
from carehub.core.languages import Language
from carehub.core.rules.telling import SOURCE, Telling
from carehub.core.rules.verdicts import verdicts, window_ends
from carehub.web.tongue import catalogue
from tests.unit.rules.building import NIGHT, SCOPE, after, book, command, event, local, tick
from tests.unit.rules.test_usual import told

WEIGHT = "watch: {kind: body_weight}\nchange: {rises_by: 2, within: 3 d}"
STAY = (
    "watch: {kind: motion.detected, place: bathroom}\nfor: 45 min\nuntil: {kind: motion.detected, place: kitchen}\n"
    "longer_than_usual: {of: bathroom_stay, plus: 10 min, least: 20 min, most: 90 min}"
)
EXITS = (
    "watch: {kind: bed.left}\ncount: {at_least: 5, within: 8 h}\n"
    "more_than_usual: {of: bed_exits_at_night, least: 3, most: 7}"
)
STOVE = "check: {at: '23:00', is: {kind: stove.on}}\nunless: [away]"


def weight(value: object, hours: float) -> Event:
    return event("body_weight", at=after(hours=hours), device="scale", value=value)  # type: ignore[arg-type]


def english(text: str) -> str:
    return catalogue(Language.EN)[text][0]


def entry(one: Event | Tick | Command) -> Entry:
    return Recorded(event=one, outcome=Outcome.NO_RULE) if isinstance(one, Event) else one


def words(rule: str, *given: Event | Tick | Command, telling: Telling = SOURCE) -> str:
    """What the rule made of the last event among them."""
    entries: list[Entry] = [
        Recorded(event=one, outcome=Outcome.NO_RULE) if isinstance(one, Event) else one for one in given
    ]
    rulebook = book(rule)
    steps = list(refold(ScopeState(scope=SCOPE), entries, rulebook, lambda _: rulebook))
    last = max(place for place, one in enumerate(entries) if isinstance(one, Recorded))
    return verdicts(steps, last, telling)[0].words


@pytest.mark.parametrize(
    ("rule", "given", "said"),
    [
        (
            "watch: {kind: door.opened}\nonly_when: [rehabilitation]",
            [event("door.opened")],
            "Holdt tilbake kl. 02:10: gjelder bare når beboeren følges opp etter sykehusopphold.",
        ),
        (
            "watch: {kind: door.opened}\nunless: [asleep]",
            [command(CommandKind.ASLEEP, until=after(hours=2)), event("door.opened")],
            "Holdt tilbake kl. 02:10: beboeren sover til kl. 04:10.",
        ),
        (WEIGHT, [weight(70.0, 0)], "dette er den første målingen i denne tiden."),
        (WEIGHT, [weight(70.0, 0), weight(71.5, 24)], "endringen siden 15.01. kl. 02:10 var +1,5."),
        (WEIGHT, [weight("unavailable", 0)], "Målingen var ikke et tall."),
        (STAY, [event("motion.detected", "bathroom"), event("motion.detected", "kitchen", after(minutes=20))],
         "regelen venter 45 minutter"),
        (STAY, [told("bathroom_stay", 15.0, after(minutes=-1)), event("motion.detected", "bathroom"),
                event("motion.detected", "kitchen", after(minutes=20))], "regelen venter 25 minutter"),
        (EXITS, [event("bed.left", device="a")], "Trenger 5 ganger i løpet av 8 timer; dette var nr. 1"),
        (EXITS, [told("bed_exits_at_night", 2.0, after(minutes=-1)), event("bed.left", device="a")],
         "Trenger 3 ganger (personens egen grense) i løpet av 8 timer"),
        (STOVE, [event("stove.on", "kitchen", local("2026-01-15T18:00"))], "Regelen ser på dette kl. 23:00."),
        (STOVE, [event("stove.off", "kitchen", local("2026-01-15T18:00"))], "Dette er ikke det regelen ser etter"),
        ("watch: {kind: door.opened, device_class: sensor}", [event("door.opened", "hall", device_class="switch")],
         "det kom fra en annen type utstyr"),
    ],
)  # fmt: skip
def test_the_condition_that_did_not_hold_is_named_with_how_much_was_missing(
    rule: str, given: list[Event | Tick | Command], said: str
) -> None:
    assert said in words(rule, *given)


def test_a_check_tells_what_it_decided_at_its_time() -> None:
    rulebook = book(STOVE)
    on, due = event("stove.on", "kitchen", local("2026-01-15T18:00")), local("2026-01-15T23:00")
    entries = [entry(on), entry(tick(due))]
    steps = list(refold(ScopeState(scope=SCOPE), entries, rulebook, lambda _: rulebook))

    (told_then,) = window_ends(steps, rulebook.programs["rule-1"], NIGHT, due)

    assert told_then.words == "Kl. 23:00: Varslet kl. 23:00."
    assert told_then.alerted


@pytest.mark.parametrize(
    ("rule", "given", "said"),
    [
        (
            "watch: {kind: door.opened}\nunless: [asleep]",
            [command(CommandKind.ASLEEP, until=after(hours=2)), event("door.opened")],
            "Held back at 02:10: ",
        ),
        (WEIGHT, [weight(70.0, 0), weight(71.5, 24)], "the change since 15.01. at 02:10 was +1.5."),
        (
            STAY, [event("motion.detected", "bathroom"), event("motion.detected", "kitchen", after(minutes=20))],
            "Ended the waiting that began at 02:10: the rule waits 45 minutes, this came after 20 min.",
        ),
        (EXITS, [event("bed.left")], "times within 8 hours; this was no. 1 (02:10)."),
        (STOVE, [event("stove.on")], "The rule looks at this at 23:00."),
        ("watch: {kind: temperature, below: 16}", [event("temperature", value=18.5)], "18.5 (2.5 from the limit)"),
    ],
)  # fmt: skip
def test_a_reason_is_told_whole_in_another_language(rule: str, given: list[Event | Command], said: str) -> None:
    """`english` raises for a text that it does not know."""
    told = words(rule, *given, telling=Telling("en", english))

    assert said in told
    assert not {"og", "ikke", "kl.", "regelen", "venter", "av", "på"} & set(told.lower().split())
