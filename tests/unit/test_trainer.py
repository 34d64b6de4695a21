"""Training in a process of its own: it says how far it is, stays within its limits, and needs no pickle."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training import _NOW, DAYS, FIRST, MODULE, stored, trained
from carehub.app.trainer import ProcessTrainer
from carehub.flow.watching.training import TrainingFailed, Wanted
from carehub.store import daily
from carehub.store.database import Database
from models.daily_rhythm import DETECTOR
from tests.databases import Sqlite


@pytest.fixture(autouse=True)
def migrated(sqlite: Sqlite, tmp_path: Path) -> None:
    """What `stored` would do to a store of its own."""
    sqlite.copy_to(tmp_path)


@pytest.mark.timeout(300)  # it gives way to whoever else wants the processor, tests beside it too
async def test_a_model_is_trained_aside_and_is_the_same_as_here(tmp_path: Path) -> None:
    async with stored(tmp_path, 12, 40) as settings:
        found, steps = await trained(settings, tmp_path / "one.model")
        database = Database(settings.database, read_only=True)
        table = await daily.table(database, FIRST, _NOW.date())
        await database.close()

    bytes_of = (tmp_path / "one.model").read_bytes()
    here = DETECTOR.learn(table, _NOW)
    assert hashlib.sha256(bytes_of).hexdigest() == found.sha256
    assert DETECTOR.from_bytes(bytes_of).residents == here.residents
    assert (found.residents, found.size) == (12, len(bytes_of))
    assert [words.split()[0] for words in steps] == ["leser", "lærer", "ser", "sammenligner", "lagrer"]
    assert found.peak_mib < 600


async def test_a_training_that_takes_too_long_or_too_much_is_ended_and_says_so_f18(tmp_path: Path) -> None:
    async with stored(tmp_path, 1, 2) as settings:
        wanted = Wanted(module=MODULE, now=_NOW, file=tmp_path / "two.model", previous=None)
        with pytest.raises(TrainingFailed, match="ikke ferdig"):
            await ProcessTrainer(settings.model_copy(update={"training_within_s": 0.2}))(wanted, print)
        with pytest.raises(TrainingFailed, match=r"minne|status"):
            await ProcessTrainer(settings.model_copy(update={"training_memory_mib": 1}))(wanted, print)
        cancelled = asyncio.create_task(ProcessTrainer(settings)(wanted, print))
        await asyncio.sleep(0)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled

    assert not (tmp_path / "two.model").exists()


async def test_without_days_there_is_nobody_to_learn_from(tmp_path: Path) -> None:
    async with stored(tmp_path, 0, 0) as settings:
        wanted = Wanted(module=MODULE, now=_NOW, file=tmp_path / "three.model", previous=None)
        assert await ProcessTrainer(settings)(replace(wanted), print) is None


@pytest.mark.proof
async def test_the_same_code_on_a_dask_cluster_of_processes_gives_the_same_model(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    async with stored(tmp_path, 600, DAYS) as settings:
        alone, _ = await trained(settings, tmp_path / "alone.model")
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
        try:
            spread = settings.model_copy(update={"training_cluster": cluster.scheduler_address})
            together, _ = await trained(spread, tmp_path / "together.model")
        finally:
            cluster.close()

    print(f"\n  alone {alone.took_s} s, {alone.peak_mib} MiB; on two processes {together.took_s} s")
    here, there = (DETECTOR.from_bytes((tmp_path / f"{name}.model").read_bytes()) for name in ("alone", "together"))
    assert here.manifest == there.manifest
    assert (here.residents, here.reference, here.unlike) == (there.residents, there.reference, there.unlike)
    rows = np.random.default_rng(1).normal(size=(50, 8))
    assert here.pooled is not None
    assert there.pooled is not None
    assert np.array_equal(here.pooled.score_samples(rows), there.pooled.score_samples(rows))
    assert alone.residents == together.residents == 600
