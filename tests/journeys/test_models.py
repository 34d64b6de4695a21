"""The life of a model: it listens first, a person lets it speak, it is checked each night, and it can only add."""

import math
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.days.usual import Quantiles
from carehub.core.severity import Severity
from carehub.flow.watching import learn, training
from carehub.store import models, tables
from carehub.store.tables.learning import Voice
from tests.journeys.building import Night
from tests.journeys.trial_models import Trainer, TrialDetector, slow

MODULE, LIBRARY = "trial_detector", "library 1"


@dataclass
class Trial:
    """A night with a detector, whose folder and process are the story's."""

    night: Night
    folder: Path
    aside: ThreadPoolExecutor
    detector: TrialDetector
    trainer: Trainer

    async def train(self, library: str = LIBRARY) -> tables.Model | None:
        return await training.train(self.night.hub, MODULE, self.folder, self.trainer, library)

    async def judge(self, library: str = LIBRARY) -> int:
        found = await learn.judge(self.night.hub, self.night.ingest, MODULE, self.folder, self.aside, library)
        await self.night.work()
        return found

    async def speak(self) -> None:
        async with self.night.database.write() as session:
            assert await models.decide(session, MODULE, Voice.SPEAKING, "Prøvd", self.night.clock(), "ingrid")

    async def state(self) -> tables.DetectorState:
        [row] = await self.night.rows(tables.DetectorState)
        assert isinstance(row, tables.DetectorState)
        return row

    async def tasks(self) -> list[str]:
        return sorted(row.kind for row in await self.night.rows(tables.Task) if row.done_at is None)


@pytest.fixture
async def trial(night: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Iterator[Trial]":  # type: ignore[misc]
    module, detector = ModuleType(MODULE), TrialDetector()
    module.DETECTOR = detector  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, MODULE, module)
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    with ThreadPoolExecutor(1) as aside:
        yield Trial(night, tmp_path, aside, detector, Trainer(detector))


# --- listening and speaking ------------------------------------------------------------------


async def test_a_new_model_listens_for_a_fortnight_and_tells_nobody_until_a_person_lets_it_f76(trial: Trial) -> None:
    assert await trial.train() is not None
    assert await trial.judge() == 1
    assert await trial.night.alerts() == []
    [shadow] = await trial.night.rows(tables.ModelFinding)
    assert (shadow.spoken, shadow.words) == (False, "oppe 5 ganger; vanlig 1-2")
    assert await trial.tasks() == []

    trial.night.clock.advance(days=14, minutes=1)
    await training.check(trial.night.hub, MODULE, {})
    assert await trial.tasks() == ["model-ready"]

    await trial.speak()
    await trial.judge()
    [alert] = [one for one in await trial.night.alerts() if one.kind == "behaviour-changed"]
    assert alert.severity is Severity.MODERATE


async def test_a_models_finding_enters_once_and_is_moderate_f77(trial: Trial) -> None:
    await trial.train()
    await trial.speak()

    for _ in range(3):
        assert await trial.judge() == 1

    alert = await trial.night.the_alert()
    assert (alert.kind, alert.severity, alert.detail) == (
        "behaviour-changed", Severity.MODERATE, "oppe 5 ganger; vanlig 1-2",
    )  # fmt: skip
    assert [event.kind for event in await trial.night.events()].count("behaviour.changed") == 1
    assert trial.night.told == []


async def test_what_was_to_be_told_when_the_hub_died_is_told_by_the_next(trial: Trial) -> None:
    await trial.train()
    await trial.speak()
    trial.trainer.trends = [slow("anna", "2026-01-02")]
    await trial.train()
    assert [event.kind for event in await trial.night.events()].count("behaviour.changed") == 0

    for _ in range(2):
        await learn.tell(trial.night.hub, trial.night.ingest, MODULE)
        await trial.night.work()

    assert [event.detail for event in await trial.night.events() if event.kind == "behaviour.changed"] == [
        "oftere oppe siden ca. 3. mars"
    ]


async def test_a_slow_change_whose_day_moves_a_little_is_one_finding_for_four_weeks(trial: Trial) -> None:
    made = []
    for day, nights in (("2026-01-01", 1), ("2026-01-02", 20), ("2025-12-31", 10), ("2026-02-02", 1)):
        trial.trainer.trends = [slow("anna", day)]
        await trial.train()
        trial.night.clock.advance(days=nights)
        made.append(len(await trial.night.rows(tables.ModelFinding)))

    assert made == [1, 1, 1, 2]


async def test_a_new_version_listens_again(trial: Trial) -> None:
    await trial.train()
    await trial.speak()
    await trial.train()
    assert (await trial.state()).voice is Voice.SPEAKING
    trial.detector.version = "2"
    trial.night.clock.advance(hours=1)

    await trial.train()

    assert (await trial.state()).voice is Voice.SHADOW


# --- it can only add -------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["deleted", "truncated", "flipped", "library", "never trained"])
async def test_a_missing_or_broken_model_changes_nothing_f75(trial: Trial, harm: str) -> None:
    night = trial.night
    if harm == "never trained":
        trial.trainer.fails = "for lite minne"
        assert await trial.train() is None
        assert await trial.tasks() == ["model-training"]
    else:
        model = await trial.train()
        assert model is not None
        await trial.speak()
        file = trial.folder / model.file
        stored = file.read_bytes()
        if harm == "deleted":
            file.unlink()
        elif harm != "library":
            file.write_bytes(stored[:-1] if harm == "truncated" else bytes([stored[0] ^ 1]) + stored[1:])

    assert await trial.judge("library 2" if harm == "library" else LIBRARY) == 0
    await night.press()

    assert await night.kinds() == ["social-alarm"]
    assert sorted(night.told) == ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


