"""Which rows of which table each kind of data is, and when they may go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, func, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.events import CommandKind
from carehub.core.people.retention import Kind
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.stream import FoldInputKind

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that may go, and what hangs on each: table and the column that names it."""

    table: type[SQLModel]
    old: Callable[[datetime], list[Condition]]
    hanging: tuple[tuple[type[SQLModel], str], ...] = ()


def _not_held(resident: Any) -> Condition:
    return or_(resident.is_(None), _none_held(resident))


def _none_held(resident: Any, *ties: Condition) -> Condition:
    """Nobody to whom these ties lead is under a legal hold."""
    hold = tables.LegalHold
    return ~exists().where(*ties, col(hold.resident_id) == resident, col(hold.ended_at).is_(None))


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
    free = _none_held(col(alert.resident_id), col(alert.id) == col(notice.alert_id))
    return [col(notice.created_at) < before, ~waits, ~of_open, free]


def _home_not_held(scope: Any) -> Condition:
    home = tables.Residency
    return _none_held(col(home.resident_id), col(home.scope_id) == scope)


def _inputs(before: datetime) -> list[Condition]:
    """Ticks, and commands that decide nothing any more: a backtest begins from those that still do.

    What ends something goes no sooner than what it ended: else that would begin again.
    """
    given, earlier, later = tables.FoldInput, aliased(tables.FoldInput), aliased(tables.FoldInput)
    lasts = exists().where(
        col(earlier.scope_id) == col(given.scope_id), col(earlier.seq) < col(given.seq), col(earlier.until) >= before
    )
    replaced = exists().where(
        col(later.scope_id) == col(given.scope_id), col(later.seq) > col(given.seq), col(later.at) < before,
        col(later.command) == CommandKind.TUNED,
    )  # fmt: skip
    is_tuned = col(given.command) == CommandKind.TUNED
    return [
        col(given.at) < before,
        or_(
            col(given.kind) == FoldInputKind.TICK, col(given.until) < before,
            is_tuned & replaced, ~is_tuned & col(given.until).is_(None) & ~lasts,
        ),
        _home_not_held(col(given.scope_id)),
    ]  # fmt: skip


def _late_answers(before: datetime) -> list[Condition]:
    late, alert = tables.LateAnswer, tables.Alert
    return [
        col(late.received_at) < before, _none_held(col(alert.resident_id), col(alert.id) == col(late.alert_id))
    ]  # fmt: skip


def _turns(before: datetime) -> list[Condition]:
    turn, agreed = tables.RoundTurn, tables.PlannedRound
    return [col(turn.due_at) < before, _none_held(col(agreed.resident_id), col(agreed.id) == col(turn.round_id))]


def _silences(before: datetime) -> list[Condition]:
    one = tables.Silence
    return [
        or_(col(one.ended_at) < before, col(one.ended_at).is_(None) & (col(one.until) < before)),
        col(one.wanted_until) < before, _not_held(col(one.resident_id)),
    ]  # fmt: skip


def _of(column: Any, resident: Any = None) -> Callable[[datetime], list[Condition]]:
    """Older by this moment; NULL never is."""
    return lambda before: [column < before, *([_not_held(resident)] if resident is not None else [])]


def _of_day(column: Any, resident: Any = None) -> Callable[[datetime], list[Condition]]:
    """Likewise by its date."""
    return lambda before: _of(column, resident)(before.date())  # type: ignore[arg-type]


def _trimmed(_before: datetime) -> list[Condition]:
    trim = tables.AccessTrim
    return [col(tables.AccessLog.id) <= select(func.coalesce(func.max(trim.up_to), 0)).scalar_subquery()]


def _reasons(before: datetime) -> list[Condition]:
    """None that a row of the log still names."""
    reason, begins = tables.AccessReason, select(func.min(tables.AccessLog.at)).scalar_subquery()
    return [col(reason.at) < before, col(reason.at) < begins]


