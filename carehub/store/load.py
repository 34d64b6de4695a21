"""What alerts asked of people: each alert with how it ended, and each message that made a sound."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import col, func, select

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Step
from carehub.core.answers.usefulness import Case, Summons
from carehub.core.people.access import PRIVATE
from carehub.store import tables
from carehub.store.database import Session

_ANSWERS = (Step.TAKEN, Step.ARRIVED, Step.CLOSED)
_BY_PEOPLE = (FOLLOW_UP, HELP)
"""Alerts that people make are no rule's doing."""
TEST = "test-alarm"
SILENT_WAYS = ("tablet", "lamp", "siren")
"""Ways that ask a room and no person."""
_PLANNED = timedelta(days=14)
"""Whoever had a shift so lately is in the plan, and outside of it off duty."""


async def cases(session: Session, since: datetime, until: datetime) -> list[Case]:
    """Every alert that a rule or the floor raised in this time; tests of equipment are no load of any rule."""
    alert, step = tables.Alert, tables.AlertStep
    answered = (
        select(step.alert_id, func.min(step.at).label("at"))
        .where(col(step.step).in_(_ANSWERS), col(step.person_id).is_not(None), step.at >= since)
        .group_by(col(step.alert_id))
        .subquery()
    )
    columns: tuple[Any, ...] = (  # a whole row is four times as wide, and costs more to build than the rest of a page
        alert.id, alert.rule_id, alert.device_id, alert.resident_id, alert.unit_id, alert.severity, alert.raised_at,
        answered.c.at, alert.cause, alert.aftermath,
    )  # fmt: skip
    statement = (
        core_select(*columns)
        .join(answered, answered.c.alert_id == col(alert.id), isouter=True)
        .where(
            col(alert.raised_at) >= since, col(alert.raised_at) < until, col(alert.rule_id).not_in(_BY_PEOPLE),
            col(alert.kind) != TEST,
        )
        .order_by(col(alert.raised_at))
    )  # fmt: skip
    rows = (await session.exec(statement)).all()  # type: ignore[call-overload]
    return [
        Case(
            alert=alert_id, rule=rule, device=device, resident=resident, unit=unit, severity=severity, at=at,
            answered_at=answered_at, cause=cause, aftermath=aftermath,
        )
        for alert_id, rule, device, resident, unit, severity, at, answered_at, cause, aftermath in rows
    ]  # fmt: skip


def case_of(row: tables.Alert, answered_at: datetime | None) -> Case:
    """An alert, as far as its load is concerned."""
    return Case(
        alert=row.id, rule=row.rule_id, device=row.device_id, resident=row.resident_id, unit=row.unit_id,
        severity=row.severity, at=row.raised_at, answered_at=answered_at, cause=row.cause, aftermath=row.aftermath,
    )  # fmt: skip


async def summons(session: Session, since: datetime, until: datetime) -> list[Summons]:
    """Every message about an alert that was sent to a person's own device in this time."""
    notice, alert = tables.Notice, tables.Alert
    statement = (
        select(notice.person_id, alert.unit_id, notice.sent_at)
        .join(alert, col(alert.id) == col(notice.alert_id))
        .join(tables.Person, col(tables.Person.id) == col(notice.person_id))
        .where(
            col(notice.sent_at) >= since, col(notice.sent_at) < until, col(notice.channel).not_in(SILENT_WAYS),
            col(tables.Person.role).not_in(PRIVATE),
        )
        .order_by(col(notice.sent_at))
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    duties = await _duties(session, {person for person, _, _ in rows if person}, since, until)
    return [
        Summons(person=person, unit=unit, at=at, on_duty=_on_duty(duties.get(person), at))
        for person, unit, at in rows if person and at
    ]  # fmt: skip


_Spans = Sequence[tuple[datetime, datetime]]


async def _duties(
    session: Session, people: Collection[str], since: datetime, until: datetime
) -> dict[str, list[tuple[datetime, datetime]]]:
    duty = tables.Duty
    statement = select(duty.person_id, duty.since, duty.until).where(
        col(duty.person_id).in_(people), duty.until > since - _PLANNED, duty.since < until
    )
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for person, start, end in (await session.exec(statement)).all():
        found.setdefault(person, []).append((start, end))
    return found


def _on_duty(spans: _Spans | None, at: datetime) -> bool | None:
    """None for whoever the plan does not know: nobody can say when they should sleep."""
    return any(start <= at < end for start, end in spans) if spans else None


async def names(session: Session, residents: Collection[str], devices: Collection[str]) -> tuple[dict[str, str], ...]:
    """What staff call these residents, and these devices with where they stand now."""
    resident, device, stands, scope = tables.Resident, tables.Device, tables.Assignment, tables.Scope
    who = select(resident.id, resident.given_name, resident.family_name).where(col(resident.id).in_(residents))
    what = (
        select(device.id, device.label, device.address, scope.name)
        .join(stands, (col(stands.device_id) == col(device.id)) & col(stands.until).is_(None), isouter=True)
        .join(scope, col(scope.id) == col(stands.scope_id), isouter=True)
        .where(col(device.id).in_(devices))
    )
    return (
        {key: f"{given} {family}" for key, given, family in (await session.exec(who)).all()},
        {
            key: ", ".join(part for part in (label or address, where) if part)
            for key, label, address, where in (await session.exec(what)).all()
        },
    )


async def people(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of staff."""
    person = tables.Person
    rows = (await session.exec(select(person.id, person.name).where(col(person.id).in_(ids)))).all()
    return dict(rows)
