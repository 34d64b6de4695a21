"""A rule of little use becomes a task with a proposal that was tried; nothing changes before a person says so."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from carehub.core.answers.alerts import Aftermath, Cause, Status
from carehub.core.backtest.report import Counted, Listed, MissedReal, Summary
from carehub.core.rules.checks import value_at
from carehub.core.rules.language import Rule, parse_rule
from carehub.core.rules.proposals import Trial, candidates, chosen, trial
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from carehub.flow.watching import little_use
from carehub.store import tables
from carehub.store.tables.backtests import BacktestState
from tests.journeys.building import NIGHT, Night

_RULE = """
id: open-door
title: {nb: Døren står åpen, nn: Døra står open, en: The door stands open}
severity: moderate
watch: {kind: door.opened}
for: 5 min
until: {kind: door.closed}
tune:
  for: {least: 2 min, most: 20 min}
"""


def rule() -> Rule:
    return parse_rule(_RULE)


def summary(lost: list[str], missed: list[str], *, in_all: int | None = None) -> Summary:
    side = Counted(
        alerts=0, residents=0, severities={}, hours=(), shifts={}, units={}, by_resident={}, rules={}, woken={},
        woken_off_duty={}, asked={},
    )  # fmt: skip
    shown: Any = {"at": NIGHT, "kind": "open-door", "severity": 20, "scope": "home:anna"}
    return Summary(
        since=NIGHT, until=NIGHT, zone="Europe/Oslo", scopes=1, events=1, faults=0, today=side, draft=side,
        counts={"lost": len(lost) if in_all is None else in_all, "gained": 0},
        listed={"lost": tuple(Listed(**shown, rule="open-door", recorded=one) for one in lost)}, real=1,
        missed=tuple(MissedReal(**shown, alert=one) for one in missed), holes=(), assumed={},
    )  # fmt: skip


def test_candidates_stay_within_the_bounds_and_the_smallest_change_comes_first() -> None:
    found = candidates(rule())

    assert [one.value for one in found] == ["4 min", "3 min", "2 min", "10 min", "15 min", "20 min"]
    assert [one.step for one in found] == sorted(one.step for one in found)
    assert {one.before for one in found} == {"5 min"}
    assert [value_at(one.rule, "for") for one in found][:1] == [timedelta(minutes=4)]
    assert candidates(parse_rule(_RULE.partition("tune:")[0])) == []


def test_the_smallest_change_that_spares_most_and_loses_nobody_is_chosen() -> None:
    tried = candidates(rule())
    outcomes = [(0, 0), (0, 0), (0, 0), (4, 0), (4, 0), (6, 1)]
    trials = [
        Trial(candidate=one, run=one.value, fewer_false=false, lost_real=real, gained=0)
        for one, (false, real) in zip(tried, outcomes, strict=True)
    ]

    best = chosen(trials)

    assert best is not None
    assert best.candidate.value == "10 min"
    assert chosen(trials[:3]) is None
    assert chosen(trials[5:]) is None


def test_a_list_that_was_cut_short_is_no_ground_for_a_proposal() -> None:
    candidate = candidates(rule())[0]

    assert trial(candidate, "run", summary(["a"], [], in_all=301), {}) is None


@pytest.fixture
async def quiet_night(night: Night) -> Night:
    """Six alerts of the rule, of which five were for nothing."""
    await night.die()
    night.rulebook = Rulebook.of([rule()])
    await night.start()
    await night.fold()
    async with night.database.write() as session:
        for number in range(6):
            at = NIGHT - timedelta(days=1 + number)
            useful = number == 0
            session.add(
                tables.Alert(
                    id=f"a{number}", dedup_key=f"anna/open-door/{number}", kind="open-door", rule_id="open-door",
                    rule_version="v", severity=Severity.MODERATE, status=Status.CLOSED, scope_id="home:anna",
                    resident_id="anna", raised_at=at, last_event_at=at, closed_at=at,
                    cause=Cause.FALL if useful else Cause.NOTHING_FOUND,
                    aftermath=Aftermath.HELPED_ON_SITE if useful else Aftermath.NO_ACTION_NEEDED,
                )
            )  # fmt: skip
    return night


async def runs(night: Night) -> list[tables.BacktestRun]:
    return await night.rows(tables.BacktestRun, tables.BacktestRun.id)


async def finish(night: Night) -> None:
    """The backtests are done: from 10 minutes on two false ones would not have come, at 20 the real one is lost."""
    for row in await runs(night):
        wait = int(str(msgspec.json.decode(row.draft or "{}")["for"]).split()[0])
        lost = ["a1", "a2"] if wait >= 10 else []
        told = summary([*lost, "a0"], ["a0"]) if wait == 20 else summary(lost, [])
        async with night.database.write() as session:
            run = await session.get_one(tables.BacktestRun, row.id)
            run.state, run.summary = BacktestState.DONE, msgspec.json.encode(told).decode()
            run.finished_at, run.rulebook_version = night.clock(), night.hub.rulebook.version


async def test_a_rule_of_little_use_is_tried_and_then_told_as_a_task(quiet_night: Night) -> None:
    night, before = quiet_night, quiet_night.hub.rulebook.version

    assert await little_use.look(night.hub) == 0
    assert await little_use.look(night.hub) == 0  # nothing is asked for twice
    assert len(await runs(night)) == 6
    assert await night.rows(tables.Task) == []
    await finish(night)
    assert await little_use.look(night.hub) == 1

    (task,) = await night.rows(tables.Task)
    (best,) = [one for one in await runs(night) if '"for": "10 min"' in (one.draft or "")]
    assert (task.kind, task.subject, task.link) == (little_use.KIND, "open-door", f"/admin/rules/backtest/{best.id}")
    assert "Forslag: «for» fra 5 min til 10 min. Prøvd på de samme døgnene: 2 falske færre, ingen reelle mistet" in (
        task.words
    )
    assert "«for» på 20 min ville mistet 1 reelle." in task.words
    assert night.hub.rulebook.version == before


async def test_a_rule_that_is_of_use_again_has_no_task(quiet_night: Night) -> None:
    night = quiet_night
    await little_use.look(night.hub)
    await finish(night)
    await little_use.look(night.hub)
    async with night.database.write() as session:
        for number in (1, 2):
            row = await session.get_one(tables.Alert, f"a{number}")
            row.cause, row.aftermath = Cause.FALL, Aftermath.HELPED_ON_SITE

    await little_use.look(night.hub)

    (task,) = await night.rows(tables.Task)
    assert task.done_at == night.clock()
