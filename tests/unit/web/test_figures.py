"""The figures of the README that follow from the code alone: whoever changes the one changes the other."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi import FastAPI
from typer.core import TyperGroup, TyperOption
from typer.testing import CliRunner

from carehub.app.access_cli import app
from carehub.app.cli import commands
from tests.faults.points import points
from tests.faults.test_provider_matrix import CELLS
from tests.journeys.test_safe_mode import BROKEN
from tests.unit.web.test_injection_inputs import _NEVER_KEPT, _forms

ROOT = Path(__file__).resolve().parents[3]


def figures(words: str) -> list[str]:
    """What stands for each `#` of these words in the README."""
    pattern = re.escape(words).replace(r"\#", r"([\d,]+)")
    found = re.search(pattern, (ROOT / "README.md").read_text(encoding="utf-8"))
    assert found, words
    return [figure.replace(",", "") for figure in found.groups()]


def scenes(path: str) -> int:
    """How many tests a file has, each with all of its cases as one."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return sum(isinstance(one, ast.FunctionDef) and one.name.startswith("test_") for one in tree.body)


def test_the_decisions_of_the_access_table_are_those_that_the_readme_counts() -> None:
    told = CliRunner().invoke(app, ["table"]).stdout

    assert figures("| # decisions; a route without a row fails the build |") == re.findall(r"(\d+) decisions", told)


def test_the_forms_that_take_words_are_those_that_the_readme_counts(web: FastAPI) -> None:
    told = figures("forty scripts through the # forms that take words (# refuse them all in that night")

    assert told == [str(len(_forms(web))), str(len(_NEVER_KEPT))]


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("| # rulebooks: the floor alerts with each |", len(BROKEN)),
        ("| # scenes, all hold;", 3 * len(points())),
        ("| # cells, at most", len(CELLS)),
        ("| # scenes in a real Chromium |", scenes("tests/browser/test_telephone.py")),
    ],
)
def test_what_the_readme_counts_is_what_there_is(words: str, counted: int) -> None:
    assert figures(words) == [str(counted)]


def commands_in(text: str) -> list[str]:
    """Every command of the README's table, each with the options that stand beside it."""
    table = text.partition("## Commands")[2].partition("## Promises")[0]
    return re.findall(r"`carehub ([^`]+)`", table)


def lacking(asked: str) -> list[str]:
    """Which options a command needs that are not written there."""
    command: Any = typer.main.get_command(commands())
    words = asked.split()
    while isinstance(command, TyperGroup):
        command = command.commands[words.pop(0)]
    needed = [one for one in command.params if isinstance(one, TyperOption) and one.required]
    return [f"{asked}: {one.opts[0]}" for one in needed if not set(one.opts) & set(words)]


def test_every_command_of_the_readme_is_one_and_names_what_it_cannot_do_without() -> None:
    found = commands_in((ROOT / "README.md").read_text(encoding="utf-8"))

    assert len(found) > 20
    assert [fault for asked in found for fault in lacking(asked)] == []
