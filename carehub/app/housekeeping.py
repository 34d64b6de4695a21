"""What runs beside the stations: the roster, and models, which are trained at night in a process of their own."""

import asyncio
import importlib.metadata
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import datetime, time, timedelta
from functools import partial
from multiprocessing import get_context

from carehub.app.away import Away, Sending
from carehub.app.backtest.post import Backtests
from carehub.app.backups import Nightly
from carehub.app.certificates import CertificateWatch
from carehub.app.line import Line
from carehub.app.room import Room
from carehub.app.settings import Settings, names
from carehub.app.trainer import ProcessTrainer
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.staff import roll_call, roster, staffing
from carehub.flow.watching import (
    answer_days,
    bounds,
    learn,
    little_use,
    protection,
    retention,
    rounds,
    screens,
    training,
    worn,
)
from carehub.flow.watching.canary import Canary
from carehub.flow.watching.daybook import Daybook
from carehub.flow.watching.presence import Presence
from carehub.flow.watching.unheard import Unheard
from carehub.flow.worker import Worker
from carehub.kit.child import beside_its_parent
from carehub.store import codes, contacts, models, seals, tables
from carehub.store.copies import file_of

_LOOK_EVERY_S = 1800.0
_COUNT_EVERY_S = 60.0
_ROOM_EVERY_S = 5.0
_BACKTEST_EVERY_S = 2.0
_BACKUP_EVERY_S = 600.0
_CHECKPOINT_EVERY_S = 0.3
_CERTIFICATE_EVERY_S = 21600.0
_RENEW_EVERY_S = 600.0
_SUM_EVERY_S = 3600.0
_CALL_EVERY_S = 5.0
_SCREENS_EVERY_S = 30.0
_LISTEN_EVERY_S, _SWEEP_EVERY_S = 1.0, 600.0
_TRAIN_AT = time(2, 30)
"""Local time; a clock that is set forward over it skips one night, and the next is not far."""
_CLEAN_AT = time(4, 20)
"""After backup and training, before the day begins."""
_LITTLE_USE_AT = (time(3, 45), time(5, 30))
_STALE_AFTER = timedelta(hours=20)


def library_version() -> str:
    """What a stored model must have been made with; another version is refused and trained anew."""
    return f"scikit-learn {importlib.metadata.version('scikit-learn')}"


def add_roster(hub: Hub, ingest: Ingest, worker: Worker) -> None:
    """Give the worker what the people at work need: duties, roll-calls, rounds, tablets that can be heard."""
    worker.add("roster", partial(roster.renew, hub), _RENEW_EVERY_S)
    worker.add("roll call", partial(roll_call.call, hub), _CALL_EVERY_S)
    worker.add("rounds", partial(rounds.look, hub, ingest), _CALL_EVERY_S)
    worker.add("presence", Presence(hub, ingest).look, _CALL_EVERY_S)
    worker.add("screens", partial(screens.look, hub), _SCREENS_EVERY_S)
    worker.add("staffing", partial(staffing.check, hub, ingest), _RENEW_EVERY_S)


def add_sweeping(hub: Hub, worker: Worker) -> None:
    """Give the worker what is tidied: old codes and ways, bases and decisions that ended, seals, old data, sums."""
    worker.add("legal bases", partial(protection.review, hub), _RENEW_EVERY_S)
    worker.add("decisions out of bounds", partial(bounds.review, hub), _RENEW_EVERY_S)
    worker.add("worn batteries", partial(worn.review, hub), _RENEW_EVERY_S)

    async def sweep() -> None:
        async with hub.database.write() as session:
            await codes.sweep(session, hub.clock())
            await contacts.sweep(session, hub.clock())

    async def seal() -> None:
        async with hub.database.write() as session:
            await seals.seal(session, hub.clock())

    worker.add("answer days", partial(answer_days.sum_up, hub), _SUM_EVERY_S)
    worker.daily("retention", partial(retention.clean_at_night, hub), _CLEAN_AT)
    worker.add("sweep codes", sweep, _RENEW_EVERY_S)
    worker.add("seal the log", seal, _RENEW_EVERY_S)


