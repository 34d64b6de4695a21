"""What a ward keeps of its own: how it is drawn."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, moment


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
