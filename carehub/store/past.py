"""The recorded past for a backtest: few columns, one scope and one stretch of it at a time, and never written to."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
from sqlmodel import col, func, select

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.backtest.asking import OnDuty, Roster
from carehub.core.backtest.playing import Given, Stop
from carehub.core.backtest.report import Hole
from carehub.core.backtest.values import BY_PEOPLE, Raised
from carehub.core.events import Command, Event
from carehub.core.findings import Outcome
from carehub.core.folding.journal import Recorded
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.store import ladders, sql, tables
from carehub.store.database import Session
from carehub.store.journal import input_of
from carehub.store.tables.stream import FoldInputKind

PIECE = timedelta(days=10)
"""So much of one scope is in memory at a time: some 4,000 events of a lively home."""
_OUTCOMES = {str(one): one for one in Outcome}
_value = msgspec.json.Decoder().decode
_EVENTS = """
    SELECT seq, at, kind, value, unit, detail, source, device_id, resident_id, place, alarm, late, outcome
    FROM event WHERE scope_id = ? AND at >= ? AND at < ?
"""
_DOWNTIME = "hub/downtime/"


async def scopes(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    """Every scope that something was recorded of, with how many events; the hub's own canary is none."""
    event = tables.Event
    statement = (
        select(event.scope_id, func.count())
        .where(event.at >= since, event.at < until, event.scope_id != CANARY).group_by(event.scope_id)
    )  # fmt: skip
    found = dict((await session.exec(statement)).all())
    return {**dict.fromkeys(await homes(session, since, until), 0), **found}


async def entries(session: Session, scope: str, since: datetime, until: datetime) -> AsyncIterator[list[Given]]:
    """A scope's journal in order, in pieces: events, ticks and commands."""
    start = since
    while start < until:
        end = min(start + PIECE, until)
        rows = await sql.ask(session, _EVENTS, scope, start, end)
        found: list[Given] = [_recorded(scope, row) for row in rows]
        given = tables.FoldInput
        inputs = select(given).where(given.scope_id == scope, given.at >= start, given.at < end)
        found += [input_of(row) for row in (await session.exec(inputs)).all()]
        yield sorted(found, key=attrgetter("seq"))
        start = end


def _recorded(scope: str, row: Any) -> Recorded:
    seq, at, kind, value, unit, detail, source, device, resident, place, alarm, late, outcome = row
    event = Event(
        seq=seq, at=sql.moment(at), kind=kind, scope=scope, source=source, device=device, resident=resident,
        place=place,
        value=None if value is None else _value(value), unit=unit, detail=detail, alarm=bool(alarm), late=bool(late),
    )  # fmt: skip
    return Recorded(event=event, outcome=_OUTCOMES[outcome])


async def commands_before(session: Session, scope: str, before: datetime) -> tuple[Command, ...]:
    """What people decided of a scope before then, in order."""
    given = tables.FoldInput
    statement = select(given).where(
        given.scope_id == scope, given.at < before, given.kind == FoldInputKind.COMMAND
    )  # fmt: skip
    rows = (await session.exec(statement.order_by(col(given.seq)))).all()
    return tuple(one for row in rows if isinstance(one := input_of(row), Command))


async def raised(session: Session, since: datetime, until: datetime) -> list[Raised]:
    """The alerts that were really raised, with what people did and found; those that people made are left out."""
    alert = tables.Alert
    statement = select(alert).where(
        alert.raised_at >= since, alert.raised_at < until, alert.scope_id != CANARY, col(alert.kind).not_in(BY_PEOPLE)
    )
    return [_raised(row) for row in (await session.exec(statement.order_by(col(alert.raised_at)))).all()]


def _raised(row: tables.Alert) -> Raised:
    return Raised(
        id=row.id, key=row.dedup_key, kind=row.kind, severity=Severity(row.severity), scope=row.scope_id,
        resident=row.resident_id, raised_at=row.raised_at, taken_at=row.taken_at, closed_at=row.closed_at,
        cause=row.cause and Cause(row.cause), aftermath=row.aftermath and Aftermath(row.aftermath),
    )  # fmt: skip


