"""Shift plans as people wrote them, in local wall time, and the duties that they come to, in UTC."""

from datetime import date, datetime, time

from sqlalchemy import Index
from sqlmodel import Field

from carehub.core.people.coverage import Horizon
from carehub.core.people.shifts import Why
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class ShiftLine(SQLModel, table=True):
    """One line of a plan: a shift on one weekday each so many weeks, or a single one (`core.shifts.Line`)."""

    __tablename__ = "shift_line"

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", index=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    first_day: date
    last_day: date | None = None
    every_weeks: int
    starts: time
    ends: time
    nights: int
    uid: str | None = Field(default=None, index=True, max_length=255)
    """The event's own name in the calendar it was read from."""
    created_at: datetime = moment()
    created_by_id: str | None = Field(default=None, max_length=32)


class ShiftChange(SQLModel, table=True):
    """One shift that somebody else has, or nobody: a swap, or a shift that falls away."""

    __tablename__ = "shift_change"
    __table_args__ = (Index("uq_shift_change_line_day", "line_id", "day", unique=True),)

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="shift_line.id", max_length=32)
    day: date
    person_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    created_at: datetime = moment()
    created_by_id: str | None = Field(default=None, max_length=32)


class Absence(SQLModel, table=True):
    """Somebody is not there for a while. Why is nobody's business here: an illness is a health word too."""

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    since: datetime = moment()
    until: datetime | None = moment_or_none()
    created_at: datetime = moment()
    created_by_id: str | None = Field(default=None, max_length=32)


class Duty(SQLModel, table=True):
    """Who is on duty where, from when to when: made anew from the plan with each change of it, and daily."""

    __table_args__ = (
        Index("ix_duty_until_since_person_id", "until", "since", "person_id"),
        Index("uq_duty_line_day_person_since", "line_id", "day", "person_id", "since", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", max_length=32)
    unit_id: str = Field(foreign_key="unit.id", index=True, max_length=32)
    since: datetime = moment()
    until: datetime = moment()
    why: Why = choice(Why)
    line_id: str = Field(max_length=32)
    day: date


class StaffingGap(SQLModel, table=True):
    """A stretch in which nobody in a unit can be reached, as it was warned of: once for each horizon."""

    __tablename__ = "staffing_gap"

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Field(foreign_key="unit.id", index=True, max_length=32)
    horizon: Horizon = choice(Horizon)
    since: datetime = moment()
    until: datetime = moment()
    warning: str = Field(max_length=32)
    """The warning that told of it; parts of a gap that has been filled in the middle have the same."""
    is_open: bool = False
    """It reached to where the check looked."""


class RollCall(SQLModel, table=True):
    """At the start of a shift the person's telephone is asked to answer: one for each person and shift."""

    __tablename__ = "roll_call"
    __table_args__ = (Index("uq_roll_call_person_since", "person_id", "since", unique=True),)

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", max_length=32)
    unit_id: str = Field(foreign_key="unit.id", index=True, max_length=32)
    since: datetime = moment()
    """When the shift began."""
    code: str = Field(unique=True, max_length=12)
    asked_at: datetime = moment()
    due_at: datetime = moment(index=True)
    """When silence is told to others."""
    answered_at: datetime | None = moment_or_none()
    told_at: datetime | None = moment_or_none()
    """When others were told that there was no answer."""


class CalendarFeed(SQLModel, table=True):
    """An address at which a calendar program reads shifts: whoever knows its secret, until it is taken back."""

    __tablename__ = "calendar_feed"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=32)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", index=True, max_length=32)
    created_at: datetime = moment()
    created_by_id: str | None = Field(default=None, max_length=32)
