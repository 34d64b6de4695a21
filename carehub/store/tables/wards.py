"""What a ward keeps of its own: its drawing, its tablets, its rounds, its notes, the screen on its wall."""

from datetime import date, datetime, time

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from carehub.core.watching.rounds import How, Seen
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class FloorPlan(SQLModel, table=True):
    """A unit's drawing as somebody saved it. The newest counts; the older ones are what undo goes back to."""

    __tablename__ = "floor_plan"
    __table_args__ = (UniqueConstraint("unit_id", "version", name="uq_floor_plan_version"),)

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", max_length=32)
    version: int
    """From 1; whoever saves says which one they began with, so that two who draw do not undo each other unseen."""
    parts: str = Field(sa_type=Text)
    """A list of `core.floor_plan.Part` as JSON."""
    saved_at: datetime = moment()
    saved_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    """None for one that came with the register."""


class Screen(SQLModel, table=True):
    """A tablet of the care centre, and whether it can be heard. Its id means nothing: the browser keeps it."""

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str | None = Field(default=None, max_length=32)
    """What it shows; None for every unit."""
    on: bool
    """Whether its browser makes sound."""
    said_at: datetime = moment(index=True)
    heard_at: datetime | None = moment_or_none()
    """When a person last said that they heard it."""
    heard_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    mute_since: datetime | None = moment_or_none()
    told_at: datetime | None = moment_or_none()
    """When somebody elsewhere was told that it is mute."""


class PlannedRound(SQLModel, table=True):
    """A round of digital supervision that is agreed: whom, between which times each day, and how."""

    __tablename__ = "planned_round"

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    opens: time
    closes: time
    """By the clock on the wall. Not after `opens`: on the next day."""
    how: How = choice(How)
    note: str = Field(default="", max_length=200)
    last_day: date | None = None
    """The last evening on which it opens; None for until further notice."""
    made_at: datetime = moment()
    made_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class RoundTurn(SQLModel, table=True):
    """One time that a planned round is due: a deadline as a row."""

    __tablename__ = "round_turn"
    __table_args__ = (UniqueConstraint("round_id", "opens_at", name="uq_round_turn"),)

    id: str = Field(primary_key=True, max_length=32)
    round_id: str = Field(foreign_key="planned_round.id", ondelete="CASCADE", max_length=32)
    """Goes with it: what was seen of a resident who is erased is erased."""
    opens_at: datetime = moment()
    due_at: datetime = moment(index=True)
    done_at: datetime | None = moment_or_none()
    done_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    seen: Seen | None = choice(Seen, default=None, nullable=True)
    note: str = Field(default="", max_length=400)
    missed_at: datetime | None = moment_or_none()
    """Nobody had done it at its time, and somebody was told."""
    told_at: datetime | None = moment_or_none()
    """When the rules of the home heard that it was done."""


class ShiftNote(SQLModel, table=True):
    """What one shift tells the next, about a unit or a resident. Nothing is written over: a correction is a new row."""

    __tablename__ = "shift_note"
    __table_args__ = (Index("ix_shift_note_unit_id_at", "unit_id", "at"),)

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", max_length=32)
    resident_id: str | None = Field(default=None, foreign_key="resident.id", max_length=32)
    text: str = Field(max_length=1000)
    author_id: str = Field(foreign_key="person.id", max_length=32)
    at: datetime = moment()
    """When the first wording was written."""
    written_at: datetime = moment()
    replaced_by_id: str | None = Field(default=None, max_length=32)
    """The newer wording; itself, where the note was taken back."""


class WallLink(SQLModel, table=True):
    """A screen on a wall, which opens one unit's wall page and nothing else."""

    __tablename__ = "wall_link"

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    made_at: datetime = moment()
    made_by_id: str = Field(foreign_key="person.id", max_length=32)
    seen_at: datetime | None = moment_or_none()
    ended_at: datetime | None = moment_or_none()
