"""One owner: a lease with an epoch, checked by every transaction of the fold."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from carehub.contracts import HubError
from carehub.store import sql, tables
from carehub.store.database import Session

LEASE = timedelta(seconds=5)

_HOLD = "UPDATE ownership SET lease_until = ? WHERE partition = ? AND epoch = ?"
_HOLD_AND_COUNT = "UPDATE ownership SET lease_until = ?, next_seq = ? WHERE partition = ? AND epoch = ?"
_NEW_TO_US = " AND NOT EXISTS (SELECT FROM event WHERE dedup_key = ANY (?))"


class OwnershipLost(HubError):
    """Another process runs these scopes now; drop what is cached and stop."""


async def claim(
    session: Session, owner: str, now: datetime, *, alone: bool, partition: int = 0
) -> tables.Ownership | None:
    """Become the owner with a new epoch, or None while another's lease runs.

    Args:
        alone: The caller knows that no other process lives (SQLite's file lock), so a lease is no obstacle.
    """
    row = await session.get(tables.Ownership, partition, with_for_update=True)
    if row is None:
        row = tables.Ownership(partition=partition, owner=owner, lease_until=now)
    elif not alone and row.owner != owner and row.lease_until > now:
        return None
    row.owner, row.epoch, row.lease_until = owner, row.epoch + 1, now + LEASE
    session.add(row)
    await session.flush()
    return row


async def hold(session: Session, epoch: int, now: datetime, *, next_seq: int | None = None, partition: int = 0) -> None:
    """Renew the lease within a transaction of the fold; raise OwnershipLost where a higher epoch rules."""
    until = now + LEASE
    if next_seq is None:
        held = await sql.change(session, _HOLD, until, partition, epoch)
    else:
        held = await sql.change(session, _HOLD_AND_COUNT, until, next_seq, partition, epoch)
    if held != 1:
        raise OwnershipLost(f"Epoch {epoch} of partition {partition} has been overtaken.")


class Term(NamedTuple):
    """What a batch renews the lease with."""

    epoch: int
    now: datetime
    next_seq: int
    partition: int = 0


async def hold_and_add(
    session: Session, term: Term, keys: Sequence[str], rows: Sequence[sql.Insertion], *, last: bool
) -> bool:
    """Renew the lease on a server, and write what the batch writes; False where the lease is lost, or a key is known.

    Then none of it is written.

    Args:
        keys: Of the batch's events, none of which may be stored already.
        last: The transaction writes nothing after it.
    """
    values = (term.now + LEASE, term.next_seq, term.partition, term.epoch, list(keys))
    return await sql.change_and_add(session, _HOLD_AND_COUNT + _NEW_TO_US, values, rows, last=last) == 1


async def last_seq(session: Session, partition: int = 0) -> int:
    """The last place in the order that was given away, though its row may be gone since."""
    return (await session.get_one(tables.Ownership, partition)).next_seq - 1


async def broker_session(session: Session, *, fresh: bool, partition: int = 0) -> int:
    """The number of the broker session we are in; a fresh one makes all earlier packet ids mean nothing."""
    row = await session.get_one(tables.Ownership, partition, with_for_update=True)
    row.broker_session += int(fresh)
    session.add(row)
    return row.broker_session
