"""Silences: which are in force, whom they are about, and what each held back."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_, update
from sqlmodel import col, select

from carehub.core.events import Command, Tick
from carehub.core.findings import Held
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.residencies import lives_now

GAP = timedelta(hours=1)
"""Silences closer together than this are one to whoever is not being watched over meanwhile."""


async def note_held(session: Session, held: Sequence[Held]) -> None:
    """Write down what silences held back: the reason why nobody was told."""
    rows = [
        {
            "silence_id": one.silence, "at": one.finding.at, "event_seq": one.finding.event,
            "scope_id": one.finding.scope, "resident_id": one.finding.resident, "device_id": one.finding.device,
            "place": one.finding.place, "kind": one.finding.kind, "rule_id": one.finding.rule,
            "severity": one.finding.severity,
        }
        for one in held
    ]  # fmt: skip
    await sql.add(session, tables.HeldAlert, rows)


def _is_in_force(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Begun, not over and not ended by anybody."""
    silence = tables.Silence
    return (col(silence.since) <= now) & (col(silence.until) > now) & col(silence.ended_at).is_(None)


async def note_told(session: Session, given: Sequence[Tick | Command], now: datetime) -> None:
    """The folds have heard of these silences; in the transaction in which they did."""
    told = [one.silence.id for one in given if isinstance(one, Command) and one.silence is not None]
    if told:
        await sql.write(session, "UPDATE silence SET told_at = ? WHERE id = ?", [(now, one) for one in told])


async def untold(session: Session, now: datetime) -> Sequence[tables.Silence]:
    """Those of which the folds have not heard as they are now: we died, or another process wrote them."""
    silence = tables.Silence
    statement = select(silence).where(
        col(silence.told_at).is_(None), _is_in_force(now) | (col(silence.ended_at) > now - _UNTOLD_FOR)
    )
    return (await session.exec(statement)).all()


