import json
from contextlib import suppress

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from carehub.app.rules_cli import schema_text
from carehub.core.days.usual import FEATURES
from carehub.core.kinds import KNOWN_KINDS
from carehub.core.rules import vocabulary, words
from carehub.core.rules.fields import DEVICE_CLASSES, INSIDE, PLACES
from carehub.core.rules.language import Rule, RuleError, content_hash, parse_rule
from carehub.core.rules.parts import Flag
from carehub.core.rules.reference import with_reference
from tests.unit.rules.building import HEAD, RULES, rule, shipped

GOOD = f"id: test-rule\n{HEAD}watch: {{kind: door.opened}}\n"

BROKEN = {
    "empty": "",
    "no mapping": "- a\n- b",
    "one word": "night-exit",
    "not YAML": "id: [",
    "a tab": "id:\n\t- x",
    "binary": "\x00\x01\x02",
    "too large": "# " + "x" * 70_000,
    "too deep": "id: " + "[" * 30 + "]" * 30,
    "very deep": "[" * 20_000,
    "an alias": "id: &a x\nkind: *a",
    "a tag": "id: !!python/object/apply:os.system [ls]",
    "a word twice": GOOD + "watch: {kind: door.closed}",
    "a list as a word": "? [a]\n: b",
    "nothing but an id": "id: test-rule",
    "a wrong word": GOOD + "wacth: {kind: door.opened}",
    "an unknown kind": GOOD.replace("door.opened", "door.openend"),
    "an unknown place": GOOD.replace("door.opened", "door.opened, place: bathrom"),
    "a wrong severity": GOOD.replace("serious", "urgent"),
    "a bad id": GOOD.replace("test-rule", "../Test"),
    "the floor's name": GOOD.replace("test-rule", "floor"),
    "a number for a code": GOOD + "alert_code: 4.10",
    "no such code": GOOD + 'alert_code: "9.9"',
    "a code of a kind that is not watched": GOOD + 'alert_code: {door.closed: "3"}',
    "no title": GOOD.replace("title: {nb: a, nn: b, en: c}", "title: {nb: a}"),
    "a bad length": GOOD + "then_missing: {kind: door.closed, within: soon}",
    "a length of nothing": GOOD + "then_missing: {kind: door.closed, within: 0 min}",
    "more than a week": GOOD + "then_missing: {kind: door.closed, within: 8 d}",
    "a bad time": GOOD + "between: {from: '25:00', to: '06:00'}",
    "an empty window": GOOD + "between: {from: '06:00', to: '06:00'}",
    "a bad weekday": GOOD + "between: {from: '22:00', to: '06:00', days: [mandag]}",
    "two shapes": GOOD + "then_missing: {kind: door.closed, within: 5 min}\ncount: {at_least: 3, within: 5 min}",
    "for without an end": GOOD + "for: 5 min",
    "until without for": GOOD + "until: {kind: door.closed}",
    "no start": f"id: test-rule\n{HEAD}",
    "two starts": GOOD + "absent: {of: {kind: motion.detected}, from: '06:00', to: '10:00'}",
    "two windows": f"id: a\n{HEAD}absent: {{of: {{kind: motion.detected}}, from: '06:00', to: '10:00'}}\n"
    "between: {from: '06:00', to: '10:00'}",
    "kind and kinds": GOOD.replace("door.opened", "door.opened, kinds: [door.closed]"),
    "place and places": GOOD.replace("door.opened", "door.opened, place: hall, places: [hall]"),
    "two upper bounds": GOOD.replace("door.opened", "temperature, below: 16, at_most: 15"),
    "equals and a bound": GOOD.replace("door.opened", "temperature, below: 16, equals: 15"),
    "not a number": GOOD.replace("door.opened", "temperature, below: .nan"),
    "a number in words": GOOD.replace("door.opened", "temperature, below: sixteen"),
    "a rest from an alarm": GOOD.replace("door.opened", "button.pressed") + "rest: 1 h",
    "a rest from an absence": f"id: a\n{HEAD}rest: 1 h\nabsent: {{of: {{kind: bed.left}}, from: '06:00', to: '10:00'}}",
    "a press that waits": GOOD + "press: true\ncount: {at_least: 2, within: 1 h}",
    "a count of one": GOOD + "count: {at_least: 1, within: 1 h}",
    "an unknown flag": GOOD + "unless: [sleeping]",
    "tuning what is not there": GOOD + "tune: {then_missing.within: {least: 1 min, most: 2 min}}",
    "tuning a word": GOOD + "tune: {severity: {least: 1, most: 2}}",
    "tuning in other units": GOOD + "count: {at_least: 2, within: 1 h}\ntune: {count.within: {least: 1, most: 2}}",
    "tuned outside": GOOD + "count: {at_least: 2, within: 1 h}\ntune: {count.within: {least: 1 min, most: 2 min}}",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_refused_with_a_sentence_f23(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(text)

    assert len(str(refused.value)) > 10
    assert len(str(refused.value)) < 1000


def test_an_alias_bomb_is_refused_before_it_grows_c71() -> None:
    bomb = 'a: &a ["x","x"]\n' + "\n".join(
        f"{b}: &{b} [*{a},*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )

    with pytest.raises(RuleError, match="Aliases"):
        parse_rule(bomb)


@settings(deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda found: found.decode("latin-1")))
def test_no_text_does_anything_but_parse_or_be_refused_c97(text: str) -> None:
    with suppress(RuleError):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (BROKEN["a wrong word"], "did you mean 'watch'"),
        (BROKEN["an unknown kind"], "did you mean 'door.opened'"),
        (BROKEN["an unknown place"], "did you mean 'bathroom'"),
        (BROKEN["a number for a code"], "in quotes"),
        (BROKEN["a word twice"], "written twice"),
        (BROKEN["a bad length"], "5 min"),
        (BROKEN["for without an end"], "'until'"),
    ],
)
def test_the_sentence_says_what_to_mend(text: str, hint: str) -> None:
    with pytest.raises(RuleError, match=hint):
        parse_rule(text)


