"""The lines of an example can set the states of the resident and what is usual for the person."""

import pytest

from carehub.core.rules.examples import failures
from carehub.core.rules.language import parse_rule
from tests.unit.rules.building import HEAD

BATHROOM = """
watch: {kind: motion.detected, place: bathroom}
for: 45 min
until: {kind: motion.detected, place: kitchen}
longer_than_usual: {of: bathroom_stay, plus: 10 min, least: 20 min, most: 90 min}
examples:
  - name: she is usually out within a quarter of an hour
    given: ["00:00 usual bathroom_stay 15 min", "06:50 motion.detected bathroom"]
    expect: {at: "07:15", alert: test-rule}
  - name: he takes his time, as he always does
    given: ["00:00 usual bathroom_stay 80 min", "06:50 motion.detected bathroom", "08:19 motion.detected kitchen"]
    expect: nothing
  - name: nothing is known of her yet
    given: ["06:50 motion.detected bathroom"]
    expect: {at: "07:35", alert: test-rule}
"""
UP = """
absent: {of: {kind: motion.detected}, from: "06:00", to: "10:00"}
later_than_usual: {of: first_activity, plus: 30 min, least: "08:00", most: "11:30"}
examples:
  - name: an early riser
    given: ["03:00 usual first_activity 07:40", "12:00 motion.detected kitchen"]
    expect: {at: "08:10+1d", alert: test-rule}
  - name: a late one
    given: ["03:00 usual first_activity 10:45", "12:00 motion.detected kitchen", "11:10+1d motion.detected kitchen"]
    expect: nothing
"""
EXITS = """
watch: {kind: bed.left, device_class: sensor}
count: {at_least: 5, within: 8 h}
more_than_usual: {of: bed_exits_at_night, least: 3, most: 7}
only_when: [rehabilitation]
examples:
  - name: twice is what she is used to
    given:
      - "00:00 usual bed_exits_at_night 2"
      - "00:00 rehabilitation until 20:00"
      - "01:00 bed.left bedroom @a sensor"
      - "02:00 bed.left bedroom @b sensor"
      - "03:00 bed.left bedroom @c sensor"
    expect: {at: "03:00", alert: test-rule}
  - name: she is not followed up any longer
    given:
      - "00:00 rehabilitation until 20:00"
      - "00:10 usual bed_exits_at_night 0"
      - "00:30 rehabilitation_ended"
      - "01:00 bed.left bedroom @a sensor"
      - "02:00 bed.left bedroom @b sensor"
      - "03:00 bed.left bedroom @c sensor"
    expect: nothing
"""


@pytest.mark.parametrize("words", [BATHROOM, UP, EXITS])
def test_an_example_sets_what_is_known_of_the_person(words: str) -> None:
    assert failures(parse_rule(f"id: test-rule\n{HEAD}{words}")) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("00:00 usual bathroom_stays 12 min", "did you mean 'bathroom_stay'"),
        ("00:00 usual bathroom_stay", "a name and what is usual"),
        ("00:00 usual bathroom_stay 12 apples", "is no minutes"),
        ("00:00 usual first_activity noon", "is no clock"),
        ("00:00 usual bed_exits_at_night often", "is no count"),
    ],
)
def test_a_line_about_what_is_usual_is_refused_with_a_sentence(line: str, why: str) -> None:
    text = f'watch: {{kind: bed.left}}\nexamples:\n  - {{name: a, given: ["{line}"], expect: nothing}}'
    told = [str(failure) for failure in failures(parse_rule(f"id: test-rule\n{HEAD}{text}"))]

    assert any(why in one for one in told)
