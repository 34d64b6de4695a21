"""Alerts, the journal of each, the outbox, and what providers report back."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from carehub.contracts import Fate
from carehub.core.answers.alerts import Aftermath, Cause, Contact, Status, Step
from carehub.core.severity import Severity
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class Alert(SQLModel, table=True):
    """Something that somebody must look at; owned until somebody has been there."""

    __table_args__ = (
        # Invariant 5, held by the database itself: what is open has a next deadline.
        CheckConstraint("status = 'closed' OR due_at IS NOT NULL", name="open_has_deadline"),
        # One open alert per resident (or scope) and kind.
        Index(
            "uq_alert_open_dedup_key",
            "dedup_key",
            unique=True,
            sqlite_where=text("status <> 'closed'"),
            postgresql_where=text("status <> 'closed'"),
        ),
        Index("ix_alert_status_due_at", "status", "due_at"),
        # What was closed lately; a press has nothing to write there.
        Index(
            "ix_alert_status_closed_at",
            "status",
            "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    dedup_key: str = Field(index=True, max_length=180)
    kind: str = Field(max_length=60)
    severity: Severity = choice(Severity)
    alert_code: str | None = Field(default=None, max_length=10)
    status: Status = choice(Status, default=Status.OPEN)
    scope_id: str = Field(index=True, max_length=80)
    unit_id: str | None = Field(default=None, index=True, max_length=32)
    resident_id: str | None = Field(default=None, index=True, max_length=32)
    device_id: str | None = Field(default=None, max_length=32)
    place: str | None = Field(default=None, max_length=40)
    rule_id: str = Field(max_length=60)
    rule_version: str = Field(max_length=32)
    detail: str | None = Field(default=None, max_length=400)
    raised_at: datetime = moment(index=True)
    last_event_at: datetime = moment()
    happened_at: datetime | None = moment_or_none()
    """The device's claim, where it is well before `raised_at`: "skjedde for 6 timer siden"."""
    presses: int = 1
    """How many times it was reported; for a button, how many presses."""
    rung: int = 0
    """How many steps of the ladder have been tried."""
    turn: int = 0
    """Of a rung that asks one after another: how many have been asked."""
    rungs: int = 0
    """How many steps the ladder has, as last climbed; from the last one on, the alert is unanswered."""
    due_at: datetime | None = moment_or_none()
    """When the ladder climbs next. Never empty while the alert is open."""
    remind_at: datetime | None = moment_or_none()
    """When whoever took it is reminded, once; empty while nobody is on the way."""
    stale_since: datetime | None = moment_or_none()
    """Its deadline had passed long before the hub saw it: it is listed each day, and wakes nobody blindly."""
    owner_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    answered_at: datetime | None = moment_or_none()
    """When a person first took it, was there or closed it; as its steps say, which are the truth."""
    taken_at: datetime | None = moment_or_none()
    arrived_at: datetime | None = moment_or_none()
    closed_at: datetime | None = moment_or_none()
    closed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    cause: Cause | None = choice(Cause, default=None, nullable=True)
    aftermath: Aftermath | None = choice(Aftermath, default=None, nullable=True)
    contact: Contact | None = choice(Contact, default=None, nullable=True)
    note: str | None = Field(default=None, max_length=2000)
    handed_to_id: str | None = Field(default=None, max_length=32)
    """Who has been asked to take it over, and has not answered."""
    parent_id: str | None = Field(default=None, index=True, max_length=32)
    """The alert that this follow-up, or this call for a second person, comes from."""


class AlertEvent(SQLModel, table=True):
    """Which events made an alert, and the trace that says why."""

    __tablename__ = "alert_event"

    id: int | None = Field(default=None, primary_key=True)
    alert_id: str = Field(foreign_key="alert.id", index=True, max_length=32)
    event_seq: int | None = Field(default=None, sa_type=BigInteger, index=True)
    at: datetime = moment()
    trace: str = Field(sa_type=Text)
    """`Trace` as JSON."""


class AlertStep(SQLModel, table=True):
    """The journal of an alert: one line a step, with the national code where there is one."""

    __tablename__ = "alert_step"

    id: int | None = Field(default=None, primary_key=True)
    alert_id: str = Field(foreign_key="alert.id", index=True, max_length=32)
    at: datetime = moment()
    step: Step = choice(Step)
    code: str | None = Field(default=None, max_length=4)
    person_id: str | None = Field(default=None, max_length=32)
    text: str | None = Field(default=None, max_length=400)


class NoticeState(StrEnum):
    """Where an outbox row is."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    SEEN = "seen"
    """Shown on the device, or heard by a person: still no answer."""
    FAILED = "failed"
    """For good: another way or another person is the ladder's next step."""


class Notice(SQLModel, table=True):
    """The outbox: one message to one person by one channel, at least once."""

    __table_args__ = (
        Index("uq_notice_step", "alert_id", "cycle", "channel", "address", unique=True),
        Index("ix_notice_state_not_before", "state", "not_before"),
        Index("ix_notice_pass_on_at", "pass_on_at"),
        # All that the load on people asks of a message, so that weeks of them are read without the texts.
        Index("ix_notice_sent_at", "sent_at", "channel", "person_id", "alert_id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    alert_id: str | None = Field(default=None, foreign_key="alert.id", index=True, max_length=32)
    """None for what concerns no alert, such as a code that verifies a telephone; its cycle is then unique by itself."""
    person_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    channel: str = Field(max_length=40)
    address: str = Field(max_length=120)
    text: str = Field(max_length=600)
    severity: Severity = choice(Severity)
    cycle: str = Field(max_length=40)
    """Which step wrote it ("rung:3", "repeat:2"): one notice for one step, ever."""
    state: NoticeState = choice(NoticeState, default=NoticeState.WAITING)
    created_at: datetime = moment()
    not_before: datetime = moment()
    lease_until: datetime | None = moment_or_none()
    pass_on_at: datetime | None = moment_or_none()
    """If it has not come through by then, the person's next way is tried too. None: not yet, or no more."""
    attempts: int = 0
    repeated: bool = False
    """It was sent again because nobody knows whether it went; the text says so."""
    reference: str | None = Field(default=None, index=True, max_length=80)
    reason: str | None = Field(default=None, max_length=200)
    sent_at: datetime | None = moment_or_none()
    delivered_at: datetime | None = moment_or_none()
    seen_at: datetime | None = moment_or_none()


class StatusReport(SQLModel, table=True):
    """Each report of a provider, kept once: they come doubled, late and out of order."""

    __tablename__ = "status_report"
    __table_args__ = (Index("uq_status_report_reference_status", "reference", "status", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(max_length=80)
    status: str = Field(max_length=40)
    fate: Fate | None = choice(Fate, default=None, nullable=True)
    error: str | None = Field(default=None, max_length=40)
    at: datetime = moment()


class AnswerDay(SQLModel, table=True):
    """How soon the alerts of one local day were answered, of those that cannot change any more. Nobody is in it."""

    __tablename__ = "answer_day"

    zone: str = Field(primary_key=True, max_length=60)
    """The local day of which zone."""
    day: date = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    """`carehub.store.answers.Kept` as MessagePack."""


class ReplyCode(SQLModel, table=True):
    """A code that takes one alert for one person, from that person's number only."""

    __tablename__ = "reply_code"

    code: str = Field(primary_key=True, max_length=12)
    digits: str = Field(default="", max_length=6)
    """The same for a call: said by a voice, and pressed after a 1. Only in a call about this alert to this person."""
    alert_id: str = Field(foreign_key="alert.id", index=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", max_length=32)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment_or_none()