async def units(session: Session) -> dict[str, str | None]:
    """The unit of each scope, as it is now."""
    return dict((await session.exec(select(tables.Scope.id, tables.Scope.unit_id))).all())


async def roster(session: Session, since: datetime, until: datetime, now: datetime) -> Roster:
    """Staff, ladders and relatives as they are now, with the shifts of the time that is looked at."""
    everybody = (await session.exec(select(tables.Resident.id))).all()
    everywhere = (await session.exec(select(tables.Scope.id))).all()
    about = [*((who, "") for who in everybody), *((None, scope) for scope in everywhere)]
    duty = tables.Duty
    shifts = select(duty.person_id, duty.unit_id, duty.since, duty.until).where(duty.until > since, duty.since < until)
    duties = [OnDuty(*row) for row in (await session.exec(shifts)).all()]
    by_hand = set((await session.exec(select(tables.Person.id).where(tables.Person.on_duty))).all())
    return Roster(await ladders.circle(session, now, about), duties, by_hand)


async def stops(session: Session, since: datetime, until: datetime) -> tuple[Stop, ...]:
    """When the hub did not run, by its own word at each return."""
    event = tables.Event
    statement = select(event.dedup_key, event.at).where(
        event.scope_id == "hub:downtime", event.at >= since, col(event.dedup_key).startswith(_DOWNTIME)
    )
    found = [(key or "", at) for key, at in (await session.exec(statement)).all()]
    spans = [Stop(datetime.fromisoformat(key.removeprefix(_DOWNTIME)), at) for key, at in found]
    return tuple(sorted((one for one in spans if one.since < until), key=attrgetter("since")))


# --- where history is not whole ------------------------------------------------------------


async def holes(session: Session, since: datetime, until: datetime) -> list[Hole]:
    """What the registers say was missing: devices and residents that came later, stops, numbers that never came."""
    found = [Hole(why="outage", since=one.since, until=one.until) for one in await stops(session, since, until)]
    found += await _cleared(session, since)
    found += await _came_later(session, since, until)
    found += await _numbers_missing(session, since, until)
    return found


async def _cleared(session: Session, since: datetime) -> list[Hole]:
    first: datetime | None = (await session.exec(select(func.min(tables.Event.at)))).one()
    if first is None or first <= since:
        return []
    return [Hole(why="cleared_away", since=since, until=first)]


async def _came_later(session: Session, since: datetime, until: datetime) -> list[Hole]:
    lives, stands = tables.Residency, tables.Assignment
    moved = select(lives.scope_id, lives.resident_id, lives.since).where(lives.since > since, lives.since < until)
    found = [
        Hole(why="moved_in", since=since, until=at, scope=scope, resident=who)
        for scope, who, at in (await session.exec(moved)).all()
    ]
    put_up = select(stands.scope_id, stands.resident_id, stands.device_id, func.min(stands.since)).group_by(
        stands.scope_id, col(stands.resident_id), stands.device_id
    )
    found += [
        Hole(why="not_there_yet", since=since, until=at, scope=scope, resident=who, device=device)
        for scope, who, device, at in (await session.exec(put_up)).all()
        if since < at < until
    ]
    return found


async def _numbers_missing(session: Session, since: datetime, until: datetime) -> list[Hole]:
    gap, stands = tables.DeviceGap, tables.Assignment
    statement = (
        select(gap.device_id, gap.since, stands.scope_id)
        .join(stands, (col(stands.device_id) == col(gap.device_id)) & col(stands.until).is_(None), isouter=True)
        .where(gap.since >= since, gap.since < until)
    )
    rows = (await session.exec(statement)).all()
    return [
        Hole(why="numbers_missing", since=since, until=at, scope=scope, device=device) for device, at, scope in rows
    ]


async def homes(session: Session, since: datetime, until: datetime) -> frozenset[str]:
    """Where somebody lived in that time."""
    lives = tables.Residency
    statement = select(lives.scope_id).where(
        lives.since < until, col(lives.until).is_(None) | (col(lives.until) > since)
    )
    return frozenset((await session.exec(statement)).all())
