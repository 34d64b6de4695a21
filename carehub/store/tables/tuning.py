"""What was decided about rules: for a unit, for a resident, and on what ground of law; and what the folds heard."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class RuleOverride(SQLModel, table=True):
    """One decision about a rule. Never changed but for its end: another decision is another row."""

    __tablename__ = "rule_override"

    id: str = Field(primary_key=True, max_length=32)
    rule_id: str = Field(index=True, max_length=60)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", max_length=32)
    resident_id: str | None = Field(default=None, foreign_key="resident.id", index=True, max_length=32)
    """One of the two is given."""
    body: str = Field(sa_type=Text)
    """Values by path, as JSON."""
    was: str = Field(sa_type=Text)
    """What the rulebook said at the same paths when this was decided, likewise."""
    off: bool | None = None
    since: datetime = moment()
    until: datetime | None = moment_or_none()
    why: str = Field(max_length=400)
    made_at: datetime = moment()
    made_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class ScopeTuning(SQLModel, table=True):
    """What the fold of a scope was told last, written with the command."""

    __tablename__ = "scope_tuning"

    scope_id: str = Field(primary_key=True, max_length=80)
    body: str = Field(sa_type=Text)


class LegalBasis(SQLModel, table=True):
    """On what ground a function of a resident runs; or that the resident says no to it."""

    __tablename__ = "legal_basis"

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    function: Function = choice(Function)
    basis: Basis = choice(Basis)
    objection: bool = False
    since: datetime = moment()
    until: datetime | None = moment_or_none()
    """When it must have been looked at again."""
    reference: str = Field(default="", max_length=120)
    """Of the document in the journal system."""
    note: str = Field(default="", max_length=400)
    made_at: datetime = moment()
    made_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class HeardKind(SQLModel, table=True):
    """Which kinds of event a device has been heard to tell: what it can feed."""

    __tablename__ = "heard_kind"

    device_id: str = Field(primary_key=True, foreign_key="device.id", max_length=32)
    kind: str = Field(primary_key=True, max_length=60)
    last_at: datetime = moment()
    """Brought up to date once a day."""
