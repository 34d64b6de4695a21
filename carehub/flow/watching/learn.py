"""Models, asked after each part of the day. What they find is written down; who may speak is told on.

A model may only add a finding of moderate severity. Missing, broken or of another library's version, it is left
out, and nothing else changes (invariant 8).
"""

import asyncio
import hashlib
import importlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from pathlib import Path

from carehub.contracts import Activity, Change, DayDetector, DayTable, Detector
from carehub.core.days.judging import clipped, sound
from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.log import log
from carehub.store import daily, history, models, stream, tables
from carehub.store.tables.learning import Voice

RECENT = timedelta(days=15)
"""How far back a judgement looks: averages over a week need it, with a week of silence in between."""
REST = {"slow": timedelta(days=28), "rhythm": timedelta(days=7)}
"""A finding of this sort about the same thing is not made again so soon."""
_TOLD_WITHIN = timedelta(days=2)


async def judge(hub: Hub, ingest: Ingest, module: str, folder: Path, executor: Executor, library: str) -> int:
    """Ask the newest usable model about everybody; gives how many changes it sees."""
    now = hub.clock()
    async with hub.database.read() as session:
        state = await models.state(session, module)
    stored = await _newest(hub, module, folder, library)
    if stored is None or state is None or state.voice is Voice.OFF:
        return 0
    loop = asyncio.get_running_loop()
    version, by_days = await loop.run_in_executor(executor, what_it_is, module)
    if by_days:
        first = (now - RECENT).astimezone(hub.zone).date()
        table = await daily.table(hub.database, first, (now + timedelta(days=1)).astimezone(hub.zone).date())
        changes = await loop.run_in_executor(executor, _judge_days, module, stored, table, now)
    else:
        async with hub.database.read() as session:
            recent = await history.activities(session, now - RECENT)
        changes = await loop.run_in_executor(executor, _judge_events, module, stored, recent, now)
    await take(hub, module, version, changes)
    await tell(hub, ingest, module)
    return len(changes)


def what_it_is(module: str) -> tuple[str, bool]:
    """A detector's version, and whether it learns from days. Asked there too: its libraries take seconds to load."""
    detector: Detector = importlib.import_module(module).DETECTOR
    return detector.version, isinstance(detector, DayDetector)


def _judge_days(module: str, stored: bytes, table: DayTable, now: datetime) -> list[Change]:
    """Runs in a process of its own, so that judging never delays an alarm."""
    detector: DayDetector = importlib.import_module(module).DETECTOR
    return detector.from_bytes(stored).findings(table, now)


def _judge_events(module: str, stored: bytes, recent: dict[str, Sequence[Activity]], now: datetime) -> list[Change]:
    """The same for a detector that sees events."""
    detector: Detector = importlib.import_module(module).DETECTOR
    model = detector.from_bytes(stored)
    return [change for who, activities in recent.items() for change in model.changes(who, activities, now)]


async def take(hub: Hub, module: str, version: str, changes: Iterable[Change]) -> None:
    """Write down what a model found, each once; what is no number is refused and counted (F76)."""
    now = hub.clock()
    proper, refused = sound(changes)
    async with hub.database.write() as session:
        state = await models.state(session, module)
        if state is None:
            return
        if refused:
            await models.note_refused(session, state, refused)
            log.error("model.refused_findings", module=module, many=refused)
        known = {_about(row.key) for row in await models.findings(session, module, now - max(REST.values()))
                 if row.sort in REST and now - row.at < REST[row.sort]}  # fmt: skip
        rows = [
            _row(module, version, change, now, spoken=state.voice is Voice.SPEAKING)
            for change in proper
            if change.sort not in REST or _about(_key(module, change)) not in known
        ]
        await models.note_findings(session, rows)


def _row(module: str, version: str, change: Change, now: datetime, *, spoken: bool) -> dict[str, object]:
    return {
        "key": _key(module, change), "module": module, "version": version, "at": now, "resident_id": change.resident,
        "sort": change.sort, "score": round(clipped(change.score), 3), "words": change.words[:400], "spoken": spoken,
    }  # fmt: skip


def _key(module: str, change: Change) -> str:
    name = module.rpartition(".")[2]
    return f"model/{name}/{change.resident}/{change.sort}/{change.part}/{change.day}"


def _about(key: str) -> str:
    return key.rpartition("/")[0]


async def tell(hub: Hub, ingest: Ingest, module: str) -> None:
    """What was found by a detector that may speak enters the fold, each once, also when we died in between."""
    now = hub.clock()
    async with hub.database.read() as session:
        spoken = [row for row in await models.findings(session, module, now - _TOLD_WITHIN) if row.spoken]
        told = await stream.known_keys(session, [row.key for row in spoken])
        untold = [(row, await history.scope_of(session, row.resident_id, now)) for row in spoken if row.key not in told]
    for row, scope in untold:
        if scope is not None:
            ingest.observe(_as_event(row, scope, now))


def _as_event(row: tables.ModelFinding, scope: str, now: datetime) -> Event:
    return Event(
        seq=0, at=now, kind=EventKind.BEHAVIOUR_CHANGED, scope=scope, source="hub", resident=row.resident_id,
        value=row.score, detail=row.words, dedup_key=row.key,
    )  # fmt: skip


async def _newest(hub: Hub, module: str, folder: Path, library: str) -> bytes | None:
    """The newest model whose library version and hash fit; a broken one is named in the log and passed over."""
    async with hub.database.read() as session:
        rows = await models.newest(session, module)
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
