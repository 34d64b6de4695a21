"""Silences, and what each held back."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from carehub.core.folding.silence import Why
from carehub.core.severity import Severity
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class Silence(SQLModel, table=True):
    """What somebody asked the hub to hold back. In force while `since <= now < until` and nobody ended it."""

    id: str = Field(primary_key=True, max_length=32)
    why: Why = choice(Why)
    scope_id: str | None = Field(default=None, index=True, max_length=80)
    """None: one kind of alert, everywhere."""
    resident_id: str | None = Field(default=None, foreign_key="resident.id", max_length=32)
    device_id: str | None = Field(default=None, foreign_key="device.id", max_length=32)
    kind: str | None = Field(default=None, max_length=60)
    since: datetime = moment()
    until: datetime = moment(index=True)
    wanted_until: datetime = moment()
    """Later than `until` where a second person has not agreed yet."""
    asked_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    agreed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    told_at: datetime | None = moment_or_none()
    """When the folds last heard of it as it is now; None where they still must."""
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class HeldAlert(SQLModel, table=True):
    """An alert that a silence held back: the reason why an event was suppressed, kept for the digest."""

    __tablename__ = "held_alert"

    id: int | None = Field(default=None, primary_key=True)
    silence_id: str = Field(index=True, max_length=32)
    at: datetime = moment()
    event_seq: int | None = Field(default=None, sa_type=BigInteger, index=True)
    scope_id: str = Field(max_length=80)
    resident_id: str | None = Field(default=None, max_length=32)
    device_id: str | None = Field(default=None, max_length=32)
    place: str | None = Field(default=None, max_length=40)
    kind: str = Field(max_length=60)
    rule_id: str = Field(max_length=60)
    severity: Severity = choice(Severity)
