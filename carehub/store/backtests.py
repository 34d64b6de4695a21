"""Backtests that were asked for: the row is the job, and outlives whoever asked and whoever runs it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.backtests import BacktestState

_UNFINISHED = (BacktestState.WAITING, BacktestState.RUNNING)


async def newest_done(session: Session, draft_hash: str | None, rulebook_version: str) -> tables.BacktestRun | None:
    """The last finished run of exactly this draft against exactly these rules; a draft of None is the book itself."""
    run = tables.BacktestRun
    statement = select(run).where(
        run.state == BacktestState.DONE, run.draft_hash == draft_hash, run.rulebook_version == rulebook_version
    )
    return (await session.exec(statement.order_by(col(run.finished_at).desc()).limit(1))).first()


async def newest(session: Session, limit: int = 20) -> Sequence[tables.BacktestRun]:
    """The last runs, the newest first."""
    run = tables.BacktestRun
    return (await session.exec(select(run).order_by(col(run.asked_at).desc(), run.id).limit(limit))).all()


async def next_waiting(session: Session) -> tables.BacktestRun | None:
    """The run that has waited longest."""
    run = tables.BacktestRun
    statement = select(run).where(run.state == BacktestState.WAITING).order_by(col(run.asked_at), run.id)
    return (await session.exec(statement.limit(1))).first()


async def begin(session: Session, run_id: str, rulebook_version: str, now: datetime) -> bool:
    """Take a waiting run; False where somebody else has, or it was cancelled."""
    values = {"state": BacktestState.RUNNING, "rulebook_version": rulebook_version, "started_at": now}
    return await _move(session, run_id, (BacktestState.WAITING,), values)


async def note_progress(session: Session, run_id: str, done: int, total: int) -> bool:
    """Say how far it is; False where it has been cancelled."""
    return await _move(session, run_id, (BacktestState.RUNNING,), {"done": done, "total": total})


async def finish(session: Session, run_id: str, summary: str, now: datetime) -> bool:
    """Keep what came of it; False where it has been cancelled."""
    values = {"state": BacktestState.DONE, "summary": summary, "finished_at": now}
    return await _move(session, run_id, (BacktestState.RUNNING,), values)


async def fail(session: Session, run_id: str, error: str, now: datetime) -> None:
    """It cannot be done, and why."""
    values = {"state": BacktestState.FAILED, "error": error[:400], "finished_at": now}
    await _move(session, run_id, _UNFINISHED, values)


async def cancel(session: Session, run_id: str, now: datetime) -> bool:
    """Nobody wants it any more; False where it was over already."""
    return await _move(session, run_id, _UNFINISHED, {"state": BacktestState.CANCELLED, "finished_at": now})


async def begin_anew(session: Session) -> int:
    """A run whose process is gone waits again; gives how many."""
    run = tables.BacktestRun
    statement = update(run).where(col(run.state) == BacktestState.RUNNING)
    return (await session.exec(statement.values(state=BacktestState.WAITING, done=0))).rowcount


async def forget(session: Session, before: datetime) -> None:
    """Runs that were asked for before then are not kept; whoever needs one for longer has its summary."""
    await session.exec(delete(tables.BacktestRun).where(col(tables.BacktestRun.asked_at) < before))


async def _move(session: Session, run_id: str, before: Sequence[BacktestState], values: dict[str, object]) -> bool:
    run = tables.BacktestRun
    statement = update(run).where(col(run.id) == run_id, col(run.state).in_(before)).values(**values)
    return (await session.exec(statement)).rowcount == 1