ROWS: dict[Kind, Rows] = {
    Kind.EVENTS: Rows(tables.Event, _events),
    Kind.HELD_BACK: Rows(tables.HeldBack, _held_back),
    Kind.ALERTS: Rows(tables.Alert, _alerts, (
        (tables.AlertEvent, "alert_id"), (tables.AlertStep, "alert_id"), (tables.Notice, "alert_id"),
        (tables.ReplyCode, "alert_id"), (tables.LateAnswer, "alert_id"),
    )),
    Kind.MESSAGES: Rows(tables.Notice, _messages),
    Kind.REPORTS: Rows(tables.StatusReport, _of(col(tables.StatusReport.at))),
    Kind.DEAD_LETTERS: Rows(tables.DeadLetter, _of(col(tables.DeadLetter.at))),
    Kind.DAYS: Rows(
        tables.DailyFeature, _of_day(col(tables.DailyFeature.day), col(tables.DailyFeature.resident_id))
    ),
    Kind.INPUTS: Rows(tables.FoldInput, _inputs),
    Kind.LATE_ANSWERS: Rows(tables.LateAnswer, _late_answers),
    Kind.VISITS: Rows(tables.PlannedVisit, _of(col(tables.PlannedVisit.until), col(tables.PlannedVisit.resident_id))),
    Kind.FAMILY_VISITS: Rows(
        tables.FamilyVisit, _of(col(tables.FamilyVisit.until), col(tables.FamilyVisit.resident_id))
    ),
    Kind.LETTERS: Rows(tables.CareMessage, _of(col(tables.CareMessage.sent_at), col(tables.CareMessage.resident_id))),
    Kind.TURNS: Rows(tables.RoundTurn, _turns),
    Kind.ROUNDS: Rows(
        tables.PlannedRound, _of(col(tables.PlannedRound.ended_at), col(tables.PlannedRound.resident_id)),
        ((tables.RoundTurn, "round_id"),),
    ),
    Kind.NOTES: Rows(tables.ShiftNote, _of(col(tables.ShiftNote.written_at), col(tables.ShiftNote.resident_id))),
    Kind.BASES: Rows(tables.LegalBasis, _of(col(tables.LegalBasis.ended_at), col(tables.LegalBasis.resident_id))),
    Kind.DECISIONS: Rows(
        tables.RuleOverride, _of(
            func.coalesce(tables.RuleOverride.ended_at, tables.RuleOverride.until), col(tables.RuleOverride.resident_id)
        ),
    ),
    Kind.GRADINGS: Rows(
        tables.AddressMark, _of(col(tables.AddressMark.ended_at), col(tables.AddressMark.resident_id))
    ),
    Kind.INCIDENTS: Rows(
        tables.Incident, _of(col(tables.Incident.ended_at)), ((tables.IncidentDevice, "incident_id"),)
    ),
    Kind.BATTERIES: Rows(tables.BatteryReading, _of_day(col(tables.BatteryReading.day))),
    Kind.DUTIES: Rows(tables.Duty, _of(col(tables.Duty.until))),
    Kind.PLANS: Rows(
        tables.ShiftLine, _of_day(col(tables.ShiftLine.last_day)), ((tables.ShiftChange, "line_id"),)
    ),
    Kind.ABSENCES: Rows(tables.Absence, _of(col(tables.Absence.until))),
    Kind.ROLL_CALLS: Rows(tables.RollCall, _of(col(tables.RollCall.due_at))),
    Kind.LINKS: Rows(tables.SetupLink, _of(col(tables.SetupLink.expires_at))),
    Kind.SCREENS: Rows(tables.Screen, _of(col(tables.Screen.said_at))),
    Kind.ANSWER_DAYS: Rows(tables.AnswerDay, _of_day(col(tables.AnswerDay.day))),
    Kind.FINDINGS: Rows(
        tables.ModelFinding, _of(col(tables.ModelFinding.at), col(tables.ModelFinding.resident_id))
    ),
    Kind.SILENCES: Rows(tables.Silence, _silences, ((tables.HeldAlert, "silence_id"),)),
    Kind.TASKS: Rows(tables.Task, _of(col(tables.Task.done_at), col(tables.Task.resident_id))),
    Kind.OPENED: Rows(tables.OpenedFile, _of(col(tables.OpenedFile.until), col(tables.OpenedFile.resident_id))),
    Kind.CONSENTS: Rows(tables.Relation, _of(col(tables.Relation.until), col(tables.Relation.resident_id))),
    Kind.SESSIONS: Rows(tables.LoginSession, _of(col(tables.LoginSession.expires_at))),
    Kind.READINGS: Rows(tables.AccessLog, _trimmed),
    Kind.REASONS: Rows(tables.AccessReason, _reasons),
}  # fmt: skip
