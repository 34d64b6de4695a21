"""Questions to the store about alerts: what is open, what is due, who was asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from carehub.core.access import Role
from carehub.core.alerts import Status
from carehub.core.escalation import Group
from carehub.store import tables
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


_STAFF = (Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR)


async def people_of(session: Session, group: Group, unit_id: str | None) -> Sequence[tables.Person]:
    """Whom a rung asks. A unit-less alert (an unknown device) concerns everybody on duty."""
    statement = select(tables.Person).where(tables.Person.active, col(tables.Person.role).in_(_STAFF))
    if group is not Group.UNIT or unit_id is None:
        statement = statement.where(tables.Person.on_duty)
    if group is not Group.EVERYBODY_ON_DUTY and unit_id is not None:
        statement = statement.where(tables.Person.unit_id == unit_id)
    return (await session.exec(statement.order_by(tables.Person.id))).all()


async def everybody(session: Session) -> Sequence[tables.Person]:
    """All staff of every unit, on duty or not: whom an alert asks that has found nobody else."""
    statement = select(tables.Person).where(tables.Person.active, col(tables.Person.role).in_(_STAFF))
    return (await session.exec(statement.order_by(tables.Person.id))).all()


async def add(session: Session, alert: tables.Alert) -> bool:
    """Add a new alert; False where another process was first with the same resident and kind."""
    try:
        async with session.begin_nested():
            session.add(alert)
    except IntegrityError:
        return False
    return True


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