async def test_an_older_model_that_is_whole_serves_while_the_newest_is_broken_f75(trial: Trial) -> None:
    await trial.train()
    trial.night.clock.advance(hours=1)
    newest = await trial.train()
    assert newest is not None
    (trial.folder / newest.file).unlink()

    assert await trial.judge() == 1


@pytest.mark.parametrize("found", [{}, {"score": math.inf}, {"score": -5.0}, {"part": "day", "sort": "slow"}])
async def test_the_alerts_with_a_model_contain_those_without_f77(trial: Trial, found: dict[str, object]) -> None:
    """The same night, first without the model's word and then with it."""
    night = trial.night
    await trial.train()
    await night.press()
    without = {(alert.kind, alert.severity, alert.resident_id) for alert in await night.alerts()}
    trial.detector.more = found
    await trial.train()
    await trial.speak()
    await trial.judge()

    assert without <= {(alert.kind, alert.severity, alert.resident_id) for alert in await night.alerts()}
    assert all(alert.closed_at is None for alert in await night.alerts())


async def test_somebody_who_has_moved_out_is_not_judged(trial: Trial) -> None:
    await trial.train()
    await trial.speak()
    async with trial.night.database.write() as session:
        for row in await trial.night.rows(tables.Residency):
            (await session.get_one(tables.Residency, row.id)).until = trial.night.clock()

    await trial.judge()

    assert await trial.night.alerts() == []


# --- checked each night ----------------------------------------------------------------------


@pytest.mark.parametrize(("score", "kept"), [(math.nan, []), (math.inf, []), (7.5, [1.0]), (-2.0, [0.0])])
async def test_a_score_is_clipped_and_what_is_no_number_is_refused_and_switches_it_off_f76(
    trial: Trial, score: float, kept: list[float]
) -> None:
    trial.detector.more = {"score": score}
    await trial.train()

    await trial.judge()

    assert [row.score for row in await trial.night.rows(tables.ModelFinding)] == kept
    await training.check(trial.night.hub, MODULE, {})
    assert ((await trial.state()).voice is Voice.OFF) is (kept == [])
    assert await trial.tasks() == ([] if kept else ["model-off"])


@pytest.mark.parametrize(("useful", "voice"), [(0, Voice.OFF), (4, Voice.SPEAKING)])
async def test_a_model_whose_alerts_are_of_no_use_is_switched_off_with_a_task_f76(
    trial: Trial, useful: int, voice: Voice
) -> None:
    await trial.train()
    await trial.speak()
    for night in range(18):
        trial.night.clock.advance(days=3, minutes=1)
        await trial.judge()
        async with trial.night.database.write() as session:
            for row in await trial.night.alerts():
                if row.closed_at is None:
                    alert = await session.get_one(tables.Alert, row.id)
                    alert.status, alert.due_at, alert.closed_at = "closed", None, trial.night.clock()  # type: ignore[assignment]
                    alert.cause = Cause.TOILET if night < useful else Cause.NOTHING_FOUND
                    alert.aftermath = Aftermath.HELPED_ON_SITE if night < useful else Aftermath.NO_ACTION_NEEDED

    await training.check(trial.night.hub, MODULE, {})

    assert (await trial.state()).voice is voice
    assert ("model-off" in await trial.tasks()) is (voice is Voice.OFF)
    if voice is Voice.OFF:
        assert "0 av 18" in (await trial.state()).reason
        assert await trial.judge() == 0


async def test_days_that_are_not_those_it_learned_from_and_a_jump_in_findings_are_tasks_f76(trial: Trial) -> None:
    trial.trainer.strange = {"night.activity": 0.41, "morning.activity": 0.02}
    await trial.train()

    assert await trial.tasks() == ["model-drift"]
    assert models.checks_of(await trial.state()).strange == {"night.activity": 0.41}
    assert (await trial.state()).voice is Voice.SHADOW


async def test_a_training_that_fails_is_a_task_and_the_next_that_succeeds_settles_it(trial: Trial) -> None:
    trial.trainer.fails = "trenger mer enn 10 MiB minne"
    assert await trial.train() is None
    assert await trial.tasks() == ["model-training"]
    assert trial.night.hub.training == {}

    trial.trainer.fails = None
    for _ in range(5):
        trial.night.clock.advance(days=1)
        assert await trial.train() is not None

    assert await trial.tasks() == []
    assert len(list(trial.folder.glob("*.model"))) == 3
    assert timedelta(0) < trial.night.hub.shadow


async def test_what_is_usual_is_told_to_the_fold_of_each_resident_once_in_seven_nights(trial: Trial) -> None:
    known = Quantiles(days=28, p50=7, p75=11, p90=16, p95=21)
    trial.trainer.usual = {"anna": {"bathroom_stay": known}, "nobody": {"bathroom_stay": known}}

    told = []
    for _ in range(8):
        await trial.night.while_folding(trial.train())
        told.append(len([row for row in await trial.night.rows(tables.FoldInput) if row.command == "usual"]))
        trial.night.clock.advance(days=1)

    assert told[0] == 1
    assert told[-1] in {2, 3}
    usual = [row.usual for row in await trial.night.rows(tables.FoldInput) if row.command == "usual"]
    assert '"p95":21' in (usual[0] or "")
