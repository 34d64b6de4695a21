"""What has grown old, by kind: how many rows there are, and how a slice of them goes. Holds and open alerts stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, inspect, tuple_
from sqlalchemy import select as core_select
from sqlmodel import col, func, select

from carehub.core.people.retention import Kind, Policy
from carehub.store import ledger, seals, tables
from carehub.store.database import Session
from carehub.store.retention_rows import ROWS, Condition

_select: Any = core_select  # a row whatever the number of its columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What of one kind would go."""

    policy: Policy
    rows: int
    oldest: datetime | None = None


async def would_go(session: Session, policies: Sequence[Policy], now: datetime) -> list[Aged]:
    """Of each kind, how many rows are older than its policy says and held by nothing: one question for all of them."""
    places: dict[datetime, int] = {}
    for before in {one.before(now) for one in policies if ROWS[one.kind].table in _IN_ORDER}:
        places[before] = await ledger.place_of(session, before)
    counts = [_counted(one, one.before(now), places).label(f"kind{place}") for place, one in enumerate(policies)]
    found = (await session.exec(_select(*counts))).one()
    return [Aged(policy=policy, rows=rows) for policy, rows in zip(policies, found, strict=True)]


def _counted(policy: Policy, before: datetime, places: Mapping[datetime, int]) -> Any:
    if policy.kind is Kind.READINGS:
        held = select(tables.LegalHold.id).where(col(tables.LegalHold.ended_at).is_(None)).exists()
        conditions = [col(tables.AccessLog.at) < before, ~held]
    else:
        conditions = [*ROWS[policy.kind].old(before), *_place(policy, places.get(before))]
    return select(func.count()).select_from(ROWS[policy.kind].table).where(*conditions).scalar_subquery()


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
    asked = select(*keys).where(*ROWS[policy.kind].old(before), *_place(policy, await _begins(session, policy, before)))
    if after is not None:
        asked = asked.where(tuple_(*keys) > after)
    rows = (await session.exec(asked.order_by(*keys).limit(many))).all()
    return [(one,) if len(keys) == 1 else tuple(one) for one in rows]


_IN_ORDER = frozenset({tables.Event, tables.HeldBack, tables.FoldInput})
"""The stream has no index on moments, and needs none: places and moments rise together."""


async def _begins(session: Session, policy: Policy, before: datetime) -> int | None:
    return await ledger.place_of(session, before) if ROWS[policy.kind].table in _IN_ORDER else None


def _place(policy: Policy, begins: int | None) -> list[Condition]:
    """Of what stands in the stream's order: only what stands before this."""
    return [_keys(policy)[0] < begins] if begins is not None and ROWS[policy.kind].table in _IN_ORDER else []


def _keys(policy: Policy) -> list[Any]:
    table = ROWS[policy.kind].table
    return [col(getattr(table, one.name)) for one in inspect(table).primary_key]


async def go(session: Session, policy: Policy, now: datetime, old: Sequence[Key]) -> int:
    """Delete these, with what hangs on each, where nothing holds them meanwhile; gives how many went."""
    found, keys = ROWS[policy.kind], _keys(policy)
    which = (_any_of(keys, old), *found.old(policy.before(now)))
    if not found.hanging:
        return (await session.exec(delete(found.table).where(*which))).rowcount
    rows = (await session.exec(select(*keys).where(*which))).all()
    if not rows:
        return 0
    gone: list[Key] = [(one,) if len(keys) == 1 else tuple(one) for one in rows]
    for table, column in found.hanging:
        await session.exec(delete(table).where(col(getattr(table, column)).in_([key[0] for key in gone])))
    await session.exec(delete(found.table).where(_any_of(keys, gone)))
    return len(gone)


def _any_of(keys: Sequence[Any], given: Sequence[Key]) -> Condition:
    """One column is asked by itself: SQLite looks a list of pairs up in no index."""
    return keys[0].in_([one for (one,) in given]) if len(keys) == 1 else tuple_(*keys).in_(given)
