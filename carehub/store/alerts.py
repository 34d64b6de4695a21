"""Questions to the store about alerts: what is open, what is due, who was asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from carehub.core.answers.alerts import HELD, Status
from carehub.core.answers.escalation import Place
from carehub.core.severity import Severity
from carehub.store import codes, outbox, sql, tables
from carehub.store.database import Session
from carehub.store.stream import Unwritten


async def open_alert(session: Session, dedup_key: str) -> tables.Alert | None:
    """The open alert of this resident and kind, locked for us; None if there is none."""
    statement = (
        select(tables.Alert)
        .where(tables.Alert.dedup_key == dedup_key, tables.Alert.status != Status.CLOSED)
        .with_for_update()
        .execution_options(populate_existing=True)  # reports are counted in plain SQL beside the session
    )
    return (await session.exec(statement)).first()


_DUE = """
    SELECT EXISTS (SELECT 1 FROM alert WHERE status = ANY (?) AND due_at <= ?)
        OR EXISTS (SELECT 1 FROM alert WHERE status = 'taken' AND due_at > ? AND remind_at <= ?)
        OR EXISTS (SELECT 1 FROM notice WHERE pass_on_at < ?)
"""
_NOT_CLOSED = tuple(one.value for one in Status if one is not Status.CLOSED)


async def anything_due(session: Session, now: datetime) -> bool:
    """Whether a ladder climbs, an owner is reminded or a notice goes another way; the hub's own alarm counts too.

    For a session that only reads: most looks find nothing, and whoever holds the writer lets an alarm wait.
    """
    ((found,),) = await sql.ask(session, _DUE, _NOT_CLOSED, now, now, now, now)
    return bool(found)


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


async def claim_reminders(session: Session, now: datetime, limit: int = 50) -> Sequence[tables.Alert]:
    """Lock the alerts whose owner is on the way and is reminded now."""
    statement = (
        select(tables.Alert)
        .where(tables.Alert.status == Status.TAKEN, col(tables.Alert.remind_at) <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def next_due(session: Session) -> datetime | None:
    """When the next ladder climbs, or the next owner is reminded; None when nothing is open."""
    alert = tables.Alert
    statement = select(func.min(alert.due_at), func.min(alert.remind_at)).where(alert.status != Status.CLOSED)
    moments = (await session.exec(statement)).one()
    return min((moment for moment in moments if moment is not None), default=None)


async def children(session: Session, parent_id: str, kind: str) -> Sequence[tables.Alert]:
    """Open alerts of this kind that came from another one, locked for us."""
    alert = tables.Alert
    statement = select(alert).where(alert.parent_id == parent_id, alert.kind == kind, alert.status != Status.CLOSED)
    return (await session.exec(statement.with_for_update())).all()


async def open_of_kind(session: Session, resident: str | None, kind: str) -> Sequence[tables.Alert]:
    """A resident's open alerts of this kind, locked for us."""
    alert = tables.Alert
    statement = select(alert).where(
        col(alert.resident_id).is_not(None), alert.resident_id == resident, alert.kind == kind,
        alert.status != Status.CLOSED,
    )  # fmt: skip
    return (await session.exec(statement.with_for_update())).all()


@dataclass(slots=True)
class Fresh:
    """New alerts of one batch with all that belongs to them, as rows, so that each table is written once."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    codes: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)


async def add_fresh(session: Session, fresh: Fresh, beside: Unwritten | None = None, *, last: bool = False) -> None:
    """Write them, with their batch. The database refuses a second open alert of one resident and kind."""
    await codes.draw_free(session, fresh.codes, fresh.notices)
    rows = [
        sql.insertion(tables.Alert, fresh.alerts),
        sql.insertion(tables.ReplyCode, fresh.codes),
        sql.insertion(tables.AlertEvent, fresh.events),
        sql.insertion(tables.AlertStep, fresh.steps),
        sql.insertion(tables.Notice, fresh.notices, outbox.ONCE_A_STEP),
    ]
    await (beside.write(session, rows, last=last) if beside else sql.add_all(session, rows))


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a resident and kind: how serious the open alert is, and how often it was reported lately."""

    open_as: Severity | None = None
    """None where no alert is open."""
    where: str | None = None
    """The scope in which it is; None where no alert is open."""
    reports: int = 0
    """Counted to `ENOUGH`: a door that opened a thousand times tonight is not counted at each."""


