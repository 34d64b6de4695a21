"""The log of readings cannot be changed unseen: its rows are sealed in a chain of hashes, and the chain is checked.

What somebody wrote stands beside the log, under its hash (`reasons`): the check follows it there.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlmodel import col, func, select

from carehub.store import reasons, tables
from carehub.store.database import Session
from carehub.store.stream import upsert

_AT_ONCE = 2000
"""Rows under one seal, at most: so a check of years needs little memory."""
_FIRST = "0" * 64
_SETTLED = timedelta(minutes=10)
"""A number is given before its row is committed: no seal is put over a row that somebody is still writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of the whole chain found.

    Attributes:
        sealed: Rows under unbroken seals.
        broken_at: The first seal whose rows are not what they were, by its number; 0 where the log begins at no seal;
            None where all hold.
    """

    sealed: int
    broken_at: int | None


async def seal(session: Session, now: datetime) -> int:
    """Seal what was written since the last time, and has settled; gives how many rows.

    Where another hub seals at the same time, the first one's seal counts.
    """
    last = await newest(session)
    after, before = (last.up_to, last.chain) if last else (0, _FIRST)
    # The last that has settled, and all before it, whatever their time: one that was written while the clock was wrong
    # may say 2036, and would keep every row after it unsealed until then.
    log = tables.AccessLog
    settled = select(func.max(log.id)).where(col(log.id) > after, col(log.at) <= now - _SETTLED)
    rows = (await _rows(session, after, (await session.exec(settled)).one() or after))[:_AT_ONCE]
    if not rows:
        return 0
    made = {
        "after": after, "up_to": rows[-1].id, "many": len(rows), "chain": _chained(before, rows), "sealed_at": now,
    }  # fmt: skip
    await session.exec(upsert(session, tables.AccessSeal).values(made).on_conflict_do_nothing())
    return len(rows)


async def check(session: Session) -> Checked:
    """Compute the whole chain anew, from where the log begins."""
    trim = await last_trim(session)
    before, after, sealed = (trim.chain, trim.up_to, 0) if trim else (_FIRST, 0, 0)
    every = (await session.exec(select(tables.AccessSeal).order_by(col(tables.AccessSeal.id)))).all()
    if trim and not any((one.up_to, one.chain) == (trim.up_to, trim.chain) for one in every):
        return Checked(sealed=0, broken_at=0)
    for one in every:
        if one.after < after:
            continue
        rows = await _rows(session, after, one.up_to)
        whole = len(rows) == one.many and _chained(before, rows) == one.chain
        if not whole or not await reasons.hold(session, [row.because for row in rows]):
            return Checked(sealed=sealed, broken_at=one.id)
        before, after, sealed = one.chain, one.up_to, sealed + len(rows)
    return Checked(sealed=sealed, broken_at=None)


async def newest(session: Session) -> tables.AccessSeal | None:
    """The last link of the chain."""
    return (await session.exec(select(tables.AccessSeal).order_by(col(tables.AccessSeal.id).desc()).limit(1))).first()


async def last_trim(session: Session) -> tables.AccessTrim | None:
    """Where the log begins; None where nothing of it has gone."""
    trim = tables.AccessTrim
    return (await session.exec(select(trim).order_by(col(trim.up_to).desc()).limit(1))).first()


async def trim_before(session: Session, before: datetime, now: datetime) -> None:
    """Let the log begin at the first seal whose rows are not all older than that; the rows go in slices of their own.

    Seals stay: so it can be seen that the log was whole when its beginning went.
    """
    log, one = tables.AccessLog, tables.AccessSeal
    young = (await session.exec(select(func.min(log.id)).where(log.at >= before))).one()
    sealed = select(one).order_by(col(one.up_to).desc()).limit(1)
    last = (await session.exec(sealed if young is None else sealed.where(one.up_to < young))).first()
    begun = await last_trim(session)
    if last is not None and (begun is None or last.up_to > begun.up_to):
        session.add(tables.AccessTrim(up_to=last.up_to, chain=last.chain, at=now, older_than=before))


async def _rows(session: Session, after: int, up_to: int) -> Sequence[tables.AccessLog]:
    log = tables.AccessLog
    asked = select(log).where(col(log.id) > after, col(log.id) <= up_to).order_by(col(log.id)).limit(_AT_ONCE + 1)
    return (await session.exec(asked)).all()


def _chained(before: str, rows: Sequence[tables.AccessLog]) -> str:
    digest = hashlib.sha256(before.encode())
    for row in rows:
        said = [row.id, row.at.isoformat(), row.person_id, row.action, row.resident_id, row.subject, row.because]
        digest.update(msgspec.json.encode(said))
    return digest.hexdigest()
