"""Who lives where now, said once: a residency that has begun and is not over; and whose events are whose.

Queries that have no `now` ask for an open one instead (`until IS NULL`): a move is written down as it happens.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
    A device names a resident only by a residency of its scope or by its own assignment, and neither is ever deleted
    (docs/adr/0028).
    """
    return _events(lambda whose: whose.in_(residents))


def events_of_anybody() -> ColumnElement[bool]:
    """The events that concern one resident, found likewise."""
    return _events(lambda whose: whose.is_not(None))


def events_of_each() -> ColumnElement[bool]:
    """The events of a resident, for a question within one of `tables.Resident`."""
    return _events(lambda whose: whose == col(tables.Resident.id))


def _events(theirs: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    lives, has, event = tables.Residency, tables.Assignment, tables.Event
    lived = select(lives.scope_id).where(theirs(col(lives.resident_id)))
    had = select(has.scope_id).where(theirs(col(has.resident_id)))
    scopes = union(lived.correlate(tables.Resident), had.correlate(tables.Resident))
    return theirs(col(event.resident_id)) & col(event.scope_id).in_(scopes)
