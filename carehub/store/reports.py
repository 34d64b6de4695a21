"""What reports an alert has, and what a further one changes in it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func
from sqlmodel import col, select

from carehub.core.findings import Finding
from carehub.store import sql, tables
from carehub.store.database import Session

_encode = msgspec.json.Encoder().encode


async def reports_since(session: Session, dedup_key: str, since: datetime) -> int:
    """How often this was reported since then, however the earlier alerts were closed."""
    statement = (
        select(func.count())
        .select_from(tables.AlertEvent)
        .join(tables.Alert, col(tables.Alert.id) == col(tables.AlertEvent.alert_id))
        .where(tables.Alert.dedup_key == dedup_key, tables.AlertEvent.at > since)
    )
    return (await session.exec(statement)).one()


async def reported_from(session: Session, alert_id: str, since: datetime, *, but: int | None) -> set[str]:
    """The places from which an alert was reported since then, this one event left out."""
    part, event = tables.AlertEvent, tables.Event
    statement = select(event.scope_id).join(part, col(part.event_seq) == col(event.seq))
    found = statement.where(part.alert_id == alert_id, part.at > since, col(part.event_seq) != but).distinct()
    return {scope for scope in (await session.exec(found)).all() if scope}


def report_row(alert_id: str, finding: Finding) -> dict[str, Any]:
    """One report of an alert, with the trace that says why."""
    trace = _encode(finding.trace).decode()
    return {"alert_id": alert_id, "event_seq": finding.event, "at": finding.at, "trace": trace}


async def add_reports(session: Session, alert_id: str, findings: Sequence[Finding]) -> None:
    """Many reports of one alert, in one statement."""
    await sql.add(session, tables.AlertEvent, [report_row(alert_id, finding) for finding in findings])


class Known(NamedTuple):
    """An open alert, as far as a further report must know it."""

    id: str
    key: str
    reports: int
    detail: str | None


async def open_among(session: Session, keys: Collection[str]) -> list[Known]:
    """The open alerts of these residents and kinds, locked for us."""
    return [Known(*row) for row in await sql.ask(session, _OPEN, list(keys))] if keys else []


class Counted(NamedTuple):
    """What further reports change in an alert."""

    alert_id: str
    many: int
    last: datetime
    detail: str | None = None
    """None leaves it as it is."""


async def count_reports(session: Session, counted: Sequence[Counted]) -> None:
    """They are counted; an alert that was only listed as stale is news again, and asks now."""
    rows = [(one.many, one.last, one.last, one.last, one.detail, one.alert_id) for one in counted]
    await sql.write(session, _COUNT_REPORTS, rows)


_OPEN = "SELECT id, dedup_key, presses, detail FROM alert WHERE dedup_key = ANY (?) AND status <> 'closed' FOR UPDATE"
_COUNT_REPORTS = """
    UPDATE alert SET presses = presses + ?, last_event_at = CASE WHEN last_event_at < ? THEN ? ELSE last_event_at END,
        due_at = CASE WHEN stale_since IS NULL THEN due_at ELSE ? END, stale_since = NULL, detail = COALESCE(?, detail)
    WHERE id = ?
"""
