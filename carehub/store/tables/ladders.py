"""What each unit has decided of its ladders, and the contacts outside the house that a ladder may call."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from carehub.core.severity import Severity
from carehub.store.tables.base import SQLModel, choice, moment


class LadderRow(SQLModel, table=True):
    """The ladder of one unit and severity; without a row the built-in one holds."""

    __tablename__ = "ladder"

    id: str = Field(primary_key=True, max_length=40)
    """ "sol/40"; "*/40" for all units without one of their own."""
    unit_id: str | None = Field(default=None, foreign_key="unit.id", max_length=32)
    severity: Severity = choice(Severity)
    arrive_within_s: int | None = None
    """After "I take it"; None for the usual time of the severity."""
    finish_within_s: int | None = None


class LadderRung(SQLModel, table=True):
    """One rung, from the bottom: 1, 2, 3."""

    __tablename__ = "ladder_rung"

    ladder_id: str = Field(primary_key=True, foreign_key="ladder.id", max_length=40)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    asks: str = Field(max_length=600)
    """Audiences with blanks between: "on_duty role:coordinator"."""
    patience_s: int
    in_turn: bool = False
    methods: str = Field(default="", max_length=120)
    """Channels with blanks between; empty for each one's own first way."""
    siren: bool = False


class LadderChange(SQLModel, table=True):
    """How a ladder was before somebody changed it, so that it can be undone."""

    __tablename__ = "ladder_change"

    id: int | None = Field(default=None, primary_key=True)
    ladder_id: str = Field(index=True, max_length=40)
    at: datetime = moment()
    person_id: str | None = Field(default=None, max_length=32)
    before: str | None = Field(default=None, sa_type=Text)
    """As JSON; None where the built-in one held."""


class FixedContact(SQLModel, table=True):
    """Somebody outside the house who can be called and has no login: an alarm centre, the duty telephone."""

    __tablename__ = "fixed_contact"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    channel: str = Field(max_length=40)
    address: str = Field(max_length=120)
