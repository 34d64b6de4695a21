"""Who lives where now, said once: a residency that has begun and is not over.

Queries that have no `now` ask for an open one instead (`until IS NULL`): a move is written down as it happens.
"""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col

from carehub.store import tables


def lives_now(now: datetime) -> ColumnElement[bool]:
    """The condition, for a statement with `tables.Residency` in it."""
    lives = tables.Residency
    return (col(lives.since) <= now) & (col(lives.until).is_(None) | (col(lives.until) > now))