ENOUGH = 12
_BEFORE = f"""
    SELECT alert.dedup_key, max(CASE WHEN alert.status <> 'closed' THEN alert.severity END) AS open_as,
    max(CASE WHEN alert.status <> 'closed' THEN alert.scope_id END) AS scope, sum(
        (SELECT count(*) FROM (SELECT 1 FROM alert_event AS report
         WHERE report.alert_id = alert.id AND report.at > ? LIMIT {ENOUGH}) AS lately))
    FROM alert WHERE alert.dedup_key = ANY (?) AND (alert.status <> 'closed' OR alert.last_event_at > ?)
    GROUP BY alert.dedup_key
"""  # noqa: S608 - ours


def asking_before(keys: Collection[str], since: datetime) -> tuple[Any, ...]:
    """The question whose answer `before_in` reads."""
    return _BEFORE, since, list(keys), since


def before_in(found: sql.Rows) -> dict[str, Before]:
    """What is known of each of those keys; reports count however the earlier alerts were closed."""
    return {
        key: Before(open_as=None if open_as is None else Severity(open_as), where=where, reports=int(reports))
        for key, open_as, where, reports in found
    }


async def was_reminded(session: Session, alert_id: str, since: datetime) -> bool:
    """Whether anybody was told of a repeat of this alert since then."""
    return await was_told(session, alert_id, "repeat:", since)


async def was_told(session: Session, alert_id: str, step: str, since: datetime) -> bool:
    """Whether anybody was told of such a step of this alert since then."""
    statement = select(tables.Notice.id).where(
        tables.Notice.alert_id == alert_id,
        col(tables.Notice.cycle).startswith(step),
        col(tables.Notice.created_at) > since,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def move(session: Session, alert: tables.Alert, status: Status, **changes: Any) -> bool:
    """Compare and set: change the alert only if it still stands as `alert` says; True for the one who did.

    Whoever takes it, is there or closes it has answered, and the first to do so stands beside it.
    """
    closed = changes.get("closed_at") if changes.get("closed_by_id") else None  # what the hub ends, nobody answered
    answered = changes.get("taken_at") or changes.get("arrived_at") or closed
    if answered and alert.answered_at is None:
        changes["answered_at"] = answered
    statement = (
        update(tables.Alert)
        .where(col(tables.Alert.id) == alert.id, col(tables.Alert.status) == alert.status)
        .values(status=status, **changes)
    )
    return (await session.exec(statement)).rowcount == 1


async def hurry(session: Session, alert_id: str, place: Place, now: datetime) -> None:
    """Let the ladder of an alert that nobody has climb now, if it still waits at this place.

    What an earlier rung could not deliver is no reason to cut short the time of those asked since.
    Nor from its top: where nobody can be reached at all, the last rung repeats at its own pace, not in a storm.
    """
    statement = (
        update(tables.Alert)
        .where(
            col(tables.Alert.id) == alert_id,
            col(tables.Alert.status) == Status.OPEN,
            col(tables.Alert.rung) == place.rung,
            col(tables.Alert.turn) == place.turn,
            col(tables.Alert.rung) < col(tables.Alert.rungs),
            col(tables.Alert.due_at) > now,
        )
        .values(due_at=now)
    )
    await session.exec(statement)


async def held_by(session: Session, person_id: str) -> Sequence[str]:
    """What this person has taken and not finished, by id."""
    alert = tables.Alert
    statement = select(alert.id).where(alert.owner_id == person_id, col(alert.status).in_(HELD))
    return (await session.exec(statement.order_by(alert.id))).all()


async def open_in_scope(session: Session, scope: str) -> Sequence[tables.Alert]:
    """What is not closed in this scope, the oldest first."""
    statement = select(tables.Alert).where(tables.Alert.scope_id == scope, tables.Alert.status != Status.CLOSED)
    return (await session.exec(statement.order_by(col(tables.Alert.raised_at)))).all()


async def raised_before(session: Session, moment: datetime) -> Sequence[tables.Alert]:
    """Alerts that rose before then and are still not closed, the oldest first."""
    statement = select(tables.Alert).where(tables.Alert.status != Status.CLOSED, tables.Alert.raised_at <= moment)
    return (await session.exec(statement.order_by(col(tables.Alert.raised_at)))).all()


async def every(session: Session) -> Sequence[tables.Alert]:
    """Every alert there ever was, the oldest first: for a store of a replay, not for one of years."""
    return (await session.exec(select(tables.Alert).order_by(col(tables.Alert.raised_at), col(tables.Alert.id)))).all()