_UNTOLD_FOR = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A silence with the rows that its ids stand for, as a list shows it."""

    silence: tables.Silence
    scope: tables.Scope | None
    resident: tables.Resident | None
    device: tables.Device | None
    asked_by: str | None
    held: int = 0


async def shown(session: Session, now: datetime, since: datetime, unit: str | None = None) -> list[Line]:
    """Those in force or waiting for a second person, and those that ended since then; the newest first.

    Args:
        unit: Only those of homes of this unit; by default all.
    """
    silence = tables.Silence
    lately = or_(
        col(silence.ended_at) > since,
        col(silence.ended_at).is_(None) & ((col(silence.until) > since) | (col(silence.wanted_until) > now)),
    )
    return await _lines(session, lately if unit is None else lately & (col(tables.Scope.unit_id) == unit))


async def line(session: Session, silence_id: str) -> Line | None:
    """One silence; None if there is no such."""
    found = await _lines(session, col(tables.Silence.id) == silence_id)
    return found[0] if found else None


async def _lines(session: Session, which: ColumnElement[bool]) -> list[Line]:
    silence = tables.Silence
    statement = (
        select(silence, tables.Scope, tables.Resident, tables.Device)
        .join(tables.Scope, col(tables.Scope.id) == col(silence.scope_id), isouter=True)
        .join(tables.Resident, col(tables.Resident.id) == col(silence.resident_id), isouter=True)
        .join(tables.Device, col(tables.Device.id) == col(silence.device_id), isouter=True)
        .where(which)
        .order_by(col(silence.since).desc())
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    counts = await held_counts(session, [row[0].id for row in rows])
    asked_by = await _names(session, {row[0].asked_by_id for row in rows if row[0].asked_by_id})
    return [
        Line(
            silence=one, scope=scope, resident=resident, device=device, held=counts[one.id].total(),
            asked_by=asked_by.get(one.asked_by_id or ""),
        )
        for one, scope, resident, device in rows
    ]  # fmt: skip


async def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    statement = select(tables.Person.id, tables.Person.name).where(col(tables.Person.id).in_(ids))
    return dict((await session.exec(statement)).all())


async def how_many(session: Session, now: datetime) -> int:
    """How many are in force now."""
    return (await session.exec(_HOW_MANY, params={"now": now})).one()


_IN_FORCE = select(tables.Silence).where(_is_in_force(bindparam("now")))
_HOW_MANY = select(func.count()).select_from(tables.Silence).where(_is_in_force(bindparam("now")))


async def in_force(session: Session, now: datetime) -> Sequence[tables.Silence]:
    """Those that hold something back now."""
    return (await session.exec(_IN_FORCE, params={"now": now})).all()


async def held_counts(session: Session, ids: Collection[str]) -> dict[str, Counter[str]]:
    """For each of these silences: how often it held back what each rule found."""
    held = tables.HeldAlert
    statement = (
        select(held.silence_id, held.rule_id, func.count())
        .where(col(held.silence_id).in_(ids))
        .group_by(col(held.silence_id), col(held.rule_id))
    )
    found: dict[str, Counter[str]] = {one: Counter() for one in ids}
    for one, rule, many in (await session.exec(statement)).all():
        found[one][rule] = many
    return found


async def held_by(session: Session, silence_id: str) -> list[tuple[tables.HeldAlert, tables.Scope | None]]:
    """What one silence held back, the newest first."""
    held = tables.HeldAlert
    statement = (
        select(held, tables.Scope)
        .join(tables.Scope, col(tables.Scope.id) == col(held.scope_id), isouter=True)
        .where(held.silence_id == silence_id)
        .order_by(col(held.at).desc())
        .limit(200)
    )
    return [(one, scope) for one, scope in (await session.exec(statement)).all()]


async def over(session: Session, since: datetime, now: datetime) -> Sequence[tables.Silence]:
    """Those that ended after `since`, by a person or because their time was up."""
    silence = tables.Silence
    statement = select(silence).where(
        or_(
            col(silence.ended_at) > since,
            col(silence.ended_at).is_(None) & (col(silence.until) <= now) & (col(silence.until) > since),
        )
    )
    return (await session.exec(statement)).all()


async def unbroken_since(session: Session, new: tables.Silence) -> datetime:
    """When it began to be silent here: the silences before it, without a gap, are counted with it."""
    silence = tables.Silence
    statement = (
        select(silence.since, silence.until, silence.ended_at)
        .where(
            silence.id != new.id, silence.why == new.why, _same(col(silence.scope_id), new.scope_id),
            _same(col(silence.resident_id), new.resident_id), _same(col(silence.device_id), new.device_id),
            _same(col(silence.kind), new.kind), silence.since <= new.since,
        )
        .order_by(col(silence.since).desc())
        .limit(50)
    )  # fmt: skip
    first = new.since
    for since, until, ended_at in (await session.exec(statement)).all():
        if min(ended_at or until, until) < first - GAP:
            break
        first = min(first, since)
    return first


def _same(column: Any, value: str | None) -> ColumnElement[bool]:
    alike: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return alike


async def home_of(session: Session, resident_id: str, now: datetime) -> tuple[str | None, bool]:
    """Where somebody lives now, and whether nobody else does."""
    residency = tables.Residency
    here = lives_now(now)
    found = select(residency.scope_id).where(residency.resident_id == resident_id, here)
    scope = (await session.exec(found)).first()
    if scope is None:
        return None, False
    many = select(func.count()).select_from(residency).where(residency.scope_id == scope, here)
    return scope, (await session.exec(many)).one() == 1


async def place_of(session: Session, device_id: str) -> str | None:
    """Where a device stands; None for one that nobody has placed."""
    statement = select(tables.Assignment.scope_id).where(
        tables.Assignment.device_id == device_id, col(tables.Assignment.until).is_(None)
    )
    return (await session.exec(statement)).first()


async def every_scope(session: Session) -> Sequence[str]:
    """Every scope there is."""
    return (await session.exec(select(tables.Scope.id))).all()


async def end_for(session: Session, scopes: Collection[str], device_id: str, now: datetime) -> None:
    """A device has moved: what was silenced there was said of something else, and the fold forgets it too."""
    silence = tables.Silence
    statement = (
        update(silence)
        .where(
            or_(col(silence.scope_id).in_(scopes), col(silence.device_id) == device_id),
            col(silence.ended_at).is_(None), col(silence.until) > now,
        )
        .values(ended_at=now)
    )  # fmt: skip
    await session.exec(statement)
