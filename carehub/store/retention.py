"""What has grown old, by kind: how many rows there are, and how a slice of them goes. Holds and open alerts stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, inspect, tuple_
from sqlmodel import SQLModel, col, func, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.people.retention import Kind, Policy
from carehub.store import ledger, seals, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one table that may go, and what hangs on each: table and the column that names it."""

    table: type[SQLModel]
    old: Callable[[datetime], list[Condition]]
    hanging: tuple[tuple[type[SQLModel], str], ...] = ()


def _not_held(resident: Any) -> Condition:
    hold = tables.LegalHold
    held = exists().where(col(hold.resident_id) == resident, col(hold.ended_at).is_(None))
    return or_(resident.is_(None), ~held)


def _events(before: datetime) -> list[Condition]:
    event, part = tables.Event, tables.AlertEvent
    return [
        col(event.at) < before, col(event.pending_until).is_(None), _not_held(col(event.resident_id)),
        ~exists().where(col(part.event_seq) == col(event.seq)),
    ]  # fmt: skip


def _held_back(before: datetime) -> list[Condition]:
    return [col(tables.HeldBack.at) < before, ~exists().where(col(tables.LegalHold.ended_at).is_(None))]


def _alerts(before: datetime) -> list[Condition]:
    alert = tables.Alert
    kin = select(alert.parent_id).where(alert.status != Status.CLOSED, col(alert.parent_id).is_not(None))
    return [
        col(alert.status) == Status.CLOSED, col(alert.closed_at) < before, _not_held(col(alert.resident_id)),
        col(alert.id).not_in(kin),
    ]  # fmt: skip


def _messages(before: datetime) -> list[Condition]:
    notice, alert = tables.Notice, tables.Alert
    waits = col(notice.state).in_([NoticeState.WAITING, NoticeState.SENDING])
    of_open = exists().where(col(alert.id) == col(notice.alert_id), col(alert.status) != Status.CLOSED)
    hold = tables.LegalHold
    held = exists().where(
        col(alert.id) == col(notice.alert_id), col(hold.resident_id) == col(alert.resident_id),
        col(hold.ended_at).is_(None),
    )  # fmt: skip
    return [col(notice.created_at) < before, ~waits, ~of_open, ~held]


def _silences(before: datetime) -> list[Condition]:
    one = tables.Silence
    return [
        or_(col(one.ended_at) < before, col(one.ended_at).is_(None) & (col(one.until) < before)),
        col(one.wanted_until) < before, _not_held(col(one.resident_id)),
    ]  # fmt: skip


def _of(column: Any, resident: Any = None) -> Callable[[datetime], list[Condition]]:
    """Older by this moment; NULL never is."""
    return lambda before: [column < before, *([_not_held(resident)] if resident is not None else [])]


def _trimmed(_before: datetime) -> list[Condition]:
    trim = tables.AccessTrim
    return [col(tables.AccessLog.id) <= select(func.coalesce(func.max(trim.up_to), 0)).scalar_subquery()]


