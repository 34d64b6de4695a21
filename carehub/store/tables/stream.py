"""The stream and the fold: events, what could not be read, state, deadlines, and who owns them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, false, text
from sqlmodel import Field

from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none

_PLACE: Any = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite makes a key of this type the row's own number; with any other it keeps a second tree, written for each row."""


class Event(SQLModel, table=True):
    """One reading that was stored: the hub's truth, in the hub's order."""

    __table_args__ = (
        Index("ix_event_scope_id_at", "scope_id", "at"),
        # Only what waits, or was named by its sender, has these, so the stream hardly pays for them.
        Index(
            "ix_event_pending_until",
            "pending_until",
            sqlite_where=text("pending_until IS NOT NULL"),
            postgresql_where=text("pending_until IS NOT NULL"),
        ),
        Index(
            "uq_event_dedup_key",
            "dedup_key",
            unique=True,
            sqlite_where=text("dedup_key IS NOT NULL"),
            postgresql_where=text("dedup_key IS NOT NULL"),
        ),
    )

    seq: int = Field(primary_key=True, sa_type=_PLACE, sa_column_kwargs={"autoincrement": False})
    at: datetime = moment()
    device_at: datetime | None = moment_or_none()
    kind: str = Field(max_length=60)
    value: str | None = Field(default=None, max_length=200)
    """The value as JSON text, so that a number stays a number."""
    unit: str | None = Field(default=None, max_length=20)
    detail: str | None = Field(default=None, max_length=400)
    source: str = Field(max_length=40)
    device_id: str | None = Field(default=None, max_length=32)
    scope_id: str = Field(max_length=80)
    resident_id: str | None = Field(default=None, max_length=32)
    place: str | None = Field(default=None, max_length=40)
    alarm: bool = False
    late: bool = False
    dedup_key: str | None = Field(default=None, max_length=250)
    body_hash: str = Field(max_length=32)
    delivery: str | None = Field(default=None, max_length=120)
    outcome: Outcome = choice(Outcome)
    pending_until: datetime | None = moment_or_none()
    number: int | None = Field(default=None, sa_type=BigInteger)
    """The sender's running number."""
    device_class: str | None = Field(default=None, max_length=20)
    """What the device was to the hub then (`DeviceKind`); None where the registry did not say."""


class FoldInputKind(StrEnum):
    """What besides events has entered the fold."""

    TICK = "tick"
    COMMAND = "command"


class FoldInput(SQLModel, table=True):
    """Ticks and commands, in the same sequence as events: replaying both gives the same alerts."""

    __tablename__ = "fold_input"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = moment()
    scope_id: str = Field(index=True, max_length=80)
    kind: FoldInputKind = choice(FoldInputKind)
    command: CommandKind | None = choice(CommandKind, default=None, nullable=True)
    until: datetime | None = moment_or_none()
    by: str | None = Field(default=None, max_length=32)
    silence: str | None = Field(default=None, sa_type=Text)
    """`Silence` as JSON, where the command carries one."""
    usual: str | None = Field(default=None, sa_type=Text)
    """`Usual` as JSON, where the command carries one."""
    overrides: str | None = Field(default=None, sa_type=Text)
    """The list of `Override` as JSON, where rules were tuned."""
    device_id: str | None = Field(default=None, max_length=32)
    """The one device that came or went."""


class Activation(SQLModel, table=True):
    """From this place in the order on, the fold judges by these rules."""

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = moment()
    zone: str = Field(max_length=60)
    rules: str = Field(sa_type=Text)
    """Content hash by rule, as JSON; the rules themselves stand in `rule_version`."""


class HeldBack(SQLModel, table=True):
    """Why a rule that would have fired did not; the trace of one that fired stands with its alert."""

    __tablename__ = "trace"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    """The event or tick at which it was decided."""
    rule_id: str = Field(primary_key=True, max_length=60)
    event_seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}, index=True)
    """The event that had started the rule; 0 where none had."""
    at: datetime = moment()
    scope_id: str = Field(max_length=80)
    body: str = Field(sa_type=Text)
    """`Trace` as JSON."""


class Settled(StrEnum):
    """What somebody did with a message that could not be read."""

    READ = "read"
    """It was read once more, and taken in."""
    ASIDE = "aside"
    """Nothing is to be done about it, for a reason that is written down."""


class DeadLetter(SQLModel, table=True):
    """A message that could not be read, as it came."""

    __tablename__ = "dead_letter"

    id: str = Field(primary_key=True, max_length=32)
    at: datetime = moment(index=True)
    source: str = Field(max_length=40)
    topic: str = Field(max_length=400)
    payload: bytes = Field(sa_type=LargeBinary)
    error: str = Field(max_length=400)
    alarm_path: bool = False
    delivery: str | None = Field(default=None, max_length=120)
    event_seq: int | None = Field(default=None, sa_type=BigInteger)
    """The `alarm.unreadable` event that it became, where it may have been an alarm."""
    retained: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """The broker had kept it from before, and gives it again."""
    settled: Settled | None = choice(Settled, default=None, nullable=True)
    settled_at: datetime | None = moment_or_none()
    settled_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    settled_why: str = Field(default="", max_length=400, sa_column_kwargs={"server_default": ""})


class ScopeStateRow(SQLModel, table=True):
    """The fold's state for one scope, written with the events that made it."""

    __tablename__ = "scope_state"

    scope_id: str = Field(primary_key=True, max_length=80)
    version: int = 0
    epoch: int = 0
    body: str = Field(sa_type=Text)
    """`ScopeState` as JSON."""


class FoldDeadline(SQLModel, table=True):
    """A moment at which a scope wants a tick. May be early, is never late."""

    __tablename__ = "fold_deadline"

    scope_id: str = Field(primary_key=True, max_length=80)
    key: str = Field(primary_key=True, max_length=160)
    due_at: datetime = moment(index=True)


class Ownership(SQLModel, table=True):
    """Who runs a partition of scopes. A higher epoch shuts out everybody before it."""

    partition: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    owner: str = Field(max_length=80)
    epoch: int = 0
    lease_until: datetime = moment()
    next_seq: int = Field(default=1, sa_type=BigInteger)
    broker_session: int = 0
    """Counts broker sessions: packet ids mean something within one only."""
    counted_to: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """Up to which event the devices' running numbers have been followed."""


class RuleVersion(SQLModel, table=True):
    """A rule as it once was, so that an old alert can still explain itself."""

    __tablename__ = "rule_version"

    rule_id: str = Field(primary_key=True, max_length=60)
    version: str = Field(primary_key=True, max_length=32)
    body: str = Field(sa_type=Text)
    tuned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """As some scope has it by a decision of its own: never the rulebook's, and in no activation."""
    activated_at: datetime = moment()
    deactivated_at: datetime | None = moment_or_none()


class Beat(SQLModel, table=True):
    """When each part of the hub last did its work."""

    name: str = Field(primary_key=True, max_length=60)
    at: datetime = moment()
    detail: str | None = Field(default=None, max_length=200)
