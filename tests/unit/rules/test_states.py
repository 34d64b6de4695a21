"""Resident state as conditions: what a rule may be held back by, and what must be so."""

from datetime import datetime, timedelta

import pytest

from carehub.core.events import Command, CommandKind, Event, Tick
from carehub.core.findings import Outcome
from carehub.core.folding.fold import Folded
from carehub.core.rules.errors import RuleError
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from tests.unit.rules.building import NIGHT, after, alerts, book, command, event, local, rule, run, tick

STATES = [
    (CommandKind.AWAY, CommandKind.HOME, "away"),
    (CommandKind.ASLEEP, CommandKind.AWAKE, "asleep"),
    (CommandKind.STAFF_PRESENT, CommandKind.STAFF_LEFT, "staff_present"),
    (CommandKind.REHABILITATION, CommandKind.REHABILITATION_ENDED, "rehabilitation"),
    (CommandKind.DIGITAL_SUPERVISION, CommandKind.DIGITAL_SUPERVISION_ENDED, "digital_supervision"),
]
DOOR = "watch: {kind: door.opened}\n"


@pytest.mark.parametrize(("begins", "ends", "flag"), STATES)
def test_each_state_can_hold_back_and_can_be_needed(begins: CommandKind, ends: CommandKind, flag: str) -> None:
    unless, only = book(f"{DOOR}unless: [{flag}]"), book(f"{DOOR}only_when: [{flag}]")
    begun, ended = command(begins, until=after(hours=2)), command(ends, after(minutes=10))
    opened = event("door.opened", at=after(minutes=20))

    assert alerts(run(unless, begun, opened)) == []
    assert alerts(run(unless, begun, ended, opened)) == ["rule-1"]
    assert alerts(run(only, begun, opened)) == ["rule-1"]
    assert alerts(run(only, begun, ended, opened)) == []
    assert alerts(run(only, opened)) == []


@pytest.mark.parametrize(("begins", "_ends", "flag"), STATES)
def test_a_state_ends_at_its_own_time(begins: CommandKind, _ends: CommandKind, flag: str) -> None:
    only = book(f"{DOOR}only_when: [{flag}]")
    begun = command(begins, until=after(minutes=10))

    assert alerts(run(only, begun, event("door.opened", at=after(minutes=9, seconds=59)))) == ["rule-1"]
    assert alerts(run(only, begun, event("door.opened", at=after(minutes=10)))) == []


def test_a_rule_that_is_not_meant_for_now_has_found_nothing_and_can_still_say_why() -> None:
    (folded,) = run(book(f"{DOOR}only_when: [rehabilitation]"), event("door.opened"))

    assert folded.outcome is Outcome.NO_RULE
    assert [one.is_held_back for one in folded.traces] == [False]
    (broken,) = [one for one in folded.traces[0].conditions if not one.held]
    assert (broken.name, broken.seen) == ("only_when.rehabilitation", "not rehabilitation")


def test_the_bed_itself_says_that_somebody_sleeps_after_twenty_minutes() -> None:
    sleeps = book(f"{DOOR}only_when: [asleep]")
    in_bed = event("bed.entered", "bedroom")

    assert alerts(run(sleeps, in_bed, event("door.opened", at=after(minutes=19)))) == []
    assert alerts(run(sleeps, in_bed, event("door.opened", at=after(minutes=20)))) == ["rule-1"]
    up = event("bed.left", "bedroom", after(minutes=30))
    assert alerts(run(sleeps, in_bed, up, event("door.opened", at=after(minutes=31)))) == []


def test_a_bed_that_has_said_nothing_else_for_sixteen_hours_is_not_believed() -> None:
    sleeps = book(f"{DOOR}only_when: [asleep]")

    assert alerts(run(sleeps, event("bed.entered", "bedroom"), event("door.opened", at=after(hours=17)))) == []


