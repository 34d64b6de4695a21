"""Failpoints: off they do nothing, on they do what is asked, and no installation can have them."""

import os
import signal
import subprocess
import sys
import timeit
from collections.abc import Iterator
from pathlib import Path

import pytest

from carehub.kit.failpoints import LIST, SWITCH, InjectedFault, Refused, arm, fail_at
from tests.faults.points import REQUIRED, points

TEST = {SWITCH: "yes"}


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    """No test leaves one behind."""
    yield
    arm({})


def test_every_required_step_of_an_alarm_has_its_failpoint_f16() -> None:
    """F16: the kill test finds its points by reading the code; these may not vanish from it."""
    assert set(points()) >= REQUIRED


def test_a_failpoint_that_nobody_asked_for_does_nothing_and_costs_nothing() -> None:
    many = 100_000

    seconds = min(timeit.repeat(lambda: fail_at("ingest.committed"), number=many, repeat=3))

    assert seconds / many < 2e-6


def test_an_armed_point_raises_and_its_neighbours_do_not() -> None:
    arm({LIST: "ingest.committed=raise", **TEST})

    fail_at("ingest.begin")
    with pytest.raises(InjectedFault, match=r"ingest\.committed"):
        fail_at("ingest.committed")


def test_the_third_pass_fails_and_no_other() -> None:
    arm({LIST: " a=raise@3 , b=raise", **TEST})

    fail_at("a")
    fail_at("a")
    with pytest.raises(InjectedFault):
        fail_at("a")
    fail_at("a")


@pytest.mark.parametrize(("action", "how"), [("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)])
def test_an_armed_point_ends_or_freezes_the_process(action: str, how: signal.Signals) -> None:
    code = "import os; from carehub.kit.failpoints import arm, fail_at; arm(os.environ); fail_at('here')"
    child = subprocess.Popen([sys.executable, "-c", code], env=os.environ | TEST | {LIST: f"here={action}"})

    _, status = os.waitpid(child.pid, os.WUNTRACED)

    assert (os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.WTERMSIG(status)) == how
    if os.WIFSTOPPED(status):
        child.send_signal(signal.SIGCONT)
        assert child.wait(10) == 0
    child.returncode = 0


@pytest.mark.parametrize("words", ["ingest.committed", "=kill", "a=explode", "a=kill@often", "a=kill,b"])
def test_words_that_cannot_be_read_are_refused(words: str) -> None:
    with pytest.raises(Refused, match=LIST):
        arm({LIST: words, **TEST})


@pytest.mark.parametrize("switch", [None, "", "no", "true", "production"])
def test_without_the_test_switch_they_are_refused(switch: str | None) -> None:
    environment = {LIST: "ingest.committed=raise"} | ({} if switch is None else {SWITCH: switch})

    with pytest.raises(Refused, match="lose alarms on purpose"):
        arm(environment)
    fail_at("ingest.committed")


def test_a_hub_that_is_no_test_does_not_start_with_them(tmp_path: Path) -> None:
    environment = os.environ | {LIST: "ingest.committed=kill", "CAREHUB_DATA_DIR": str(tmp_path / "hub")}

    done = subprocess.run(
        [sys.executable, "-m", "carehub.app", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"carehub: {LIST}")
    assert not (tmp_path / "hub").exists()
