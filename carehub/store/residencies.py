"""Who lives where now, said once: a residency that has begun and is not over; and whose events are whose.

Queries that have no `now` ask for an open one instead (`until IS NULL`): a move is written down as it happens.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, union
from sqlmodel import col, select

from carehub.store import tables


def lives_now(now: datetime) -> ColumnElement[bool]:
    """The condition, for a statement with `tables.Residency` in it."""
    lives = tables.Residency
    return (col(lives.since) <= now) & (col(lives.until).is_(None) | (col(lives.until) > now))


def events_of(*residents: str) -> ColumnElement[bool]:
    """Their events, found by where they have lived and by what was their own.

    The stream has an index by scope and none by resident: a second one cost a fifth of what it takes to store an event.
    A device names a resident only by a residency of its scope or by its own assignment, and neither is ever deleted.
    """
    lives, has, event = tables.Residency, tables.Assignment, tables.Event
    scopes = union(
        select(lives.scope_id).where(col(lives.resident_id).in_(residents)),
        select(has.scope_id).where(col(has.resident_id).in_(residents)),
    )
    return col(event.resident_id).in_(residents) & col(event.scope_id).in_(scopes)


def events_of_anybody() -> ColumnElement[bool]:
    """The events that concern one resident, each by the way of `events_of`."""
    lives, has, event = tables.Residency, tables.Assignment, tables.Event
    scopes = union(select(lives.scope_id), select(has.scope_id).where(col(has.resident_id).is_not(None)))
    return col(event.resident_id).is_not(None) & col(event.scope_id).in_(scopes)
