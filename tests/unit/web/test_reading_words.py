"""Whatever is written into the log of who looked has words: residents and auditors read them."""

import ast
import re
from collections.abc import Iterator

from carehub.web import silences
from carehub.web.admin import rules, tasks
from carehub.web.wording import reading_words
from tests.shared import ROOT

_LOGS = {"log_reading", "log_list", "note", "see", "_note", "_log"}
_DOTTED = re.compile(r"[a-z_]+\.[a-z_-]*")
_FILE = re.compile(r".*\.(html|js|css|svg|csv|typ)")
_ELSEWHERE = re.compile(r"log\.|fail_at")
"""The process's own log, and the points at which a test lets it fail."""
_NOT_LOGGED = {"wording", "record_words.py"}
_PRESSED = {
    "device.": {"take-down", "retire", "restore"}, "draft.": {"begun", "saved", "ask", "approve", "end", "resume"},
    "ladder.": {"undo", "reset"}, "letter.": {"read", "aside"}, "model.": {"speak", "shadow", "off"},
    "override.": {"decided", *rules._ACTS}, "task.": tasks._ACTS, "silence.": silences._ACTS.keys(),
    "state.": {"begun", "ended"}, "resident.": {"ended", "resumed"}, "basis.": {"end", "resume"},
}  # fmt: skip
"""What is put together of a beginning and of what was pressed."""


def _logged() -> Iterator[str]:
    """Names with a dot wherever they stand, for many are handed on before they are logged; others where they are."""
    for file in (ROOT / "carehub/web").rglob("*.py"):
        if _NOT_LOGGED & {*file.parts}:
            continue
        tree = ast.parse(file.read_text())
        calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
        told = {id(said) for one in calls if _ELSEWHERE.match(ast.unparse(one.func)) for said in one.args}
        for one in ast.walk(tree):
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in told:
                yield from [one.value] if _DOTTED.fullmatch(one.value) and not _FILE.fullmatch(one.value) else []
        for one in calls:
            third = one.args[2] if len(one.args) > 2 else None
            if ast.unparse(one.func).rpartition(".")[2] in _LOGS and isinstance(third, ast.Constant):
                yield str(third.value)


def test_whatever_is_logged_has_words() -> None:
    found = set(_logged())
    begun = {one for one in found if one.endswith(".")}
    whole = (found - begun - set().union(*_PRESSED.values())) | {
        start + act for start in begun & _PRESSED.keys() for act in _PRESSED[start]
    }

    assert begun == _PRESSED.keys()
    assert {one for one in whole if f"({one})" in reading_words.did(one)} == set()
    assert len(whole) > 100


def test_an_old_name_that_nobody_writes_any_more_is_told_as_it_is() -> None:
    assert reading_words.did("never.heard_of") == "gjorde et oppslag (never.heard_of)"


def test_what_was_done_on_the_command_line_is_told_in_ones_own_language() -> None:
    assert reading_words.why("command line") == "på kommandolinjen"
    assert reading_words.why("Spurte etter henne") == "grunn: Spurte etter henne"
