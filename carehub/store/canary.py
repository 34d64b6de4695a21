"""The canary's rows: what it sang, what came back, how a month went, and sweeping up after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import SQLModel, col, select

from carehub.core.answers.alerts import Status
from carehub.core.watching.canary import CHANNEL, SCOPE, dedup_key
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An alert of the canary whose notice has arrived.

    Attributes:
        events: The stream's keys of the songs in it; another hub's on the same broker are among them.
    """

    alert: tables.Alert
    at: datetime
    events: frozenset[str]


async def heard(session: Session) -> list[Heard]:
    """Alerts of the canary that have reached its recipient, and are not closed yet."""
    alert, notice = tables.Alert, tables.Notice
    statement = (
        select(alert, notice.delivered_at)
        .join(notice, col(notice.alert_id) == col(alert.id))
        .where(
            alert.scope_id == SCOPE,
            alert.status != Status.CLOSED,
            notice.channel == CHANNEL,
            notice.state == NoticeState.DELIVERED,
        )
    )
    found = {one.id: (one, at) for one, at in (await session.exec(statement)).all() if at is not None}
    return [Heard(alert=one, at=at, events=await _songs_in(session, one.id)) for one, at in found.values()]


async def _songs_in(session: Session, alert_id: str) -> frozenset[str]:
    event, part = tables.Event, tables.AlertEvent
    statement = (
        select(event.dedup_key).join(part, col(part.event_seq) == col(event.seq)).where(part.alert_id == alert_id)
    )
    return frozenset(key for key in (await session.exec(statement)).all() if key)


async def unanswered(session: Session) -> Sequence[tables.CanarySong]:
    """Songs that have neither come back nor been given up."""
    song = tables.CanarySong
    return (
        await session.exec(select(song).where(col(song.returned_at).is_(None), col(song.missed_at).is_(None)))
    ).all()


async def by_events(session: Session, events: frozenset[str], now: datetime) -> list[tables.CanarySong]:
    """Our own songs among these, which now have come back; also those that had been given up."""
    song = tables.CanarySong
    waiting = (await session.exec(select(song).where(col(song.returned_at).is_(None)))).all()
    back = [one for one in waiting if dedup_key(one.id) in events]
    for one in back:
        one.returned_at = now
    return back


async def count_returned(session: Session, month: str, took_ms: int) -> None:
    """One more that came back in time."""
    row = await _month(session, month)
    row.returned, row.total_ms, row.slowest_ms = row.returned + 1, row.total_ms + took_ms, max(row.slowest_ms, took_ms)


async def count_missed(session: Session, month: str) -> None:
    """One more that did not."""
    row = await _month(session, month)
    row.missed += 1


async def _month(session: Session, month: str) -> tables.CanaryMonth:
    row = await session.get(tables.CanaryMonth, month)
    if row is None:
        row = tables.CanaryMonth(month=month)
        session.add(row)
    return row


async def months(session: Session, limit: int = 13) -> Sequence[tables.CanaryMonth]:
    """How the canary fared, the newest month first."""
    statement = select(tables.CanaryMonth).order_by(col(tables.CanaryMonth.month).desc()).limit(limit)
    return (await session.exec(statement)).all()


async def sweep(session: Session, before: datetime, songs_before: datetime) -> int:
    """Take away its closed alerts with all that hangs on them, its events and its old songs; gives how many alerts."""
    alert, event = tables.Alert, tables.Event
    done = select(alert.id).where(alert.scope_id == SCOPE, alert.status == Status.CLOSED, col(alert.closed_at) < before)
    ids = list((await session.exec(done)).all())
    if ids:
        for table, column in _hangs_on_alerts():
            await session.exec(delete(table).where(column.in_(ids)))
        await session.exec(delete(alert).where(col(alert.id).in_(ids)))
    await session.exec(delete(event).where(col(event.scope_id) == SCOPE, col(event.at) < before))
    await session.exec(delete(tables.CanarySong).where(col(tables.CanarySong.sung_at) < songs_before))
    return len(ids)


def _hangs_on_alerts() -> list[tuple[Any, Any]]:
    """Every table with a column that points at an alert, read from the tables so that a new one joins by itself."""
    return [
        (table, key.parent)
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "alert" and table.name != "alert"
    ]
