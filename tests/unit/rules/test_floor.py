import pytest

from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.folding import floor
from carehub.core.folding.fold import Rulebook
from carehub.core.kinds import LIFE_SAFETY
from carehub.core.severity import Severity
from tests.unit.rules.building import alerts, book, command, event, rule, run, shipped

EVERY = sorted(LIFE_SAFETY)
TABLE = {
    "button.pressed": ("social-alarm", "3"),
    "cord.pulled": ("social-alarm", "4.14"),
    "fall.detected": ("fall", "4.1"),
    "smoke.detected": ("fire", "4.11"),
    "carbon_monoxide.detected": ("fire", "4.11"),
    "gas.detected": ("fire", "4.11"),
    "alarm.unreadable": ("unreadable-alarm", None),
}


@pytest.mark.parametrize("kind", EVERY)
def test_in_safe_mode_every_life_safety_event_is_a_critical_alert_f23(kind: str) -> None:
    folded = run(Rulebook.safe_mode(), event(kind, "hall"))[0]

    found = folded.findings[0]
    assert (found.kind, found.alert_code) == TABLE[kind]
    assert (found.severity, found.rule, found.event) == (Severity.CRITICAL, floor.FLOOR, 0)
    assert found.press == (kind in {"button.pressed", "cord.pulled"})
    assert folded.outcome is Outcome.ALERT
    assert folded.traces[0].fired


WATCH = f"watch: {{kinds: [{', '.join(EVERY)}]}}"
AWAY = {
    "the rule is held back": WATCH + "\nunless: [away]",
    "the rule is switched off": WATCH + "\nenabled: false",
    "the rule asks for another place": WATCH.replace("}", ", place: kitchen}"),
    "the rule asks for another time": WATCH + "\nbetween: {from: '08:00', to: '09:00'}",
    "the rule waits": WATCH + "\nfor: 2 h\nuntil: {kind: door.opened}",
    "the rule counts": WATCH + "\ncount: {at_least: 5, within: 1 h}",
    "the rule expects something else": WATCH + "\nthen_missing: {kind: motion.detected, within: 1 h}",
}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("words", AWAY.values(), ids=AWAY.keys())
def test_the_floor_cannot_be_edited_away_f74(words: str, kind: str) -> None:
    story = run(book(words), command(CommandKind.AWAY), event(kind, "hall"))

    assert [(found.kind, found.severity) for found in story[1].findings] == [(TABLE[kind][0], Severity.CRITICAL)]


def test_a_rule_that_makes_light_of_a_button_gets_the_floor_beside_it_f74() -> None:
    lenient = rule(WATCH).model_copy(update={"severity": Severity.NORMAL})

    folded = run(Rulebook.of([lenient]), event("button.pressed", "hall"))[0]

    assert [found.rule for found in folded.findings] == ["test-rule", floor.FLOOR]


@pytest.mark.parametrize("kind", sorted(LIFE_SAFETY - {"alarm.unreadable"}))
def test_a_rule_and_the_floor_never_make_two_alerts_of_one_thing(kind: str) -> None:
    story = run(Rulebook.of(shipped()), event(kind, "hall"))
    found = story[0].findings[0]

    assert alerts(story) == [TABLE[kind][0]]
    assert (found.rule, found.alert_code, found.severity) == (*TABLE[kind], Severity.CRITICAL)


def test_what_is_not_life_safety_has_no_floor() -> None:
    assert run(Rulebook.safe_mode(), event("water.detected", "hall"))[0].outcome is Outcome.NO_RULE
