"""`python -m carehub.app.trainer`: one training, in a process of its own, with limits, that says how far it is.

The job comes by standard input (an address with a password in it is nobody's business on a command line), lines of JSON
go out: `{"step": "..."}` while it works, then the result or the reason why there is none. It opens the store read-only.
"""

import asyncio
import hashlib
import importlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from carehub.app.settings import Settings
from carehub.contracts import Change, DayDetector, Detector, Outcome, TrainedModel
from carehub.flow.watching.training import Tell, Trained, TrainingFailed, Wanted
from carehub.kit.child import be_modest, beside
from carehub.store import daily, history, models
from carehub.store.database import Database

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_NICE = 15
_HISTORY = timedelta(days=60)
"""Of events, for a detector that learns from them."""
_DAYS = 90


class Job(Struct, frozen=True, kw_only=True):
    """What the process is given.

    Attributes:
        cluster: Address of a Dask scheduler, where there is one.
    """

    database: str
    module: str
    now: datetime
    zone: str
    file: str
    previous: str | None
    days: int
    memory_mib: int
    cpu_s: int
    cluster: str | None = None


class ProcessTrainer:
    """Starts the process, reads what it says, and ends it when it takes too long or the hub stops."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, wanted: Wanted, tell: Tell) -> Trained | None:
        """One training; raises TrainingFailed."""
        within_s, environment = self._settings.training_within_s, os.environ | _ONE_THREAD
        try:
            async with beside("carehub.app.trainer", within_s, env=environment, limit=1 << 26) as child:
                return await _heard(child, self._job(wanted), tell)
        except TimeoutError as error:
            raise TrainingFailed(f"ikke ferdig på {within_s / 60:.0f} minutter") from error

    def _job(self, wanted: Wanted) -> Job:
        settings = self._settings
        return Job(
            database=settings.database, module=wanted.module, now=wanted.now, zone=settings.zone,
            file=str(wanted.file), previous=str(wanted.previous) if wanted.previous else None, days=_DAYS,
            memory_mib=settings.training_memory_mib, cpu_s=int(settings.training_within_s),
            cluster=settings.training_cluster,
        )  # fmt: skip


async def _heard(child: asyncio.subprocess.Process, job: Job, tell: Tell) -> Trained | None:
    if child.stdin is None or child.stdout is None:
        raise TrainingFailed("prosessen kunne ikke startes")
    child.stdin.write(msgspec.json.encode(job))
    child.stdin.close()
    said: dict[str, Any] = {}
    async for line in child.stdout:
        said = json.loads(line)
        if "step" in said:
            tell(str(said["step"]))
    status = await child.wait()
    if "trained" in said:
        return msgspec.convert(said["trained"], type=Trained | None)
    raise TrainingFailed(str(said.get("failed", f"prosessen endte med status {status}")))


def main() -> None:
    """The process."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    be_modest(_NICE, job.memory_mib << 20, job.cpu_s, grace_s=5)
    try:
        trained = asyncio.run(work(job, lambda step: _say({"step": step})))
    except MemoryError:
        _say({"failed": f"trenger mer enn {job.memory_mib} MiB minne"})
        sys.exit(1)
    _say({"trained": msgspec.to_builtins(trained)})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def work(job: Job, tell: Tell) -> Trained | None:
    """Read, learn, look back over the weeks, store."""
    began = monotonic()
    detector: Detector = importlib.import_module(job.module).DETECTOR
    found = await (_from_days if isinstance(detector, DayDetector) else _from_events)(job, tell, detector)
    if found is None:
        return None
    model, trained = found
    tell("lagrer")
    stored = model.to_bytes()
    _keep(Path(job.file), stored)
    return msgspec.structs.replace(
        trained, sha256=hashlib.sha256(stored).hexdigest(), size=len(stored), took_s=round(monotonic() - began, 2),
        peak_mib=_peak_mib(),
    )  # fmt: skip


def _peak_mib() -> float:
    """The most memory that this very program has had; `getrusage` would count what its parent had before it began."""
    told = Path("/proc/self/status")
    if not told.exists():
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    line = next(line for line in told.read_text().splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024, 1)


async def _from_days(job: Job, tell: Tell, detector: Any) -> tuple[TrainedModel, Trained] | None:
    today = job.now.astimezone(ZoneInfo(job.zone)).date()
    tell("leser dager")
    database = Database(job.database, read_only=True)
    try:
        table = await daily.table(database, today - timedelta(days=job.days), today)
    finally:
        await database.close()
    if not table.residents:
        return None
    tell(f"lærer av {sum(table.counts)} dager")
    with _at(job.cluster):
        model = detector.learn(table, job.now)
    tell("ser etter endringer over uker")
    trends: list[Change] = model.trends(table)
    usual = model.quantiles(table)
    tell("sammenligner med forrige modell")
    return model, Trained(
        version=detector.version, sha256="", size=0, residents=len(table.residents), took_s=0, peak_mib=0,
        first_day=today - timedelta(days=job.days), last_day=today - timedelta(days=1), trends=trends, usual=usual,
        strange=_strange(job, detector, table),
    )  # fmt: skip


def _strange(job: Job, detector: Any, table: Any) -> dict[str, float]:
    if job.previous is None:
        return {}
    try:
        found: dict[str, float] = detector.from_bytes(Path(job.previous).read_bytes()).strangeness(table)
    except (OSError, ValueError):
        return {}  # a missing or refused model is told of where it should have judged
    return found


async def _from_events(job: Job, tell: Tell, detector: Detector) -> tuple[TrainedModel, Trained] | None:
    tell("leser hendelser")
    database = Database(job.database, read_only=True)
    try:
        async with database.read() as session:
            known = await history.activities(session, job.now - _HISTORY)
            cases = await models.cases(session, job.module, job.now - _HISTORY)
    finally:
        await database.close()
    if not known:
        return None
    tell(f"lærer av {len(known)} beboere")
    zone = ZoneInfo(job.zone)
    outcomes = [
        Outcome(resident=case.resident, day=case.at.astimezone(zone).date(), useful=case.useful)
        for case in cases
        if case.judged and case.resident is not None
    ]
    return detector.train(known, job.now, outcomes), Trained(
        version=detector.version, sha256="", size=0, residents=len(known), took_s=0, peak_mib=0
    )


@contextmanager
def _at(cluster: str | None) -> Iterator[None]:
    """Where the pieces are learned: here, or on a Dask cluster."""
    if cluster is None:
        yield
        return
    joblib, distributed = importlib.import_module("joblib"), importlib.import_module("distributed")
    with distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        yield


def _keep(file: Path, stored: bytes) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    with half.open("wb") as out:
        out.write(stored)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)


if __name__ == "__main__":
    main()
