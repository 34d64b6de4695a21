"""How long the nightly training of a large municipality takes, and what a judgement of the running day costs."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.days import lives, named
from benchmarks.kit import WORK
from carehub.app.settings import Settings
from carehub.app.trainer import ProcessTrainer
from carehub.contracts import Activity
from carehub.core.days.tally import Tally
from carehub.flow.watching.training import Trained, Wanted
from carehub.store import daily
from carehub.store.database import Database
from models.daily_rhythm import DETECTOR
from models.days import counted

RESIDENTS, DAYS = 5_000, 90
TARGET_S, TARGET_MIB = 600.0, 2048.0
FIRST = date(2026, 1, 5)
MODULE = "models.daily_rhythm"
_NOW = datetime.combine(FIRST + timedelta(days=DAYS), time(1), UTC)


@asynccontextmanager
async def stored(folder: Path, residents: int, days: int) -> AsyncIterator[Settings]:
    """A store with so many residents' days in it."""
    settings = Settings(data_dir=folder, training_within_s=TARGET_S * 3)
    database = Database(settings.database)
    try:
        await database.migrate()
        for start in range(0, residents, 250):
            rows = lives(min(250, residents - start), days, seed=start)
            async with database.write() as session:
                await daily.keep(
                    session,
                    [
                        (named(start + who), FIRST + timedelta(days=day), rows[who, day].tobytes())
                        for who in range(len(rows))
                        for day in range(days)
                    ],
                )
    finally:
        await database.close()
    yield settings


async def trained(settings: Settings, file: Path) -> tuple[Trained, dict[str, float]]:
    """One training in its own process, and when each of its steps began."""
    began, steps = perf_counter(), dict[str, float]()
    found = await ProcessTrainer(settings)(
        Wanted(module=MODULE, now=_NOW, file=file, previous=None),
        lambda words: steps.__setitem__(words, round(perf_counter() - began, 1)),
    )
    assert found is not None
    return found, steps


def measure(residents: int = RESIDENTS) -> dict[str, Any]:
    """Train, judge the running day, and say both."""
    folder = WORK / "training"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    found, steps = asyncio.run(_measure(folder, residents))
    figures = {
        "residents": residents, "days": DAYS, "seconds": found.took_s, "rss_mib": found.peak_mib,
        "stored_bytes": found.size, "trends": len(found.trends), "began_at_s": steps, "load1": round(load, 1),
        "processors": os.cpu_count(), "running_day": running_day(),
    }  # fmt: skip
    shutil.rmtree(folder)
    return figures


async def _measure(folder: Path, residents: int) -> tuple[Trained, dict[str, float]]:
    async with stored(folder, residents, DAYS) as settings:
        return await trained(settings, folder / "trained.model")


def running_day() -> dict[str, float]:
    """Milliseconds: to count one event, to write the running day as numbers, to judge it."""
    zone, midnight = ZoneInfo("Europe/Oslo"), datetime(2026, 1, 5, tzinfo=UTC)
    places = ("kitchen", "bathroom", "bedroom", "living_room", "entrance")
    seen = [
        Activity(at=midnight + timedelta(seconds=227 * n), kind="motion.detected", place=places[n * n % 5])
        for n in range(380 * 30)
    ]
    now = seen[-1].at
    model = DETECTOR.train({"r": seen}, now)
    tally, began = Tally(zone), perf_counter()
    for one in seen:
        tally.add(one)
    counting = perf_counter() - began
    tally.forget(now.date() - timedelta(days=1))
    table = counted({"r": seen}, "Europe/Oslo", now.date() - timedelta(days=15), now)
    return {
        "event_ms": round(1000 * counting / len(seen), 4),
        "row_ms": _ms(lambda: list(tally.rows(now.date(), now))),
        "judgement_ms": _ms(lambda: model.findings(table, now)),
    }


def _ms(doing: Any, times: int = 200) -> float:
    began = perf_counter()
    for _ in range(times):
        doing()
    return round(1000 * (perf_counter() - began) / times, 3)


def said(figures: dict[str, Any]) -> str:
    """In words, with the target beside each."""
    day = figures["running_day"]
    return (
        f"training: {figures['residents']} residents x {figures['days']} days in {figures['seconds']} s "
        f"(target {TARGET_S:.0f}), {figures['rss_mib']} MiB at most (target {TARGET_MIB:.0f}), model "
        f"{figures['stored_bytes'] / 2**20:.1f} MiB; load {figures['load1']}, {figures['processors']} processors\n"
        f"  steps began at (s): {figures['began_at_s']}\n"
        f"  running day: {day['event_ms'] * 1000:.1f} µs an event, {day['row_ms']} ms to write it as numbers, "
        f"{day['judgement_ms']} ms to judge it"
    )