def test_a_round_that_was_never_confirmed_alerts_only_where_supervision_is_agreed() -> None:
    rounds = book(
        "absent: {of: {kind: motion.detected}, from: '01:00', to: '02:00', although_never_seen: true}\n"
        "only_when: [digital_supervision]"
    )
    agreed = command(CommandKind.DIGITAL_SUPERVISION, local("2026-01-15T12:00"))
    due = local("2026-01-16T02:00")

    begun = run(rounds, agreed)
    assert [row.due_at for row in begun[0].deadlines] == [due]
    assert alerts(run(rounds, agreed, tick(due))) == ["rule-1"]
    confirmed = event("motion.detected", at=local("2026-01-16T01:00"))
    assert alerts(run(rounds, agreed, confirmed, tick(due))) == []
    assert alerts(run(rounds, tick(local("2026-01-15T12:00")), tick(due))) == []


def test_a_state_that_is_both_needed_and_forbidden_is_refused() -> None:
    with pytest.raises(RuleError, match="never alerts"):
        rule(f"{DOOR}unless: [away]\nonly_when: [away]")


def test_a_life_safety_event_depends_on_no_state_f74() -> None:
    with pytest.raises(RuleError, match="always alert"):
        rule("watch: {kind: button.pressed}\nonly_when: [rehabilitation]")


def test_whoever_moves_in_inherits_no_state() -> None:
    only = book(f"{DOOR}only_when: [rehabilitation]")
    begun = command(CommandKind.REHABILITATION, until=after(days=30))
    moved = command(CommandKind.REASSIGNED, NIGHT + timedelta(minutes=1))

    assert alerts(run(only, begun, moved, event("door.opened", at=after(minutes=2)))) == []


def test_whoever_stays_keeps_theirs_when_a_device_comes_or_goes() -> None:
    """A new button in the home had ended the supervision that was agreed for the month, and nobody was told."""
    only = book(f"{DOOR}only_when: [rehabilitation]")
    begun = command(CommandKind.REHABILITATION, until=after(days=30))
    changed = command(CommandKind.REFITTED, NIGHT + timedelta(minutes=1))

    folded = run(only, begun, changed, event("door.opened", at=after(minutes=2)))
    assert alerts(folded) == ["rule-1"]


def test_what_is_expected_although_it_was_never_seen_is_expected_when_a_device_has_come() -> None:
    missing = book(
        "absent: {of: {kind: supervision.confirmed}, from: '23:00', to: '03:00', although_never_seen: true}\n"
        "only_when: [digital_supervision]"
    )
    begun = command(CommandKind.DIGITAL_SUPERVISION, until=after(days=30))
    changed = command(CommandKind.REFITTED, NIGHT + timedelta(minutes=1))

    assert alerts(run(missing, begun, changed, tick(after(hours=12)))) == ["rule-1"]


def test_who_was_away_is_not_when_a_device_comes_or_goes() -> None:
    """The silence ends with every other of the place (docs/adr/0016)."""
    unless = book(f"{DOOR}unless: [away]")
    begun = command(CommandKind.AWAY, until=after(days=3))
    changed = command(CommandKind.REFITTED, NIGHT + timedelta(minutes=1))

    assert alerts(run(unless, begun, changed, event("door.opened", at=after(minutes=2)))) == ["rule-1"]


STILL = "watch: {kind: motion.detected}\nfor: 5 h\nuntil: {kind: motion.detected}\nunless: [unheard]"


def test_what_fell_due_in_an_outage_waits_as_long_anew_and_is_not_forgotten() -> None:
    """She fell at nine, no home was heard from twelve to four, and nothing began the rule again until next morning."""
    fell, deaf = event("motion.detected", "hall"), command(CommandKind.UNHEARD, after(hours=3), until=after(hours=27))
    heard = command(CommandKind.HEARD, after(hours=7))
    due = [tick(after(hours=hours)) for hours in (5, 10)]

    folded = run(book(STILL), fell, deaf, due[0], heard, due[1])

    assert [alerts([one]) for one in folded] == [[], [], [], [], ["rule-1"]]
    assert folded[2].deadlines[0].due_at == after(hours=10)


