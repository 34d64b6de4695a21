"""Faults of a rule are said in bokmål on the page of its draft, every one that the language can find."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from carehub.core import rules
from carehub.core.rules import rule_drafts
from carehub.core.rules.language import parse_rule
from carehub.web.wording.fault_words import fault_words
from carehub.web.wording.tuning_words import change_words, value_name
from tests.unit.rules.building import OSLO, shipped

_RULES = Path(rules.__file__).parent
_ENGLISH = re.compile(
    r"\b(the|is|are|not|of|write|may|must|needs?|with|which|that|stands?|leave|should|only|and|or)\b", re.IGNORECASE
)
_RAISED = {"RuleError", "ValueError"}
_SUGGESTED = {"near", "line", "did_you_mean"}
"""Parts of a sentence that are themselves one, or the beginning of one."""

_MADE = {"'x' is not x"}
"""Is put together of parts; each of its sorts has its words ("a place", "a weekday", "a class of device")."""


def text_of(said: ast.expr) -> str | None:
    if isinstance(said, ast.Constant):
        return said.value if isinstance(said.value, str) else None
    if not isinstance(said, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "" if _SUGGESTED & set(names(part)) else "x"
        for part in said.values
    )


def names(part: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(part) if isinstance(node, ast.Name))


def sentences() -> Iterator[str]:
    """Every sentence that the language raises, or yields as a complaint, with x where a value stands."""
    for file in [*_RULES.glob("*.py"), Path(rule_drafts.__file__).with_name("drafting.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            said = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RAISED and node.args:
                said = text_of(node.args[0])
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield) and file.stem == "checks":
                said = text_of(node.value.value) if node.value.value else None
            if said and " " in said and said not in _MADE and not re.fullmatch(r"[x':. ]+", said):
                yield said


def test_every_sentence_of_the_language_has_its_words() -> None:
    told = {one: fault_words(one) for one in sentences()}
    assert len(told) > 45
    left = {one: said for one, said in told.items() if _ENGLISH.search(re.sub(r"'[^']*'|\"[^\"]*\"|x\.of", "", said))}
    assert left == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("wach: 1", "'wach' er ikke et ord som kan stå her; mente du 'watch'?"),
        ("severity: moderat", "'moderat' er ikke en alvorlighetsgrad; skriv en av normal, moderate, serious, critical"),
        ("for: long", "'long' er ikke en varighet; skriv det som '30 s', '5 min' eller '2 h'"),
        ("between: {from: '22:00', to: '06:00', days: [sunda]}", "'sunda' er ikke en ukedag; mente du 'sunday'?"),
        ("watch: {kind: door.opened, place: cellar}", "'cellar' er ikke et sted; skriv en av "),
        ("watch: {kind: door.opened, device_class: buton}", "'buton' er ikke en type utstyr; mente du 'button'?"),
        ("per: street", "her må det stå 'scope' eller 'device'"),
        ("enabled: 3", "her må det stå true eller false"),
        ("kind: Ø", "teksten har tegn som ikke kan brukes her"),
        ("examples: 3", "her må det stå en liste"),
        ("title: 3", "her må det stå ord med kolon etter"),
        ("id: a\nid: b", "Linje 1: 'id' er skrevet to ganger."),
        ("a: [", "dette er ikke gyldig YAML."),
        ("3", "En regel er en liste av ord med kolon etter, som 'id: night-exit'."),
    ],
)
def test_what_people_write_wrong_is_said_in_bokmal(wrong: str, said: str) -> None:
    (fault,) = rule_drafts.read(wrong, "x", OSLO.key).faults
    assert said in fault_words(fault)


def test_a_story_that_no_longer_holds_is_said_in_bokmal_and_keeps_its_own_name() -> None:
    fault = "cold-home: The home is cold: expected cold-home at 15.01. 02:10:00, a-b at 15.01. 02:11:30, got nothing"
    assert fault_words(fault) == (
        "Eksempelet «The home is cold» skal gi cold-home 15.01. kl. 02:10, a-b 15.01. kl. 02:11:30, "
        "men gir ingen varsler."
    )


def test_the_table_of_changes_says_words_where_there_are_words() -> None:
    for path, value, said in (
        ("severity", "moderate", "moderat"), ("for", "2 h", "2 t"), ("watch.below", "13.5", "13,5"),
        ("watch.places", "bathroom, kitchen", "på badet, på kjøkkenet"), ("enabled", "False", "nei"),
        ("unless", "away", "beboeren er borte"), ("basis", "consent", "samtykke"), ("alert_code", "4.10", "4.10"),
        ("title.nb", "Serious", "Serious"), ("watch.kind", "door.opened", "døren åpnes"), ("severity", "", "–"),
    ):  # fmt: skip
        assert change_words(path, value) == said
    assert [value_name(one) for one in ("severity", "title.nb", "watch 2.place")] == [
        "Alvorlighetsgrad", "Tittel: bokmål", "Følger med på 2: sted",
    ]  # fmt: skip


def test_no_path_of_a_shipped_rule_is_called_by_an_english_word() -> None:
    paths = {one.path for rule in shipped() for one in rule_drafts.changes(None, rule)}
    left = {value_name(path) for path in paths if not path.startswith("tune") and path == value_name(path)}
    assert left == set()
    assert parse_rule(rule_drafts.written(shipped()[0])) == shipped()[0]
