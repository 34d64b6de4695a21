"""What home care needs on the way: how one gets in, which visits are planned, and answers that came late."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, false
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class WayIn(SQLModel, table=True):
    """How to get into a home, and what to beware of there. Shown on an alert behind a logged tap, and in no list.

    The door itself is described in `scope.access_note`.
    """

    __tablename__ = "way_in"

    scope_id: str = Field(foreign_key="scope.id", primary_key=True, max_length=80)
    address: str | None = Field(default=None, max_length=160)
    """As the road knows it: "Storgata 5 B, 1870 Ørje"."""
    key_box: str | None = Field(default=None, max_length=120)
    """Where the key box hangs."""
    key_box_code: str | None = Field(default=None, max_length=20)
    door_code: str | None = Field(default=None, max_length=20)
    pets: str | None = Field(default=None, max_length=120)
    oxygen: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Oxygen in use: no open flame."""
    smoking: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Somebody smokes indoors."""
    hazard: str | None = Field(default=None, max_length=200)
    """Another danger to those who come."""
    changed_at: datetime = moment()
    changed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class VisitState(StrEnum):
    """Where a planned visit is in its life."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class PlannedVisit(SQLModel, table=True):
    """A visit that the home-care service has planned."""

    __tablename__ = "planned_visit"
    __table_args__ = (Index("ix_planned_visit_unit_id_at", "unit_id", "at"),)

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", max_length=32)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=32)
    """Whose list it is on; None for whoever of the unit."""
    at: datetime = moment()
    until: datetime = moment()
    title: str = Field(max_length=60)
    """What it is, in words that relatives may read: "Morgenbesøk"."""
    state: VisitState = choice(
        VisitState, default=VisitState.PLANNED, sa_column_kwargs={"server_default": VisitState.PLANNED.value}
    )
    done_at: datetime | None = moment_or_none()
    done_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    moved_from: datetime | None = moment_or_none()
    """When it was planned at first, where somebody has moved it."""
    source_key: str | None = Field(default=None, unique=True, max_length=64)
    """Of the line in the other system's plan, so that a plan read twice is one plan."""


class LateAnswer(SQLModel, table=True):
    """An answer that a telephone kept while it had no coverage, and what came of it: told once, whatever is resent."""

    __tablename__ = "late_answer"

    id: str = Field(primary_key=True, max_length=36)
    """The telephone's own, a random UUID."""
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    alert_id: str = Field(max_length=32)
    action: str = Field(max_length=20)
    tapped_at: datetime = moment()
    """By the telephone's clock, corrected by what it knew of the hub's."""
    received_at: datetime = moment(index=True)
    done: bool
    words: str = Field(max_length=200)
    """What the telephone was told."""