def test_who_is_heard_after_an_outage_is_not_missed() -> None:
    fell, deaf = event("motion.detected", "hall"), command(CommandKind.UNHEARD, after(hours=3), until=after(hours=27))
    heard, moves = command(CommandKind.HEARD, after(hours=7)), event("motion.detected", "kitchen", at=after(hours=8))

    assert alerts(run(book(STILL), fell, deaf, tick(after(hours=5)), heard, moves, tick(after(hours=10)))) == []


UP = "absent: {of: {kind: motion.detected}, from: '06:00', to: '10:00'}\nunless: [unheard]"
YESTERDAY, TEN, NOON = local("2026-01-15T08:00"), local("2026-01-16T10:00"), local("2026-01-16T12:00")
HALF_AN_HOUR = timedelta(minutes=30)


def outage(rules: Rulebook, *, seen: datetime | None) -> list[Folded]:
    """Up yesterday; nothing is heard from six until noon, and somebody is seen after that, or is not."""
    since, lasts = TEN - timedelta(hours=4), after(days=3)
    given: list[Event | Tick | Command] = [
        event("motion.detected", at=YESTERDAY), command(CommandKind.UNHEARD, since, until=lasts), tick(TEN),
        *(tick(TEN + HALF_AN_HOUR * number) for number in (1, 2, 3)), command(CommandKind.HEARD, NOON),
    ]  # fmt: skip
    given += [event("motion.detected", at=seen)] if seen else []
    return run(rules, *given, tick(NOON + HALF_AN_HOUR), tick(TEN + timedelta(days=1)))


def test_who_was_to_be_up_in_an_outage_is_asked_after_once_they_could_have_been_seen() -> None:
    """She lay there since the night, no home was heard at ten, and the next question was that of tomorrow at ten."""
    folded = outage(book(UP), seen=None)

    assert [alerts([one]) for one in folded[2:]] == [[], [], [], [], [], ["rule-1"], ["rule-1"]]
    (late,) = folded[-2].findings
    assert (late.late, late.detail) == (True, "Skulle vært varslet kl. 10:00, men kommer sent etter et avbrudd.")
    assert sum(len(one.traces) for one in folded[2:7]) == 1, "why it was held back is told once"


def test_whoever_is_seen_after_an_outage_is_not_asked_after() -> None:
    assert alerts(outage(book(UP), seen=NOON + timedelta(minutes=20))) == ["rule-1"]  # of the day after


def test_what_is_less_than_serious_is_not_asked_of_every_home_after_an_outage() -> None:
    """Who had coffee while nothing was heard will not have it again for the hub's sake."""
    lesser = Rulebook.of([rule(UP).model_copy(update={"severity": Severity.MODERATE})])

    assert alerts(outage(lesser, seen=None)) == ["test-rule"]  # of the day after


@pytest.mark.parametrize("severity", [Severity.SERIOUS, Severity.MODERATE])
@pytest.mark.parametrize(("minutes", "at_once"), [(10, True), (120, False)])
def test_after_a_long_stop_of_the_hub_all_homes_have_time_to_be_heard(
    minutes: int, severity: Severity, *, at_once: bool
) -> None:
    """At its start every home in which nobody could have been heard was an alert at once."""
    began, up = TEN + timedelta(minutes=minutes), event("motion.detected", at=YESTERDAY)
    rules = Rulebook.of([rule(UP).model_copy(update={"severity": severity})])
    folded = run(rules, up, tick(TEN - timedelta(days=1)), tick(began), tick(began + HALF_AN_HOUR))

    assert [len(alerts([one])) for one in folded[2:]] == ([1, 0] if at_once else [0, 1])


def test_a_morning_of_which_the_hub_slept_the_day_before_too_is_asked_about() -> None:
    """It was down from nine until half past ten of the next day, and of that morning nobody asked."""
    folded = run(book(UP), event("motion.detected", at=YESTERDAY), tick(TEN + HALF_AN_HOUR))
    assert folded[-1].deadlines[0].due_at == TEN

    later = [tick(TEN + HALF_AN_HOUR), tick(TEN + 2 * HALF_AN_HOUR), tick(TEN + timedelta(days=1))]
    folded += run(book(UP), *later, state=folded[-1].state)
    assert [alerts([one]) for one in folded[2:]] == [[], ["rule-1"], ["rule-1"]]
