"""docs/checks.md against the tests: what is said to be proved has a test that says so, and what is not says why."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ROW = re.compile(r"^\| ([CF]\d+) \|(?P<what>[^|]+)\|(?P<why>[^|]*)\|?$", re.MULTILINE)
_NAMED = re.compile(r"(?<![A-Za-z0-9])([cCfF]\d{1,2})(?![A-Za-z0-9])")


def _rows() -> dict[str, str]:
    return {row[1]: (row["why"] or "").strip() for row in _ROW.finditer((ROOT / "docs/checks.md").read_text("utf-8"))}


def _named() -> set[str]:
    """In the name of a test, or in what a test, or a file of tests, says that it is about."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8") if path != Path(__file__) else ""
        for name in re.findall(r"def (test_\w+)", text):
            found |= {part.upper() for part in name.split("_") if re.fullmatch(r"[cf]\d{1,2}", part)}
        for words in re.findall(r'"""(.*?)"""', text, re.DOTALL):
            found |= {one.upper() for one in _NAMED.findall(words)}
            for sort, first, last in re.findall(r"\b([CF])(\d+)[-–][CF]?(\d+)\b", words):
                found |= {f"{sort}{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_number_stands_there_once() -> None:
    rows = [row[1] for row in _ROW.finditer((ROOT / "docs/checks.md").read_text("utf-8"))]

    assert rows == [*(f"F{n}" for n in range(1, 86)), *(f"C{n}" for n in range(1, 99))]


def test_what_no_test_names_says_why() -> None:
    named = _named()

    assert {number for number, why in _rows().items() if number not in named and not why} == set()


def test_what_a_reader_looks_up_is_there() -> None:
    """In the README, SECURITY.md and the decisions."""
    rows, asked = _rows(), set[str]()
    for path in (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        asked |= set(re.findall(r"(?<![\w/])([CF]\d{1,2})(?!\w)", path.read_text(encoding="utf-8")))

    assert len(asked) > 20
    assert asked <= rows.keys()
