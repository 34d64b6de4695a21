"""Staff and relatives, their logins, and who looked at what."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import GivenBy, Ground
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class Person(SQLModel, table=True):
    """Somebody who can log in or be told."""

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    username: str = Field(unique=True, max_length=80)
    role: Role = choice(Role)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", max_length=32)
    phone: str | None = Field(default=None, max_length=20)
    """As colleagues call them. Ladders reach people by their contact methods."""
    password_hash: str | None = Field(default=None, max_length=200)
    on_duty: bool = False
    active: bool = True
    language: Language | None = choice(Language, default=None, nullable=True)
    """In which the pages speak to them; None: in that of the browser."""


class ContactMethod(SQLModel, table=True):
    """One way to reach a member of staff. Ladders use it only when it is verified and nothing speaks against it."""

    __tablename__ = "contact_method"
    __table_args__ = (Index("uq_contact_method_address", "person_id", "channel", "address", unique=True),)

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    channel: str = Field(max_length=40)
    address: str = Field(max_length=120)
    """What the channel needs: a number in E.164, an e-mail address, the id of a push subscription."""
    details: str | None = Field(default=None, sa_type=Text)
    """What the channel needs besides: a browser's subscription as JSON."""
    position: int = 0
    """Tried in this order; the next one when an earlier one does not get through."""
    created_at: datetime = moment()
    verified_at: datetime | None = moment_or_none()
    """When the person showed that it reaches them; None: never used for an alert."""
    suspect_since: datetime | None = moment_or_none()
    """Accepted and never delivered: tried last, until something gets through again."""
    disabled_reason: str | None = Field(default=None, max_length=80)
    """Why it must not be used ("STOP"); None for in use."""


class ContactCheck(SQLModel, table=True):
    """A code on its way to an address, by which its owner shows that it reaches them."""

    __tablename__ = "contact_check"

    method_id: str = Field(foreign_key="contact_method.id", primary_key=True, max_length=32)
    code_hash: str = Field(max_length=64)
    sent_at: datetime = moment()
    expires_at: datetime = moment()
    sends: int = 1
    tries: int = 0
    replaces_id: str | None = Field(default=None, max_length=32)
    """The method that this one takes over from; it works until then."""


class RemovedWay(SQLModel, table=True):
    """A way that somebody took away a moment ago: kept apart, where nothing uses it, until it is too late to undo."""

    __tablename__ = "removed_way"

    id: str = Field(primary_key=True, max_length=32)
    """Of the contact method, which comes back under it."""
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    kept: str = Field(sa_type=Text)
    """The contact method as JSON."""
    removed_at: datetime = moment()


class Competence(SQLModel, table=True):
    """Something that a person may do and a ladder may ask for: "medisin", "sykepleier"."""

    person_id: str = Field(foreign_key="person.id", primary_key=True, max_length=32)
    name: str = Field(primary_key=True, max_length=40)


class Relation(SQLModel, table=True):
    """What ties a login to a resident from outside the staff, and how much the resident lets them know."""

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    kinship: str = Field(max_length=40)
    """As the family says it: "datter", "sønn"."""
    standing: Standing = choice(
        Standing, default=Standing.RELATIVE, sa_column_kwargs={"server_default": Standing.RELATIVE.value}
    )
    insight: Insight = choice(Insight)
    by_sms: bool = False
    may_be_asked: bool = False
    """Agreed: they are asked when no staff answer."""
    since: datetime = moment()
    until: datetime | None = moment_or_none()
    """A change ends the row and begins another, so that what was agreed when is never lost."""
    given_by: GivenBy = choice(
        GivenBy, default=GivenBy.UNKNOWN, sa_column_kwargs={"server_default": GivenBy.UNKNOWN.value}
    )
    ground: Ground = choice(Ground, default=Ground.UNKNOWN, sa_column_kwargs={"server_default": Ground.UNKNOWN.value})
    reason: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    """Why it was entered on the resident's behalf."""
    entered_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    """None while it holds, and where it ran out by itself."""
    end_reason: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})


class AccessLog(SQLModel, table=True):
    """Who read or changed what about whom. Append-only."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_at_person_id", "at", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    person_id: str | None = Field(default=None, max_length=32)
    action: str = Field(max_length=60)
    resident_id: str | None = Field(default=None, index=True, max_length=32)
    subject: str | None = Field(default=None, max_length=120)
    because: str | None = Field(default=None, max_length=200)
    """What tied the reader to the resident (`core.access.Tie`), or the key of the reason that they gave."""


class AccessReason(SQLModel, table=True):
    """What somebody wrote when they looked or changed something. Blanked when the resident is erased, else never."""

    __tablename__ = "access_reason"

    key: str = Field(primary_key=True, max_length=69)
    """The hash of salt and text, as the log has it."""
    salt: str = Field(max_length=32)
    text: str = Field(max_length=400)
    at: datetime = moment(index=True)
    resident_id: str | None = Field(default=None, index=True, max_length=32)


class AccessSeal(SQLModel, table=True):
    """A link of the chain that the log of readings lies in: the hash of its rows, and of the seal before."""

    __tablename__ = "access_seal"

    id: int | None = Field(default=None, primary_key=True)
    after: int = Field(unique=True)
    """The last row under the seal before: no two seals follow the same one."""
    up_to: int
    """The last row under it."""
    many: int
    chain: str = Field(max_length=64)
    sealed_at: datetime = moment()


class OpenedFile(SQLModel, table=True):
    """Somebody said why they need to see a resident of another unit, and may for a while."""

    __tablename__ = "opened_file"

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    reason: str = Field(max_length=200)
    at: datetime = moment()
    until: datetime = moment(index=True)
