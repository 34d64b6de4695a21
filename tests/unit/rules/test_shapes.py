"""What each word of the language does, as stories that the rule must judge right."""

import pytest

from carehub.core.rules.errors import RuleError
from carehub.core.rules.examples import failures, play
from carehub.core.rules.language import Rule, parse_rule
from tests.unit.rules.building import HEAD, NIGHT, book, event, shipped
from tests.unit.rules.test_fold import raising

QUIET = "  - {name: quiet, given: ['01:00 device.heartbeat'], expect: nothing}\n"
AT = "test-rule"


def judged(words: str, given: list[str], expected: list[str], day: str = "2026-01-15") -> list[str]:
    """Run one example; an empty list means that the rule judged it so."""
    expect = [{"at": at, "alert": AT} for at in expected] or "nothing"
    text = (
        f"id: {AT}\n{HEAD}{words}\nexamples:\n{QUIET}  - {{name: x, day: '{day}', given: {given}, expect: {expect}}}\n"
    )
    return [str(failure) for failure in failures(parse_rule(text)) if failure.example]


NIGHTLY = "between: {from: '22:00', to: '06:00'}"
DOOR = "watch: {kind: door.opened}"
STORIES = {
    "for holds from the first trigger": (
        DOOR + "\nfor: 10 min\nuntil: {kind: door.closed}",
        ["01:00 door.opened hall", "01:05 door.opened kitchen"],
        ["01:10"],
    ),
    "until takes it back": (
        DOOR + "\nfor: 10 min\nuntil: {kind: door.closed}",
        ["01:00 door.opened hall", "01:09:59 door.closed hall"],
        [],
    ),
    "until on the last moment is too late": (
        DOOR + "\nfor: 10 min\nuntil: {kind: door.closed}",
        ["01:00 door.opened hall", "01:10 door.closed hall"],
        ["01:10"],
    ),
    "after until it may begin anew": (
        DOOR + "\nfor: 10 min\nuntil: {kind: door.closed}",
        ["01:00 door.opened hall", "01:05 door.closed hall", "01:06 door.opened hall"],
        ["01:16"],
    ),
    "for and bounds: a warm reading ends the cold": (
        "watch: {kind: temperature, below: 16}\nfor: 1 h\nper: device",
        ["01:00 temperature hall 15.9", "01:30 temperature hall 16", "01:31 temperature hall 15"],
        ["02:31"],
    ),
    "per device: another room's warmth ends nothing": (
        "watch: {kind: temperature, below: 16}\nfor: 1 h\nper: device",
        ["01:00 temperature hall 15", "01:30 temperature kitchen 21"],
        ["02:00"],
    ),
    "rest: one alert in a while": (
        "watch: {kind: temperature, below: 16}\nfor: 30 min\nper: device\nrest: 2 h",
        [f"{hour:02}:{minute:02} temperature hall 15" for hour in range(1, 5) for minute in (0, 30)],
        ["01:30", "04:00"],
    ),
    "rest ends when the thing ends": (
        "watch: {kind: temperature, below: 16}\nfor: 30 min\nper: device\nrest: 12 h",
        ["01:00 temperature hall 15", "02:00 temperature hall 20", "03:00 temperature hall 15"],
        ["01:30", "03:30"],
    ),
    "rest at once": (
        "watch: {kind: sound.loud}\nrest: 10 min",
        ["01:00 sound.loud", "01:09 sound.loud", "01:10 sound.loud"],
        ["01:00", "01:10"],
    ),
    "rest after a count": (
        "watch: {kind: sound.loud}\ncount: {at_least: 2, within: 5 min}\nrest: 1 h",
        ["01:00 sound.loud", "01:01 sound.loud", "01:30 sound.loud", "01:31 sound.loud"],
        ["01:01"],
    ),
    "a count is reached": (
        "watch: {kind: sound.loud}\ncount: {at_least: 3, within: 10 min}",
        ["01:00 sound.loud", "01:05 sound.loud", "01:10 sound.loud", "01:11 sound.loud"],
        ["01:10"],
    ),
    "a count begins anew after its alert": (
        "watch: {kind: sound.loud}\ncount: {at_least: 2, within: 10 min}",
        ["01:00 sound.loud", "01:01 sound.loud", "01:02 sound.loud", "01:03 sound.loud"],
        ["01:01", "01:03"],
    ),
    "a count forgets what is too old": (
        "watch: {kind: sound.loud}\ncount: {at_least: 3, within: 10 min}",
        ["01:00 sound.loud", "01:05 sound.loud", "01:11 sound.loud", "01:15 sound.loud"],
        ["01:15"],
    ),
    "steps in order, with others between": (
        "sequence: {steps: [{kind: bed.left}, {kind: door.opened}], within: 10 min}",
        ["01:00 bed.left", "01:02 sound.loud", "01:05 door.opened"],
        ["01:05"],
    ),
    "steps in the wrong order": (
        "sequence: {steps: [{kind: bed.left}, {kind: door.opened}], within: 10 min}",
        ["01:00 door.opened", "01:05 bed.left"],
        [],
    ),
    "steps too far apart": (
        "sequence: {steps: [{kind: bed.left}, {kind: door.opened}], within: 10 min}",
        ["01:00 bed.left", "01:11 door.opened"],
        [],
    ),
    "the newest first step counts": (
        "sequence: {steps: [{kind: bed.left}, {kind: door.opened}, {kind: sound.loud}], within: 10 min}",
        ["01:00 bed.left @a", "01:05 bed.left @b", "01:06 door.opened", "01:14 sound.loud"],
        ["01:14"],
    ),
    "an older chain is not lost to a new first step": (
        "sequence: {steps: [{kind: bed.left}, {kind: door.opened}, {kind: sound.loud}], within: 10 min}",
        ["01:00 bed.left @a", "01:02 door.opened", "01:05 bed.left @b", "01:08 sound.loud"],
        ["01:08"],
    ),
    "one event is never two steps": (
        "sequence: {steps: [{kind: sound.loud}, {kind: sound.loud}], within: 10 min}",
        ["01:00 sound.loud"],
        [],
    ),
    "the same step twice": (
        "sequence: {steps: [{kind: sound.loud}, {kind: sound.loud}], within: 10 min}",
        ["01:00 sound.loud", "01:01 sound.loud"],
        ["01:01"],
    ),
    "a sequence is judged by the time of its first step": (
        NIGHTLY + "\nsequence: {steps: [{kind: bed.left}, {kind: door.opened}], within: 10 min}",
        ["05:59 bed.left", "06:01 door.opened", "07:00 bed.left", "07:01 door.opened @other"],
        ["06:01"],
    ),
    "between is judged when it starts, not when it alerts": (
        DOOR + "\nbetween: {from: '22:00', to: '06:00'}\nthen_missing: {kind: motion.detected, within: 20 min}",
        ["05:50 door.opened"],
        ["06:10"],
    ),
    "between on Thursdays only": (
        "watch: {kind: sound.loud}\nbetween: {from: '22:00', to: '06:00', days: [thursday]}",
        ["05:00 sound.loud", "23:00 sound.loud", "05:00+1d sound.loud", "23:00+1d sound.loud"],
        ["23:00", "05:00+1d"],
    ),
    "unless is judged when it alerts, not when it starts": (
        DOOR + "\nunless: [staff_present]\nthen_missing: {kind: motion.detected, within: 20 min}",
        ["00:59 staff_present until 01:10", "01:00 door.opened"],
        ["01:20"],
    ),
    "staff who come before the alert hold it back": (
        DOOR + "\nunless: [staff_present]\nthen_missing: {kind: motion.detected, within: 20 min}",
        ["01:00 door.opened", "01:10 staff_present"],
        [],
    ),
    "staff who have left hold nothing back": (
        DOOR + "\nunless: [staff_present]",
        ["01:00 staff_present", "01:05 staff_left", "01:10 door.opened"],
        ["01:10"],
    ),
    "a visit that nobody ended is over after an hour": (
        "watch: {kind: sound.loud}\nunless: [staff_present]",
        ["01:00 staff_present", "01:59 sound.loud", "02:00 sound.loud"],
        ["02:00"],
    ),
    "away until told otherwise": (
        "watch: {kind: sound.loud}\nunless: [away]",
        ["01:00 away", "20:00+2d sound.loud", "21:00+2d home", "21:01+2d sound.loud"],
        ["21:01+2d"],
    ),
    "inside is not the entrance": (
        "watch: {kind: sound.loud, place: inside}",
        ["01:00 sound.loud entrance", "01:01 sound.loud outside", "01:02 sound.loud", "01:03 sound.loud bathroom"],
        ["01:03"],
    ),
    "inside and the entrance": (
        "watch: {kind: sound.loud, places: [inside, entrance]}",
        ["01:00 sound.loud entrance", "01:01 sound.loud outside", "01:03 sound.loud bathroom"],
        ["01:00", "01:03"],
    ),
    "bounds": (
        "watch: {kind: pulse, above: 120, at_most: 200}",
        ["01:00 pulse 120", "01:01 pulse 120.5", "01:02 pulse 200", "01:03 pulse 200.5", "01:04 pulse"],
        ["01:01", "01:02"],
    ),
    "at least": ("watch: {kind: co2, at_least: 2000}", ["01:00 co2 1999", "01:01 co2 2000"], ["01:01"]),
    "equals": ("watch: {kind: battery, equals: 0}", ["01:00 battery 1", "01:01 battery 0"], ["01:01"]),
    "an absence is judged when its window ends": (
        "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}",
        ["05:59 bed.left", "06:30 door.opened"],
        ["10:00"],
    ),
    "an absence over midnight": (
        "absent: {of: {kind: bed.entered}, from: '20:00', to: '02:00'}",
        ["19:00 bed.entered @a"],
        ["02:00+1d"],
    ),
    "an absence goes on for a week and is then blind": (
        "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}",
        ["07:00 bed.left", "12:00+9d sound.loud"],
        [f"10:00+{day}d" for day in range(1, 7)],
    ),
    "nothing was ever seen: blind": (
        "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}",
        ["05:00 sound.loud", "12:00 sound.loud"],
        [],
    ),
    "an absence on the day when the clocks go forward": (
        "absent: {of: {kind: bed.left}, from: '01:00', to: '04:00'}",
        ["22:00 bed.left", "01:30+2d bed.left @b"],
        ["04:00+1d"],
        "2026-03-28",
    ),
    "waiting is counted in hours that pass, not on the wall": (
        "watch: {kind: temperature, below: 16}\nfor: 2 h\nper: device",
        ["01:30 temperature hall 15"],
        ["04:30"],
        "2026-03-29",
    ),
    "and in autumn": (
        "watch: {kind: temperature, below: 16}\nfor: 3 h\nper: device",
        ["01:30 temperature hall 15"],
        ["03:30"],
        "2026-10-25",
    ),
    "motion that is told again cancels too": (
        DOOR + "\nthen_missing: {kind: motion.detected, within: 10 min}",
        ["00:50 motion.detected hall", "01:00 door.opened", "01:02 motion.detected hall"],
        [],
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_word_does_what_it_says(story: tuple[str, list[str], list[str]]) -> None:
    assert judged(*story) == []


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_a_shipped_rule_passes_its_own_examples(one: Rule) -> None:
    assert failures(one) == []


@pytest.mark.parametrize(
    ("given", "expect", "reason"),
    [
        (["01:00 sound.loud"], "nothing", "expected nothing, got test-rule at 15.01. 01:00:00"),
        (["01:00 sound.loud", "00:59 sound.loud"], "nothing", "not in order"),
        (["25:00 sound.loud"], "nothing", "not a time"),
        (["01:00"], "nothing", "needs a time"),
        (["01:00 sound.lout"], "nothing", "did you mean 'sound.loud'"),
        (["01:00 sound.loud kithcen"], "nothing", "did you mean 'kitchen'"),
        (["01:00 away for long"], "nothing", "only 'until'"),
        (["01:00 sound.loud"], [{"at": "late", "alert": AT}], "not a time"),
    ],
)
def test_an_example_that_is_wrong_says_why(given: list[str], expect: object, reason: str) -> None:
    text = f"id: {AT}\n{HEAD}watch: {{kind: sound.loud}}\nexamples: [{{name: x, given: {given}, expect: {expect}}}]\n"

    assert reason in str(failures(parse_rule(text))[0])


def test_a_rule_must_show_that_it_alerts_and_that_it_keeps_quiet() -> None:
    told = [str(failure) for failure in failures(parse_rule(f"id: {AT}\n{HEAD}watch: {{kind: sound.loud}}"))]

    assert len(told) == 2
    assert "keeps quiet" in told[1]


def test_an_example_fails_when_its_rule_raises_f71() -> None:
    broken = raising(book("watch: {kind: door.opened}"), "rule-1")

    with pytest.raises(RuleError, match="ZeroDivisionError"):
        play([event("door.opened", "hall")], broken, NIGHT)
