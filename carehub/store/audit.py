"""The auditor's questions. They re-derive from the tables who should have been told, and never write."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import col, func, select

from carehub.core.answers.alerts import Status
from carehub.core.findings import Outcome
from carehub.core.kinds import LIFE_SAFETY
from carehub.core.watching.audit import Picture
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.store import ledger, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

_NEWEST_EVENTS = 20_000
"""How far back events are compared with alerts: a look must stay cheap."""
_MAY_BE_QUIET = (Outcome.STATE_ONLY, Outcome.SUPPRESSED)
"""Retained messages, and what somebody decided to hold back: the trace says who."""


async def look(session: Session, now: datetime, tolerance: timedelta) -> Picture:
    """Everything that an auditor wants to know. The canary's own alerts are judged by the canary alone.

    Args:
        tolerance: How late something may be before it counts.
    """
    late = now - tolerance
    alert = tables.Alert
    is_open = (alert.status != Status.CLOSED, alert.scope_id != CANARY)
    return Picture(
        no_deadline=await _count(session, alert, *is_open, col(alert.due_at).is_(None)),
        overdue=await _count(session, alert, *is_open, col(alert.due_at) < late),
        untold=await _count(session, alert, *is_open, *_nobody_was_told(late)),
        lost=await _count(session, tables.Event, *await _became_nothing(session, late)),
        stuck=await _count(session, tables.Notice, _is_stuck(late)),
        unaccounted=await ledger.unaccounted(session, late),
        beats=dict((await session.exec(select(tables.Beat.name, tables.Beat.at))).all()),
        canary_back=(await session.exec(select(func.max(tables.CanarySong.returned_at)))).one(),
        canary_first=(await session.exec(select(func.min(tables.CanarySong.sung_at)))).one(),
    )


async def _count(session: Session, table: Any, *conditions: Any) -> int:
    return int((await session.exec(select(func.count()).select_from(table).where(*conditions))).one())


def _nobody_was_told(late: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nobody has it, and no notice of it has gone or is on its way: an alert with no notice at all counts too."""
    alert, notice = tables.Alert, tables.Notice
    noticed = exists().where(col(notice.alert_id) == col(alert.id), col(notice.state) != NoticeState.FAILED)
    return (col(alert.status) == Status.OPEN, col(alert.raised_at) < late, ~noticed)


async def _became_nothing(session: Session, late: datetime) -> tuple[ColumnElement[bool], ...]:
    """Life-safety events that are no part of an alert, whatever the ledger says of them."""
    newest = (await session.exec(select(func.max(tables.Event.seq)))).one() or 0
    event, part = tables.Event, tables.AlertEvent
    return (
        col(event.seq) > newest - _NEWEST_EVENTS,
        col(event.kind).in_([kind.value for kind in LIFE_SAFETY]),
        col(event.outcome).not_in(_MAY_BE_QUIET),
        col(event.scope_id) != CANARY,
        col(event.at) < late,
        ~exists().where(col(part.event_seq) == col(event.seq)),
    )


def _is_stuck(late: datetime) -> ColumnElement[bool]:
    notice = tables.Notice
    waits = (col(notice.state) == NoticeState.WAITING) & (col(notice.not_before) < late)
    orphaned = (col(notice.state) == NoticeState.SENDING) & (col(notice.lease_until) < late)
    return waits | orphaned
