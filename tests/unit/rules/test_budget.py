"""F71 and F73: a rule that raises harms nobody else, a rule is data, and a step is bounded."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import yaml

from carehub.core import rules
from carehub.core.folding.fold import Rulebook
from carehub.core.kinds import KNOWN_KINDS, LIFE_SAFETY
from carehub.core.rules.errors import RuleError
from carehub.core.rules.language import json_schema
from carehub.core.rules.matching import Matching
from carehub.core.rules.program import compiled
from tests.unit.rules.building import HEAD, after, alerts, event, rule, run
from tests.unit.rules.test_properties import SHIPPED

ENGINE = sorted(Path(rules.__file__).parent.glob("*.py"))
_READ_TEXT = {"fields.py", "stories.py", "strict_yaml.py"}
"""These read a rule's text, before it judges anything."""
_CALLS_CODE = {"eval", "exec", "compile", "__import__", "import_module", "globals", "open"}


def _boom(_: object) -> bool:
    raise ZeroDivisionError("boom")


@pytest.mark.parametrize("kind", sorted(KNOWN_KINDS))
def test_a_rule_that_raises_for_any_kind_is_isolated_and_the_event_alerts_where_it_must_f71(kind: str) -> None:
    broken = replace(
        compiled(rule("watch: {kind: door.opened}", "broken")), steps=(Matching(tests={kind: (_boom,)}, wanted="x"),)
    )
    sound = compiled(rule(f"watch: {{kind: {kind}}}", "sound"))
    alone = Rulebook.made(SHIPPED.zone, [broken], {})
    both = Rulebook.made(SHIPPED.zone, [broken, sound], {})

    (folded,) = run(both, event(kind, "hall"))
    (bare,) = run(alone, event(kind, "hall"))

    assert [fault.rule for fault in folded.faults] == [fault.rule for fault in bare.faults] == ["broken"]
    assert "sound" in alerts([folded])
    assert bool(bare.findings) == (kind in LIFE_SAFETY or kind == "hub.fault")


def test_the_engine_holds_no_regular_expression_and_runs_no_code_f73() -> None:
    for path in ENGINE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        }  # fmt: skip
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "re" not in imported or path.name in _READ_TEXT, path.name
        assert not called & (_CALLS_CODE - ({"getattr"} if path.name in {"checks.py", "fields.py"} else set())), (
            path.name
        )


def test_no_word_of_the_language_takes_a_pattern_or_an_expression_f73() -> None:
    words = set(re.findall(r'"([a-z_]+)": \{', str(json_schema()).replace("'", '"')))

    assert not words & {"pattern_of", "regex", "matches", "expression", "code", "script", "template", "eval"}
    for said in ("watch: {kind: door.opened, matches: '(a+)+$'}", "watch: {kind: '.*'}", "code: print(1)"):
        with pytest.raises(RuleError):
            rule(said)


MANY = f"[{', '.join(['{kind: door.opened}'] * 21)}]"


@pytest.mark.parametrize(
    "words",
    [
        f"watch: {MANY}",
        f"watch: {{kinds: [{', '.join(['door.opened'] * 21)}]}}",
        f"watch: {{kind: door.opened, places: [{', '.join(['hall'] * 21)}]}}",
        f"watch: {{kind: door.opened}}\nfor: 5 min\nuntil: {MANY}",
        f"absent: {{of: {MANY}, from: '06:00', to: '10:00'}}",
        f"check: {{at: '23:00', is: {MANY}}}",
        f"sequence: {{steps: [{', '.join(['{kind: door.opened}'] * 6)}], within: 1 h}}",
        "watch: {kind: door.opened}\ncount: {at_least: 101, within: 1 h}",
        "watch: {kind: door.opened}\ncount: {at_least: 3, within: 8 d}",
    ],
)
def test_every_list_and_number_that_a_step_walks_through_has_an_end_f73(words: str) -> None:
    with pytest.raises(RuleError):
        rule(words)


@pytest.mark.parametrize(
    "words",
    [
        "watch: {kind: sound.loud}\ncount: {at_least: 100, within: 7 d}\nonly_when: [away]",
        "watch: {kind: sound.loud}\ncount: {at_least: 100, within: 7 d}\nrest: 7 d",
        f"sequence: {{steps: [{', '.join(['{kind: sound.loud}'] * 5)}], within: 7 d}}\nonly_when: [away]",
        "watch: {kind: sound.loud}\nfor: 7 d\nuntil: {kind: bed.left}",
        "absent: {of: {kind: sound.loud}, from: '06:00', to: '10:00'}",
        "check: {at: '23:00', is: {kind: sound.loud}}",
    ],
)
def test_what_a_rule_remembers_does_not_grow_with_what_it_is_shown_f73(words: str) -> None:
    noise = [event("sound.loud", at=after(seconds=second), device="ear") for second in range(400)]
    folded = run(Rulebook.of([rule(words)]), *noise)
    sizes = [len(msgspec.json.encode(one.state)) for one in folded]

    assert max(sizes[200:]) <= max(sizes[:200]) + 64
    assert max(sizes) < 30_000


def test_a_rule_that_is_too_large_or_too_deep_is_no_rule_f73() -> None:
    deep = "[" * 30 + "]" * 30
    with pytest.raises(RuleError):
        rule(f"watch: {deep}")
    with pytest.raises(RuleError):
        rule("watch: {kind: door.opened}\ntext: " + yaml.safe_dump({"nb": "a" * 70_000, "nn": "b", "en": "c"}))
    assert HEAD
