"""What the hub keeps of its watch over itself."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, moment, moment_or_none


class CanarySong(SQLModel, table=True):
    """One canary alarm, sent round the whole path; swept away after a day."""

    __tablename__ = "canary_song"

    id: str = Field(primary_key=True, max_length=32)
    sung_at: datetime = moment(index=True)
    returned_at: datetime | None = moment_or_none()
    missed_at: datetime | None = moment_or_none()
    """When it was given up; one that comes later still is not counted a second time."""


class CanaryMonth(SQLModel, table=True):
    """How the canary fared in a month of the municipality's calendar: 43,200 songs in thirty days."""

    __tablename__ = "canary_month"

    month: str = Field(primary_key=True, max_length=7)
    """"2026-01"."""
    returned: int = 0
    missed: int = 0
    slowest_ms: int = 0
    total_ms: int = Field(default=0, sa_type=BigInteger)
    """Of all that returned together, for the mean."""


class RuleOff(SQLModel, table=True):
    """A version of a rule that raised again and again, and stays switched off until it is changed."""

    __tablename__ = "rule_off"

    rule_id: str = Field(primary_key=True, max_length=60)
    version: str = Field(primary_key=True, max_length=32)
    at: datetime = moment()
    error: str = Field(max_length=200)