def test_times_of_day_need_no_quotes() -> None:
    found = rule("watch: {kind: door.opened}\nbetween: {from: 22:00, to: 06:00}").between

    assert found is not None
    assert str(found.window) == "22:00-06:00"


def test_the_version_changes_with_what_the_rule_says_and_with_nothing_else() -> None:
    plain = parse_rule(GOOD)

    assert len(content_hash(plain)) == 16
    assert content_hash(plain) == content_hash(parse_rule(GOOD + "enabled: true # as before"))
    assert content_hash(plain) != content_hash(parse_rule(GOOD.replace("serious", "critical")))


@pytest.fixture(scope="module")
def schema() -> Validator:
    """The schema in the folder, itself held against the schema of schemas: once, for that takes longer than a rule."""
    said = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    kind = validator_for(said)
    kind.check_schema(said)
    return kind(said)


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_a_shipped_rule_is_what_its_schema_says(schema: Validator, one: Rule) -> None:
    text = (RULES / f"{one.id}.yaml").read_text(encoding="utf-8")

    schema.validate(yaml.safe_load(text))


def test_the_schema_in_the_folder_is_the_language_s() -> None:
    assert (RULES / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_tables_in_the_readme_are_the_language_s() -> None:
    readme = (RULES / "README.md").read_text(encoding="utf-8")

    assert readme == with_reference(readme)


def test_every_kind_and_place_has_its_words_in_each_language() -> None:
    assert words.KINDS.keys() == KNOWN_KINDS
    assert words.PLACES.keys() == {*PLACES, INSIDE}
    assert vocabulary.USUAL.keys() == FEATURES.keys()
    assert vocabulary.DEVICE_CLASSES.keys() == set(DEVICE_CLASSES)
    assert words.FLAGS.keys() == {flag.value for flag in Flag}
    tables = (
        vocabulary.USUAL,
        vocabulary.DEVICE_CLASSES,
        words.KINDS,
        words.PLACES,
        words.SEVERITIES,
        words.FLAGS,
        words.BOUNDS,
        words.WEEKDAYS,
        words.PHRASES,
    )
    assert all(set(told) == set(words.LANGUAGES) for table in tables for told in table.values())


def test_a_rule_with_many_faults_names_the_first_five() -> None:
    with pytest.raises(RuleError, match="and 4 more faults"):
        parse_rule("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1")


OLD_RULES = {
    "then_missing": "watch: {kind: door.opened, place: entrance}\nbetween: {from: '22:00', to: '06:00'}\n"
    "unless: [away, staff_present]\nthen_missing: {kind: motion.detected, place: inside, within: 5 min}",
    "for": "watch: {kind: temperature, below: 15.5}\nfor: 90 s\nrest: 1 h\nper: device",
    "absent": "absent: {of: {kind: bed.left}, from: '06:00', to: '10:00'}",
    "sequence": "sequence: {steps: [{kind: bed.left}, {kind: door.opened, place: hall}], within: 2 d}",
    "count": "watch: {kind: sound.loud}\ncount: {at_least: 3, within: 1 h}",
}
VERSIONS = {
    "then_missing": "93aec502ec492cba", "for": "0dec951331e4cec0", "absent": "ca7ecddc98525801",
    "sequence": "6b988ffae9d111e1", "count": "f389cce0286702fd",
}  # fmt: skip


def test_a_new_word_in_the_language_gives_no_old_rule_a_new_version() -> None:
    assert {name: content_hash(rule(said)) for name, said in OLD_RULES.items()} == VERSIONS
