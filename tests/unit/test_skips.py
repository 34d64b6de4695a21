"""A skip that nobody allowed fails the run; so does a run of nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import ROOT, Allowed, allowed, unexpected

ABSENT = Allowed(test="tests/*", reason="shared data absent: *", without_path="../nowhere", why="an example")
PRESENT = Allowed(test="tests/*", reason="shared data absent: *", without_path="pyproject.toml", why="an example")


def test_a_skip_on_the_list_is_allowed() -> None:
    assert unexpected([("tests/unit/test_homes.py::test_a_month", "shared data absent: homes")], [ABSENT]) == []


def test_a_skip_is_not_allowed_where_the_thing_is_present() -> None:
    assert unexpected([("tests/unit/test_homes.py::test_a_month", "shared data absent: homes")], [PRESENT])


def test_another_skip_is_named() -> None:
    assert unexpected([("tests/unit/test_a.py::test_b", "lazy")], [ABSENT]) == ["tests/unit/test_a.py::test_b: lazy"]


def test_the_list_can_be_read_and_says_why() -> None:
    assert all(line.why for line in allowed())


@pytest.mark.parametrize(
    ("body", "ci", "exit_code"),
    [
        ("def test_a(): pass", "true", 0),
        ("import pytest\ndef test_a(): pass\n@pytest.mark.skip(reason='lazy')\ndef test_b(): pass", "true", 1),
        ("import pytest\ndef test_a(): pass\n@pytest.mark.skip(reason='lazy')\ndef test_b(): pass", "", 0),
        ("import pytest\npytest.skip('lazy', allow_module_level=True)", "true", 1),
        ("", "true", 1),
    ],
)
def test_a_run_is_judged_by_its_skips(tmp_path: Path, body: str, ci: str, exit_code: int) -> None:
    (tmp_path / "test_it.py").write_text(body)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text("from tests.skips import pytest_sessionfinish, pytest_terminal_summary\n")

    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": ci, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert bool(run.returncode) == bool(exit_code), run.stdout + run.stderr
    assert ("not allowed" in run.stdout) == (body != "def test_a(): pass")
