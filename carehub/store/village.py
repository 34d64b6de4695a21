"""The simulated village, for everybody to see: that nobody in the store is a real person, and what happens there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.core.watching import canary
from carehub.store import tables
from carehub.store.database import Session

_DIGITS = 11
_LATELY = timedelta(minutes=1)
_NO_ALARM = "test-alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The village in numbers, now."""

    residents: int
    devices: int
    events_a_minute: int
    open_alerts: int


async def real_people(session: Session) -> int:
    """Residents who may be real: whose national id is not a synthetic one (month 81 to 92), or who have none."""
    number = tables.Resident.national_id
    month = func.substr(number, 3, 2)
    statement = select(func.count()).select_from(tables.Resident).where(
        or_(col(number).is_(None), func.length(number) != _DIGITS, month < "81", month > "92")
    )  # fmt: skip
    return (await session.exec(statement)).one()


async def census(session: Session, now: datetime) -> Census:
    """Count everybody and everything."""
    event, alert = tables.Event, tables.Alert
    lately = select(func.count()).select_from(event).where(event.at > now - _LATELY, event.at <= now)
    waiting = select(func.count()).select_from(alert).where(alert.status != Status.CLOSED)
    return Census(
        residents=(await session.exec(select(func.count()).select_from(tables.Resident))).one(),
        devices=(await session.exec(select(func.count()).select_from(tables.Device))).one(),
        events_a_minute=(await session.exec(lately)).one(),
        open_alerts=(await session.exec(waiting)).one(),
    )


async def newest_events(session: Session, limit: int) -> Sequence[tables.Event]:
    """What was heard last, the newest first; the hub's own canary is nobody's home."""
    event = tables.Event
    statement = (
        select(event).where(event.scope_id != canary.SCOPE).order_by(col(event.seq).desc()).limit(limit)
    )  # fmt: skip
    return (await session.exec(statement)).all()


async def followed(session: Session) -> str | None:
    """The alert to follow on its way: the newest serious one that a device told of and that concerns a resident."""
    alert, link = tables.Alert, tables.AlertEvent
    statement = (
        select(alert.id)
        .join(link, col(link.alert_id) == col(alert.id))
        .join(tables.Event, col(tables.Event.seq) == col(link.event_seq))
        .where(
            col(alert.device_id).is_not(None), col(alert.resident_id).is_not(None), alert.kind != _NO_ALARM,
            alert.severity >= Severity.SERIOUS,
        )
        .order_by(col(alert.raised_at).desc())
        .limit(1)
    )  # fmt: skip
    return (await session.exec(statement)).first()


async def first_event(session: Session, alert_id: str) -> tables.Event | None:
    """The event that made an alert."""
    event, link = tables.Event, tables.AlertEvent
    statement = (
        select(event).join(link, col(link.event_seq) == col(event.seq)).where(link.alert_id == alert_id)
        .order_by(col(event.seq)).limit(1)
    )  # fmt: skip
    return (await session.exec(statement)).first()
