"""Rounds of digital supervision: those agreed, those due, and what was seen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true
from sqlalchemy import select as columns
from sqlmodel import col, select

from carehub.core.watching.rounds import NOT_AT_HOME, How, Seen, windows
from carehub.kit.ids import new_id
from carehub.store import sql, tables
from carehub.store.called import Home
from carehub.store.database import Session
from carehub.store.residencies import lives_now

_MOST = 300
Units = Collection[str] | None
"""Whose homes are meant; None for all."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One time that a round is due, with whose it is and where they live now."""

    turn: tables.RoundTurn
    agreed: tables.PlannedRound
    resident: tables.Resident
    scope: tables.Scope
    done_by: str | None = None


class Turn(NamedTuple):
    """One time that a round is due, as a list tells."""

    id: str
    due_at: datetime
    done_at: datetime | None
    missed_at: datetime | None
    seen: Seen | None
    note: str


class Plan(NamedTuple):
    """What is agreed, as a list tells."""

    id: str
    opens: time
    closes: time
    how: How
    note: str
    last_day: date | None


class Who(NamedTuple):
    """Whose it is."""

    id: str
    given_name: str
    family_name: str


_TURN, _PLAN, _WHO, _HOME = (
    tuple(getattr(table, name) for name in shape._fields)
    for table, shape in (
        (tables.RoundTurn, Turn), (tables.PlannedRound, Plan), (tables.Resident, Who), (tables.Scope, Home),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The same as `Line`, to be looked at: of two hundred, rows that could be written to cost five times as much."""

    turn: Turn
    agreed: Plan
    resident: Who
    scope: Home
    done_by: str | None = None


async def open_windows(session: Session, now: datetime, zone: ZoneInfo) -> int:
    """Write down every time that has come; gives how many were written. A time that stands there already stays."""
    agreed = tables.PlannedRound
    rows = (await session.exec(select(agreed).where(col(agreed.ended_at).is_(None)))).all()
    wanted = {(row.id, opens): due for row in rows for opens, due in windows(row, now, zone)}
    turn = tables.RoundTurn
    known = select(turn.round_id, turn.opens_at).where(col(turn.round_id).in_([row.id for row in rows]))
    there = set((await session.exec(known.where(turn.due_at > now - 3 * _DAY))).all()) if wanted else set()
    fresh = [
        {"id": new_id(), "round_id": who, "opens_at": opens, "due_at": due, "note": ""}
        for (who, opens), due in wanted.items()
        if (who, opens) not in there
    ]
    await sql.add(session, turn, fresh, "ON CONFLICT DO NOTHING")
    return len(fresh)


async def are_agreed(session: Session) -> bool:
    """Whether rounds have ever been agreed here: where none have, nobody need look for them every few seconds."""
    return (await session.exec(select(tables.PlannedRound.id).limit(1))).first() is not None


async def overdue(session: Session, now: datetime) -> list[Line]:
    """Those whose time is over, that nobody has done, and of which nobody was told; locked for us."""
    turn = tables.RoundTurn
    return await _lines(session, (col(turn.due_at) <= now) & _waits() & col(turn.missed_at).is_(None), now, lock=True)


async def due(session: Session, now: datetime, units: Units = None) -> list[Listed]:
    """Those that can be done now: open and not done, the one that is due first at the top; missed ones too.

    Not those that were missed because nobody was at home.
    """
    turn = tables.RoundTurn
    away = col(turn.missed_at).is_not(None) & (turn.note == NOT_AT_HOME)
    return await _listed(
        session, (col(turn.opens_at) <= now) & (col(turn.due_at) > now - _DAY) & _waits() & ~away & _of(units), now
    )


async def untold(session: Session, now: datetime) -> list[Line]:
    """Those that were done and of which the rules of the home have not heard."""
    turn = tables.RoundTurn
    return await _lines(session, col(turn.done_at).is_not(None) & col(turn.told_at).is_(None), now)


async def since(session: Session, moment: datetime, now: datetime, units: Units = None) -> list[Listed]:
    """Those that were done, or missed, since then."""
    turn = tables.RoundTurn
    lately = (col(turn.done_at) >= moment) | (col(turn.missed_at) >= moment)
    return (await _listed(session, lately & _of(units), now, newest=True))[::-1]


async def one(session: Session, turn_id: str, now: datetime) -> Line | None:
    """One of them."""
    found = await _lines(session, col(tables.RoundTurn.id) == turn_id, now)
    return found[0] if found else None


def _of(units: Units) -> ColumnElement[bool]:
    return true() if units is None else col(tables.Scope.unit_id).in_(units) | col(tables.Scope.unit_id).is_(None)


def _waits() -> ColumnElement[bool]:
    return col(tables.RoundTurn.done_at).is_(None)


async def _lines(session: Session, which: ColumnElement[bool], now: datetime, *, lock: bool = False) -> list[Line]:
    turn = tables.RoundTurn
    statement = _with_whose(select(turn, tables.PlannedRound, tables.Resident, tables.Scope), which, now)
    if lock:
        statement = statement.with_for_update(of=turn, skip_locked=True)
    rows = (await session.exec(statement)).all()
    names = await _names(session, {row[0].done_by_id for row in rows if row[0].done_by_id})
    return [
        Line(turn=row, agreed=plan, resident=resident, scope=scope, done_by=names.get(row.done_by_id or ""))
        for row, plan, resident, scope in rows
    ]


async def _listed(session: Session, which: ColumnElement[bool], now: datetime, *, newest: bool = False) -> list[Listed]:
    asked = columns(*_TURN, *_PLAN, *_WHO, *_HOME, col(tables.RoundTurn.done_by_id))
    rows = (await (await session.connection()).execute(_with_whose(asked, which, now, newest=newest))).all()
    names = await _names(session, {row[-1] for row in rows if row[-1]})
    return [
        Listed(turn=Turn(*row[:6]), agreed=Plan(*row[6:12]), resident=Who(*row[12:15]), scope=Home(*row[15:18]),
               done_by=names.get(row[18] or ""))
        for row in rows
    ]  # fmt: skip


def _with_whose(asked: Any, which: ColumnElement[bool], now: datetime, *, newest: bool = False) -> Any:
    """What is asked of these times, with whose each is and where they live now."""
    turn, agreed, lives = tables.RoundTurn, tables.PlannedRound, tables.Residency
    return (
        asked.select_from(turn)
        .join(agreed, col(agreed.id) == col(turn.round_id))
        .join(tables.Resident, col(tables.Resident.id) == col(agreed.resident_id))
        .join(lives, (col(lives.resident_id) == col(agreed.resident_id)) & lives_now(now))
        .join(tables.Scope, col(tables.Scope.id) == col(lives.scope_id))
        .where(which)
        .order_by(col(turn.due_at).desc() if newest else col(turn.due_at), tables.Scope.name)
        .limit(_MOST)
    )


async def _names(session: Session, ids: set[str]) -> dict[str, str]:
    if not ids:  # as nearly always, and every board asks
        return {}
    statement = select(tables.Person.id, tables.Person.name).where(col(tables.Person.id).in_(ids))
    return dict((await session.exec(statement)).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What somebody saw."""

    by: str
    seen: Seen
    note: str = ""


async def do(session: Session, turn_id: str, done: Done, now: datetime) -> bool:
    """It is done; False where it is already, or is not there."""
    turn = await session.get(tables.RoundTurn, turn_id, with_for_update=True, populate_existing=True)
    if turn is None or turn.done_at is not None:
        return False
    turn.done_at, turn.done_by_id, turn.seen, turn.note = now, done.by, done.seen, done.note[:400]
    session.add(turn)
    return True


async def agreed_for(session: Session, now: datetime) -> list[tuple[Plan, Who, Home]]:
    """Every round that is agreed, by home and time."""
    agreed, lives = tables.PlannedRound, tables.Residency
    statement = (
        columns(*_PLAN, *_WHO, *_HOME)
        .select_from(agreed)
        .join(tables.Resident, col(tables.Resident.id) == col(agreed.resident_id))
        .join(lives, (col(lives.resident_id) == col(agreed.resident_id)) & lives_now(now))
        .join(tables.Scope, col(tables.Scope.id) == col(lives.scope_id))
        .where(col(agreed.ended_at).is_(None))
        .order_by(tables.Scope.name, col(agreed.opens))
    )
    rows = (await (await session.connection()).execute(statement)).all()
    return [(Plan(*row[:6]), Who(*row[6:9]), Home(*row[9:])) for row in rows]


async def end(session: Session, round_id: str, by: str, now: datetime) -> tables.PlannedRound | None:
    """It is agreed no longer; what is open of it falls away. None where it was not agreed."""
    row = await session.get(tables.PlannedRound, round_id, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None:
        return None
    row.ended_at, row.ended_by_id = now, by
    turn = tables.RoundTurn
    waiting = select(turn).where(turn.round_id == round_id, _waits(), col(turn.missed_at).is_(None))
    for one_turn in (await session.exec(waiting)).all():
        await session.delete(one_turn)
    session.add(row)
    return row
