"""What home care needs on the way: how one gets in, which visits are planned, and answers that came late."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, false, text
from sqlmodel import Field

from carehub.core.people.access import Mark
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


class AddressMark(SQLModel, table=True):
    """A resident's address is graded, from when to when, and why. A change ends the row and begins another."""

    __tablename__ = "address_mark"
    __table_args__ = (
        Index(
            "uq_address_mark_resident_id_open", "resident_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    mark: Mark = choice(Mark)
    reason: str = Field(max_length=400)
    since: datetime = moment()
    by_id: str = Field(foreign_key="person.id", max_length=32)
    lower_to: Mark | None = choice(Mark, default=None, nullable=True)
    """What somebody has asked for, which a second person must agree to; None where nobody has."""
    lower_reason: str | None = Field(default=None, max_length=400)
    lower_asked_at: datetime | None = moment_or_none()
    lower_asked_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class SealedHome(SQLModel, table=True):
    """What a home was called, and how one gets in, while `scope` says nothing of it: read behind the tap alone."""

    __tablename__ = "sealed_home"

    scope_id: str = Field(foreign_key="scope.id", primary_key=True, max_length=80)
    name: str = Field(max_length=80)
    access_note: str | None = Field(default=None, max_length=400)
    labels: str = Field(default="{}", sa_type=Text)
    """What devices there were called whose names told the address, by id, as JSON; None for one that had no label."""
    since: datetime = moment()


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
