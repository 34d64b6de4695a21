"""Models: trained at night from the event history, asked after each part of the day.

A model may only add a finding of moderate severity. Missing, broken or of another
library's version, it is left out, and nothing else changes (invariant 8).
"""

import asyncio
import hashlib
import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from pathlib import Path

from carehub.contracts import Activity, Change, Detector
from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import history, tables

HISTORY = timedelta(days=60)
RECENT = timedelta(days=15)
"""How far back a judgement looks: averages over a week need it, with a week of silence in between."""
History = Mapping[str, Sequence[Activity]]


async def train(hub: Hub, module: str, folder: Path, executor: Executor, library: str) -> tables.Model | None:
    """Train one detector on the last 60 days and keep it with its hash; None when there is nobody to learn from."""
    now = hub.clock()
    known = await _history(hub, now - HISTORY)
    if not known:
        return None
    detector: Detector = importlib.import_module(module).DETECTOR
    stored = await asyncio.get_running_loop().run_in_executor(executor, _train_aside, module, known, now)
    row = tables.Model(
        id=new_id(), detector=module, detector_version=detector.version, library=library, trained_at=now,
        sha256=hashlib.sha256(stored).hexdigest(), residents=len(known), file=f"{detector.name}-{new_id()[:8]}.model",
    )  # fmt: skip
    await asyncio.to_thread(_keep, folder / row.file, stored)
    async with hub.database.write() as session:
        session.add(row)
    log.info("model.trained", detector=detector.name, residents=len(known), bytes=len(stored))
    return row


def _keep(file: Path, stored: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(stored)


def _train_aside(module: str, history: History, now: datetime) -> bytes:
    """Runs in a process of its own, so that learning never delays an alarm."""
    detector: Detector = importlib.import_module(module).DETECTOR
    return detector.train(history, now).to_bytes()


def _judge_aside(module: str, stored: bytes, history: History, now: datetime) -> list[Change]:
    detector: Detector = importlib.import_module(module).DETECTOR
    model = detector.from_bytes(stored)
    return [change for who, activities in history.items() for change in model.changes(who, activities, now)]


async def judge(hub: Hub, ingest: Ingest, module: str, folder: Path, executor: Executor, library: str) -> int:
    """Ask the newest usable model about everybody; each change enters the fold once, as an event."""
    now = hub.clock()
    stored = await _newest(hub, module, folder, library)
    if stored is None:
        return 0
    recent = await _history(hub, now - RECENT)
    loop = asyncio.get_running_loop()
    changes = await loop.run_in_executor(executor, _judge_aside, module, stored, recent, now)
    for change in changes:
        async with hub.database.read() as session:
            scope = await history.scope_of(session, change.resident, now)
        if scope is not None:
            ingest.observe(_as_event(module, change, scope, now))
    return len(changes)


async def _newest(hub: Hub, module: str, folder: Path, library: str) -> bytes | None:
    """The newest model whose library version and hash fit; a broken one is named in the log and passed over."""
    async with hub.database.read() as session:
        rows = await history.newest_models(session, module)
    for row in rows:
        try:
            stored = await asyncio.to_thread((folder / row.file).read_bytes)
        except OSError as error:
            log.warning("model.unreadable", file=row.file, error=type(error).__name__)
            continue
        if row.library == library and hashlib.sha256(stored).hexdigest() == row.sha256:
            return stored
        log.warning("model.refused", file=row.file, library=row.library)
    return None


async def _history(hub: Hub, since: datetime) -> History:
    async with hub.database.read() as session:
        return await history.activities(session, since)


def _as_event(module: str, change: Change, scope: str, now: datetime) -> Event:
    name = module.rpartition(".")[2]
    return Event(
        seq=0, at=now, kind=EventKind.BEHAVIOUR_CHANGED, scope=scope, source="hub", resident=change.resident,
        value=round(change.score, 3), detail=change.words[:400],
        dedup_key=f"model/{name}/{change.resident}/{change.day}/{change.part}",
    )  # fmt: skip
