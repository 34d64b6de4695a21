"""The nightly training of a detector, seen from the hub: asked for, watched, written down, and checked.

The work itself is done in a process of its own (`carehub/app/trainer.py`), which reads the store and never writes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from carehub.contracts import Change
from carehub.core.days.judging import BEFORE, OUTCOMES, STRANGE, WEEK, Checks, concerns, outcomes, why_off
from carehub.core.days.usual import Quantiles
from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.flow.watching import usual
from carehub.flow.watching.learn import take
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import models, tables, tasks
from carehub.store.database import Session
from carehub.store.tables.learning import Voice
from carehub.store.tasks import Wanted as Task

_KEPT = 3
_DUE = timedelta(days=3)


class TrainingFailed(Exception):
    """It ended without a model: too much memory, too long, cancelled, or a fault; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be trained.

    Attributes:
        previous: The model of before, whose view of the last week is asked for.
    """

    module: str
    now: datetime
    file: Path
    previous: Path | None


class Trained(Struct, frozen=True, kw_only=True):
    """What the training process says at its end; the model itself lies in the file.

    Attributes:
        trends: What it found over weeks.
        strange: How far the last week is from what the model of before had learned.
    """

    version: str
    sha256: str
    size: int
    residents: int
    first_day: date | None = None
    last_day: date | None = None
    took_s: float
    peak_mib: float
    trends: Sequence[Change] = ()
    strange: dict[str, float] = {}
    usual: dict[str, dict[str, Quantiles]] = {}
    """What is usual for each resident, by the names that rules ask for."""


Tell = Callable[[str], None]
"""Says how far the training is, in words."""
Trainer = Callable[[Wanted, Tell], Awaitable[Trained | None]]
"""None where there is nobody to learn from; raises TrainingFailed."""


async def train(hub: Hub, module: str, folder: Path, trainer: Trainer, library: str) -> tables.Model | None:
    """Train one detector and keep it with its hash; None when there is nobody to learn from, or it failed."""
    now, name = hub.clock(), module.rpartition(".")[2]
    file = folder / f"{name}-{new_id()[:8]}.model"
    async with hub.database.read() as session:
        previous = next(iter(await models.newest(session, module, 1)), None)
    wanted = Wanted(module=module, now=now, file=file, previous=folder / previous.file if previous else None)
    try:
        trained = await trainer(wanted, lambda words: hub.training.__setitem__(module, words))
    except TrainingFailed as error:
        log.error("model.not_trained", module=module, reason=str(error))
        await _ask(hub, "model-training", module, f"{name} ble ikke trent: {error}. Den forrige modellen brukes.", now)
        return None
    finally:
        hub.training.pop(module, None)
    if trained is None:
        return None
    row = _row(module, file, trained, library, now)
    async with hub.database.write() as session:
        session.add(row)
        await models.begin(session, module, trained.version, now, hub.shadow)
        await tasks.settle(session, "model-training", module, now)
    await take(hub, module, trained.version, trained.trends)
    await check(hub, module, trained.strange)
    await usual.tell(hub, trained.usual, everybody=previous is None)
    await _throw_away(hub, module, folder)
    log.info("model.trained", module=module, residents=trained.residents, bytes=trained.size, took_s=trained.took_s)
    return row


def _row(module: str, file: Path, trained: Trained, library: str, now: datetime) -> tables.Model:
    return tables.Model(
        id=new_id(), detector=module, detector_version=trained.version, library=library, trained_at=now,
        sha256=trained.sha256, residents=trained.residents, file=file.name, first_day=trained.first_day,
        last_day=trained.last_day, took_s=trained.took_s, peak_mib=trained.peak_mib,
    )  # fmt: skip


async def check(hub: Hub, module: str, strange: dict[str, float]) -> None:
    """The night's look at a detector: drift, how much it finds, of what use it was; off where it must be (F76)."""
    now = hub.clock()
    async with hub.database.write() as session:
        row = await models.state(session, module)
        if row is None:
            return
        checks = await _checks(session, row, strange, now)
        row.checks = msgspec.json.encode(checks).decode()
        session.add(row)
    reason = why_off(checks)
    if reason is not None and row.voice is not Voice.OFF:
        await silence(hub, module, reason)
    name = module.rpartition(".")[2]
    for words in concerns(checks):
        await _ask(hub, "model-drift", module, f"{name}: {words}", now)
    if row.voice is Voice.SHADOW and row.ready_at is not None and row.ready_at <= now:
        await _ask(hub, "model-ready", module, f"{name} har lyttet lenge nok. Se hva den ville sagt, og bestem.", now)


async def silence(hub: Hub, module: str, reason: str) -> None:
    """The hub itself takes the word from a detector, and asks somebody to look."""
    now = hub.clock()
    async with hub.database.write() as session:
        await models.decide(session, module, Voice.OFF, reason, now, None)
    log.warning("model.off", module=module)
    await _ask(hub, "model-off", module, f"{module.rpartition('.')[2]} er slått av: {reason}", now)


async def _checks(session: Session, row: tables.DetectorState, strange: dict[str, float], now: datetime) -> Checks:
    useful, judged = outcomes(await models.cases(session, row.module, max(row.since, now - OUTCOMES)))
    first = await models.first_at(session, row.module, row.version)
    young = first is None or first > now - WEEK - BEFORE
    before = 0 if young else await models.many(session, row.module, now - WEEK - BEFORE, now - WEEK)
    return Checks(
        strange={name: index for name, index in strange.items() if index >= STRANGE},
        this_week=await models.many(session, row.module, now - WEEK, now),
        usual_week=None if young else before * (WEEK / BEFORE),
        useful=useful,
        judged=judged,
        refused=models.checks_of(row).refused,
    )


async def _ask(hub: Hub, kind: str, module: str, words: str, now: datetime) -> None:
    wanted = Task(
        kind=kind, subject=module, words=words, due_at=now + _DUE, role=Role.ADMINISTRATOR, link="/admin/models"
    )
    async with hub.database.write() as session:
        await tasks.ask(session, wanted, now)


async def _throw_away(hub: Hub, module: str, folder: Path) -> None:
    """Files of models that nothing may load any more."""
    async with hub.database.read() as session:
        kept = {row.file for row in await models.newest(session, module, _KEPT)}
    await asyncio.to_thread(_sweep, folder, f"{module.rpartition('.')[2]}-*.model", kept)


def _sweep(folder: Path, pattern: str, kept: set[str]) -> None:
    for file in folder.glob(pattern):
        if file.name not in kept:
            file.unlink(missing_ok=True)