def add_canary(settings: Settings, hub: Hub, ingest: Ingest, worker: Worker, line: Line) -> None:
    """Give the worker the canary, where the settings want one."""
    if settings.canary_every_s:
        bird = Canary(hub, ingest.observe, line.publish, settings.canary_every_s)
        worker.add("canary", bird.look, _LISTEN_EVERY_S)
        worker.add("canary sweep", bird.sweep, _SWEEP_EVERY_S)


def add_backups(settings: Settings, hub: Hub, ingest: Ingest, worker: Worker) -> None:
    """Give the worker backups and checkpoints (PostgreSQL has its own), and the watch on the broker's certificate."""
    if (settings.mqtt_url or "").startswith("mqtts:"):
        worker.add("certificate", CertificateWatch(settings, hub, ingest).look, _CERTIFICATE_EVERY_S)
    store, away = file_of(settings.database), Away.of(settings)
    if store is not None:
        worker.add("checkpoint", hub.database.checkpoint, _CHECKPOINT_EVERY_S)
        worker.add("backup", Nightly(hub, ingest, store, settings.backups).look, _BACKUP_EVERY_S)
    if away is not None:
        worker.add("backup away", Sending(hub, ingest, settings.backups, away).look, _BACKUP_EVERY_S)


def add_room(settings: Settings, hub: Hub, worker: Worker) -> None:
    """Give the worker an eye on the disk; a full one is also told by a commit that fails."""
    room = Room(hub, settings.data_dir)
    hub.make_room = room.make
    worker.add("room", room.look, _ROOM_EVERY_S)


def add_backtests(settings: Settings, hub: Hub, worker: Worker) -> None:
    """Give the worker the post that runs backtests, beside all others."""
    worker.add("backtests", Backtests(hub, settings.database).look, _BACKTEST_EVERY_S)


def add_little_use(hub: Hub, worker: Worker) -> None:
    """Give the worker the nightly look for rules of little use: asked for first, and told when the trials are done."""
    for at in _LITTLE_USE_AT:
        worker.daily(f"little use {at:%H:%M}", partial(little_use.look, hub), at)


def beside() -> Executor:
    """A process for what a model works out: it gives way to the hub, which may not wait for it."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=beside_its_parent)


def add_models(settings: Settings, hub: Hub, ingest: Ingest, worker: Worker, executor: Executor) -> None:
    """Give the worker the book of days, which knows when no home is heard, and a post for each detector."""
    if settings.detectors:
        worker.add("daybook", Unheard(hub, ingest.observe, Daybook(hub)).look, _COUNT_EVERY_S)
    for module in names(settings.detectors):
        post = ModelPost(settings, hub, ingest, module, executor)
        worker.add(f"model {module}", post.look, _LOOK_EVERY_S, settings.learn_after_s)
        worker.daily(f"training {module}", post.train_anew, _TRAIN_AT)


class ModelPost:
    """Keeps one detector's model fresh, and asks it."""

    def __init__(self, settings: Settings, hub: Hub, ingest: Ingest, module: str, executor: Executor) -> None:
        self._settings, self._hub, self._ingest = settings, hub, ingest
        self._module, self._executor = module, executor
        self._trainer = ProcessTrainer(settings)
        self._version: str | None = None

    async def look(self) -> None:
        """Judge everybody's newest part of day; train first where there is no model that can be used."""
        if not await self._trained():
            await self.train()
        folder = self._settings.models_dir
        await learn.judge(self._hub, self._ingest, self._module, folder, self._executor, library_version())

    async def train(self) -> tables.Model | None:
        """Train now."""
        folder = self._settings.models_dir
        return await training.train(self._hub, self._module, folder, self._trainer, library_version())

    async def train_anew(self) -> None:
        """At night: with what the day has taught, unless that was done lately."""
        now = self._hub.clock()
        if all(now - at > _STALE_AFTER for at in await self._trained()):
            await self.train()

    async def _trained(self) -> list[datetime]:
        """When each model that can be used was trained."""
        if self._version is None:
            # Never here: its libraries take seconds to load, in which nobody would be heard.
            asked = asyncio.get_running_loop().run_in_executor(self._executor, learn.what_it_is, self._module)
            self._version, _ = await asked
        async with self._hub.database.read() as session:
            rows = await models.newest(session, self._module)
        ours = (library_version(), self._version)
        return [row.trained_at for row in rows if (row.library, row.detector_version) == ours]
