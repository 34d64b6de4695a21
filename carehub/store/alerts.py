"""Questions to the store about alerts: what is open, what is due, who was asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from carehub.core.alerts import Status
from carehub.store import outbox, tables
from carehub.store.database import Session


async def open_alert(session: Session, dedup_key: str) -> tables.Alert | None:
    """The open alert of this resident and kind, locked for us; None if there is none."""
    statement = (
        select(tables.Alert)
        .where(tables.Alert.dedup_key == dedup_key, tables.Alert.status != Status.CLOSED)
        .with_for_update()
    )
    return (await session.exec(statement)).first()


async def claim_due(session: Session, now: datetime, limit: int = 50) -> Sequence[tables.Alert]:
    """Lock the alerts whose ladder climbs now, the most urgent first.

    Rows that another worker holds are passed over, so two workers never ask the
    same person twice. The locks fall with the caller's transaction.
    """
    statement = (
        select(tables.Alert)
        .where(tables.Alert.status != Status.CLOSED, col(tables.Alert.due_at) <= now)
        .order_by(col(tables.Alert.severity).desc(), col(tables.Alert.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def next_due(session: Session) -> datetime | None:
    """When the next ladder climbs; None when nothing is open."""
    statement = select(func.min(tables.Alert.due_at)).where(tables.Alert.status != Status.CLOSED)
    return (await session.exec(statement)).one()


async def reports_since(session: Session, dedup_key: str, since: datetime) -> int:
    """How often this was reported since then, however the earlier alerts were closed."""
    statement = (
        select(func.count())
        .select_from(tables.AlertEvent)
        .join(tables.Alert, col(tables.Alert.id) == col(tables.AlertEvent.alert_id))
        .where(tables.Alert.dedup_key == dedup_key, tables.AlertEvent.at > since)
    )
    return (await session.exec(statement)).one()


@dataclass(slots=True)
class Fresh:
    """New alerts of one batch with all that belongs to them, as rows, so that each table is written once."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    codes: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)


async def add_fresh(session: Session, fresh: Fresh) -> None:
    """Write them. The database refuses a second open alert of one resident and kind."""
    connection = await session.connection()
    for table, rows in (
        (tables.Alert, fresh.alerts),
        (tables.ReplyCode, fresh.codes),
        (tables.AlertEvent, fresh.events),
        (tables.AlertStep, fresh.steps),
    ):
        if rows:
            await connection.execute(insert(table), rows)
    if fresh.notices:
        await outbox.write(session, fresh.notices)


async def open_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these have an open alert."""
    statement = select(tables.Alert.dedup_key).where(
        col(tables.Alert.dedup_key).in_(keys), tables.Alert.status != Status.CLOSED
    )
    return set((await session.exec(statement)).all())


async def reports_by_key(session: Session, keys: Collection[str], since: datetime) -> dict[str, int]:
    """How often each of these was reported since then, however the earlier alerts were closed."""
    statement = (
        select(tables.Alert.dedup_key, func.count())
        .join(tables.AlertEvent, col(tables.Alert.id) == col(tables.AlertEvent.alert_id))
        .where(col(tables.Alert.dedup_key).in_(keys), tables.AlertEvent.at > since)
        .group_by(col(tables.Alert.dedup_key))
    )
    return dict((await session.exec(statement)).all())


async def move(session: Session, alert: tables.Alert, status: Status, **changes: Any) -> bool:
    """Compare and set: change the alert only if it still stands as `alert` says; True for the one who did."""
    statement = (
        update(tables.Alert)
        .where(col(tables.Alert.id) == alert.id, col(tables.Alert.status) == alert.status)
        .values(status=status, **changes)
    )
    return (await session.exec(statement)).rowcount == 1


async def hurry(session: Session, alert_id: str, rung: int, now: datetime) -> None:
    """Let the ladder of an alert that nobody has climb now, if it still waits on this rung.

    What an earlier rung could not deliver is no reason to cut short the time of those asked since.
    """
    statement = (
        update(tables.Alert)
        .where(
            col(tables.Alert.id) == alert_id,
            col(tables.Alert.status) == Status.OPEN,
            col(tables.Alert.rung) == rung,
            col(tables.Alert.due_at) > now,
        )
        .values(due_at=now)
    )
    await session.exec(statement)


async def raised_before(session: Session, moment: datetime) -> Sequence[tables.Alert]:
    """Alerts that rose before then and are still not closed, the oldest first."""
    statement = select(tables.Alert).where(tables.Alert.status != Status.CLOSED, tables.Alert.raised_at <= moment)
    return (await session.exec(statement.order_by(col(tables.Alert.raised_at)))).all()


async def kinds(session: Session) -> Sequence[str]:
    """The rule of every alert there ever was."""
    return (await session.exec(select(tables.Alert.rule_id))).all()
