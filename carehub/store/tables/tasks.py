"""Tasks: what somebody must look at in working hours, and no alert wakes anybody for."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from carehub.core.people.access import Role
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none

_OPEN = text("done_at IS NULL")


class Task(SQLModel, table=True):
    """One thing to do. At most one is open of a kind about a subject: the database refuses a second."""

    __table_args__ = (
        Index("uq_task_open", "kind", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=40)
    subject: str = Field(max_length=120)
    words: str = Field(max_length=400)
    """In bokmål, without a resident's name: whoever may see residents sees it beside."""
    role: Role = choice(Role)
    """Whose it is."""
    unit_id: str | None = Field(default=None, max_length=32)
    resident_id: str | None = Field(default=None, foreign_key="resident.id", max_length=32)
    link: str | None = Field(default=None, max_length=200)
    """Where it is done: a path of our own."""
    asked_at: datetime = moment()
    due_at: datetime = moment()
    done_at: datetime | None = moment_or_none(index=True)
    done_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    """None for a task that the hub itself saw was needed no longer."""
