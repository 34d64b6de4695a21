"""Which skips are allowed: read from allowed_skips.toml, judged when the run ends.

`conftest.py` hands the two hooks to pytest.
"""

import os
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("allowed_skips.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One line of the list."""

    test: str
    reason: str
    why: str
    without_path: str | None = None
    without_program: str | None = None

    def covers(self, test: str, reason: str) -> bool:
        """Whether this skip is the one meant, on this machine."""
        meant = fnmatchcase(test, self.test) and fnmatchcase(reason, self.reason)
        return meant and not self._present()

    def _present(self) -> bool:
        if self.without_path and (ROOT / self.without_path).exists():
            return True
        return bool(self.without_program and shutil.which(self.without_program))


def allowed() -> list[Allowed]:
    """The list; raises TypeError for a line that it does not understand."""
    return [Allowed(**line) for line in tomllib.loads(LIST.read_text(encoding="utf-8"))["allowed"]]


def unexpected(skips: Iterable[tuple[str, str]], lines: Sequence[Allowed]) -> list[str]:
    """The skips that no line of the list covers."""
    return [f"{test}: {reason}" for test, reason in skips if not any(line.covers(test, reason) for line in lines)]


def strict() -> bool:
    """Whether this run may fail because of a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def skips_of(reports: Iterable[object]) -> list[tuple[str, str]]:
    """Test id and reason of each skip that pytest reports."""
    return [
        (report.nodeid, reason_of(report))
        for report in reports
        if isinstance(report, pytest.TestReport | pytest.CollectReport)
    ]


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason alone, without "Skipped: "."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


def complaints(reporter: TerminalReporter) -> list[str]:
    """Skips that are not on the list; and that nothing ran at all."""
    if reporter.config.option.collectonly:
        return []
    found = unexpected(skips_of(reporter.stats.get("skipped", [])), allowed())
    ran = [report for word in ("passed", "failed", "error") for report in reporter.stats.get(word, [])]
    return found if ran else [*found, "no test ran"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true a skip that is not on the list, or a run of nothing, fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if strict() and isinstance(reporter, TerminalReporter) and complaints(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Name what made the run fail, or would make it fail."""
    for complaint in complaints(terminalreporter):
        terminalreporter.write_line(f"not allowed: {complaint}", red=strict(), yellow=not strict())
