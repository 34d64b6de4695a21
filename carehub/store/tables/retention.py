"""What stands in the way of deleting, and what was deleted: holds, erasures, and where the log of readings begins."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, moment, moment_or_none


class LegalHold(SQLModel, table=True):
    """Nothing about this resident may be deleted, for a reason: a complaint, a supervision, a case at court."""

    __tablename__ = "legal_hold"

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    reason: str = Field(max_length=400)
    since: datetime = moment()
    by_id: str = Field(foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class Erasure(SQLModel, table=True):
    """A resident's data was asked to be erased; once done, the stone that says so."""

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    reason: str = Field(max_length=400)
    asked_at: datetime = moment()
    asked_by_id: str = Field(foreign_key="person.id", max_length=32)
    agreed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    done_at: datetime | None = moment_or_none()
    withdrawn_at: datetime | None = moment_or_none()
    counts: str = Field(default="{}", sa_type=Text)
    """Rows by table, as JSON."""


class AccessTrim(SQLModel, table=True):
    """Where the log of readings begins now: what is older went by the policy. Append-only, as the log is."""

    __tablename__ = "access_trim"

    id: int | None = Field(default=None, primary_key=True)
    up_to: int = Field(unique=True)
    """The last row that may go, which is the last one under its seal."""
    chain: str = Field(max_length=64)
    """Of that seal: from here the chain is computed on."""
    at: datetime = moment()
    older_than: datetime = moment()
