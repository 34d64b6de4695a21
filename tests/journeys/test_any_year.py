"""G7: escalation never stops. A state machine over a year with both changes of the clock.

The store is in every sequence: SQLite, the fold, the ladders, the outbox and two workers are the real ones; clock and
telephones are not. `make test` plays some dozens of sequences, `make proofs` ten thousand.
"""

import secrets
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from carehub.core.answers.alerts import Aftermath
from tests.databases import Sqlite
from tests.journeys.any_year import CLOCKS_CHANGE, DEVICES, LADDERS, NEW_YEAR, STAFF, Stage, Year

_MINUTE = timedelta(minutes=1)
_who = st.sampled_from(STAFF)
_which = st.integers(0, 3)
_start = st.one_of(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NEW_YEAR + minutes * _MINUTE),
    st.tuples(st.sampled_from(CLOCKS_CHANGE), st.integers(1, 60)).map(lambda at: at[0] - at[1] * _MINUTE),
)


class AnyYear(RuleBasedStateMachine):
    """Presses, answers, shifts, ladders, failures and power cuts, in any order."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.began: datetime
        self.year: Year | None = None

    @initialize(start=_start)
    def begin(self, start: datetime) -> None:
        self.began, self.year = start, self.stage.open(start)

    @rule(device=st.sampled_from(DEVICES))
    def press(self, device: str) -> None:
        self._do(self._year.night.press(device))
        self._do(self._year.wake())

    @rule(minutes=st.sampled_from([0.1, 1, 2, 4, 6, 11, 16, 31, 61, 180]), late_s=st.sampled_from([0, 0.4, 1.0]))
    def wait(self, minutes: float, late_s: float) -> None:
        self._do(self._year.wait(minutes, late_s))

    @rule()
    def quiet_day(self) -> None:
        self._do(self._year.quiet_day())

    @rule(action=st.sampled_from(["take", "arrive", "release", "undo", "confirm", "call_help"]), who=_who, which=_which)
    def act(self, action: str, who: str, which: int) -> None:
        self._do(self._year.act(action, who, which))

    @rule(who=_who, to=_who, which=_which)
    def hand_over(self, who: str, to: str, which: int) -> None:
        self._do(self._year.act("hand_over", who, which, to))

    @rule(who=_who, aftermath=st.sampled_from(list(Aftermath)), which=_which)
    def close(self, who: str, aftermath: Aftermath, which: int) -> None:
        self._do(self._year.act("close", who, which, aftermath))

    @rule(who=_who, on=st.booleans())
    def change_shift(self, who: str, *, on: bool) -> None:
        self._do(self._year.duty(who, on=on))

    @rule(name=st.sampled_from(sorted(LADDERS)))
    def edit_the_ladder(self, name: str) -> None:
        self._do(self._year.ladder(name))

    @rule(state=st.sampled_from(["up", "down", "gone", "mute"]))
    def provider(self, state: str) -> None:
        self._do(self._year.network(state))

    @rule(minutes=st.sampled_from([0, 1, 7, 120]))
    def power_cut(self, minutes: int) -> None:
        self._do(self._year.power_cut(minutes))

    @invariant()
    def what_must_hold(self) -> None:
        if self.year is not None:
            self.stage.run(self.year.check())

    def teardown(self) -> None:
        if self.year is not None:
            self.stage.close(self.year, self.began)

    @property
    def _year(self) -> Year:
        assert self.year is not None
        return self.year

    def _do(self, what: Coroutine[Any, Any, object]) -> None:
        self.stage.steps += 1
        self.stage.run(what)


@pytest.fixture
def stage(sqlite: Sqlite) -> Iterator[Stage]:
    AnyYear.stage = Stage(sqlite)
    yield AnyYear.stage
    AnyYear.stage.end()


def _play(stage: Stage, sequences: int, number: int) -> None:
    quick = settings(
        max_examples=sequences, stateful_step_count=8, deadline=None, database=None,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        run_state_machine_as_test(seed(number)(AnyYear), settings=quick)
    finally:
        print(f"seed {number}: {stage.sequences} sequences, {stage.steps} steps, {stage.simulated.days} simulated days")


def test_in_some_sequences_of_a_year_every_open_alert_has_a_next_deadline_and_nobody_is_told_twice_g7(
    stage: Stage,
) -> None:
    """G7, F17, F53, F55, F56, F57: the short form."""
    _play(stage, 25, 20260329)

    assert stage.sequences >= 25


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(1, 11))
def test_in_ten_thousand_sequences_of_a_year_every_open_alert_has_a_next_deadline_and_nobody_is_told_twice_g7(
    stage: Stage, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    """G7: the long form, in ten parts; the seed of each is printed, and a failure prints the shortest sequence."""
    with capsys.disabled():
        print(f"part {part} of 10:", end=" ")
        _play(stage, 1_000, secrets.randbelow(2**32))

    assert stage.sequences >= 1_000
    assert stage.simulated > timedelta(days=365)