ROWS: dict[Kind, _Rows] = {
    Kind.EVENTS: _Rows(tables.Event, _events),
    Kind.HELD_BACK: _Rows(tables.HeldBack, _held_back),
    Kind.ALERTS: _Rows(tables.Alert, _alerts, (
        (tables.AlertEvent, "alert_id"), (tables.AlertStep, "alert_id"), (tables.Notice, "alert_id"),
        (tables.ReplyCode, "alert_id"),
    )),
    Kind.MESSAGES: _Rows(tables.Notice, _messages),
    Kind.REPORTS: _Rows(tables.StatusReport, _of(col(tables.StatusReport.at))),
    Kind.DEAD_LETTERS: _Rows(tables.DeadLetter, _of(col(tables.DeadLetter.at))),
    Kind.DAYS: _Rows(
        tables.DailyFeature, lambda before: [
            col(tables.DailyFeature.day) < before.date(), _not_held(col(tables.DailyFeature.resident_id)),
        ],
    ),
    Kind.FINDINGS: _Rows(
        tables.ModelFinding, _of(col(tables.ModelFinding.at), col(tables.ModelFinding.resident_id))
    ),
    Kind.SILENCES: _Rows(tables.Silence, _silences, ((tables.HeldAlert, "silence_id"),)),
    Kind.TASKS: _Rows(tables.Task, _of(col(tables.Task.done_at), col(tables.Task.resident_id))),
    Kind.OPENED: _Rows(tables.OpenedFile, _of(col(tables.OpenedFile.until), col(tables.OpenedFile.resident_id))),
    Kind.CONSENTS: _Rows(tables.Relation, _of(col(tables.Relation.until), col(tables.Relation.resident_id))),
    Kind.SESSIONS: _Rows(tables.LoginSession, _of(col(tables.LoginSession.expires_at))),
    Kind.READINGS: _Rows(tables.AccessLog, _trimmed),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What of one kind would go."""

    policy: Policy
    rows: int
    oldest: datetime | None = None


async def would_go(session: Session, policy: Policy, now: datetime) -> Aged:
    """How many rows are older than the policy says, and held by nothing."""
    before = policy.before(now)
    if policy.kind is Kind.READINGS:
        return Aged(policy=policy, rows=await _readings(session, before))
    found = ROWS[policy.kind]
    conditions = (*found.old(before), *await _place(session, policy, before))
    asked = select(func.count()).select_from(found.table).where(*conditions)
    return Aged(policy=policy, rows=(await session.exec(asked)).one())


async def _readings(session: Session, before: datetime) -> int:
    if await any_hold(session):
        return 0
    asked = select(func.count()).select_from(tables.AccessLog).where(tables.AccessLog.at < before)
    return (await session.exec(asked)).one()


async def any_hold(session: Session) -> bool:
    """Whether anything at all is held: then the log of readings, which is one chain, keeps its beginning."""
    asked = select(tables.LegalHold.id).where(col(tables.LegalHold.ended_at).is_(None)).limit(1)
    return (await session.exec(asked)).first() is not None


async def begin(session: Session, policy: Policy, now: datetime) -> None:
    """What must be said before rows go: where the log of readings begins from now on."""
    if policy.kind is Kind.READINGS and not await any_hold(session):
        await seals.trim_before(session, policy.before(now), now)


Key = tuple[Any, ...]


async def old_keys(session: Session, policy: Policy, now: datetime, many: int, after: Key | None) -> list[Key]:
    """Keys of what may go, in their order, so many at the most and none before `after`.

    Asked of a reading session: to look for what is old takes longer than anybody should wait for the writer.
    """
    keys, before = _keys(policy), policy.before(now)
    asked = select(*keys).where(*ROWS[policy.kind].old(before), *await _place(session, policy, before))
    if after is not None:
        asked = asked.where(tuple_(*keys) > after)
    rows = (await session.exec(asked.order_by(*keys).limit(many))).all()
    return [(one,) if len(keys) == 1 else tuple(one) for one in rows]


async def _place(session: Session, policy: Policy, before: datetime) -> list[Condition]:
    """The stream has no index on moments, and needs none: places and moments rise together."""
    table = ROWS[policy.kind].table
    if table not in {tables.Event, tables.HeldBack}:
        return []
    return [_keys(policy)[0] < await ledger.place_of(session, before)]


def _keys(policy: Policy) -> list[Any]:
    table = ROWS[policy.kind].table
    return [col(getattr(table, one.name)) for one in inspect(table).primary_key]


async def go(session: Session, policy: Policy, now: datetime, old: Sequence[Key]) -> int:
    """Delete these, with what hangs on each, where nothing holds them meanwhile; gives how many went."""
    found, keys = ROWS[policy.kind], _keys(policy)
    which = tuple_(*keys).in_(old)
    rows = (await session.exec(select(*keys).where(which, *found.old(policy.before(now))))).all()
    if not rows:
        return 0
    gone: list[Key] = [(one,) if len(keys) == 1 else tuple(one) for one in rows]
    for table, column in found.hanging:
        await session.exec(delete(table).where(col(getattr(table, column)).in_([key[0] for key in gone])))
    await session.exec(delete(found.table).where(tuple_(*keys).in_(gone)))
    return len(gone)
