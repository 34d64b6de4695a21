"""What a resident's family and the care team tell each other, and when a relative can be asked."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from carehub.core.people.kin import Sort
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class CareMessage(SQLModel, table=True):
    """One message between somebody outside the staff and those who care for a resident. No record of care."""

    __tablename__ = "care_message"
    __table_args__ = (Index("ix_care_message_thread", "resident_id", "person_id", "sent_at"),)

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", max_length=32)
    person_id: str = Field(foreign_key="person.id", max_length=32)
    """Whose thread it is: one relative never reads another's."""
    author_id: str = Field(foreign_key="person.id", max_length=32)
    by_staff: bool
    text: str = Field(sa_type=Text)
    sent_at: datetime = moment(index=True)
    read_at: datetime | None = moment_or_none()
    """When the other side first saw it."""


class Availability(SQLModel, table=True):
    """A time at which a relative may be asked. Whoever has named none may be asked at any."""

    id: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=32)
    days: int
    """A bit for each weekday, Monday the lowest."""
    since_minute: int
    until_minute: int
    zone: str = Field(max_length=40)
    """In which the minutes count: a summer's evening is one in winter too."""


class KinSettings(SQLModel, table=True):
    """What somebody outside the staff decided for themselves."""

    __tablename__ = "kin_settings"

    person_id: str = Field(foreign_key="person.id", primary_key=True, max_length=32)
    texts_stopped_at: datetime | None = moment_or_none()
    """STOPP: they get no SMS of any sort; None while they want them."""
    can_be_asked: bool = True
    """NEI on their own page: not as long as this stands, whatever was agreed."""


class FamilyVisit(SQLModel, table=True):
    """A relative tells that they come, or take the resident out. It silences nothing by itself."""

    __tablename__ = "family_visit"

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    person_id: str = Field(foreign_key="person.id", max_length=32)
    sort: Sort = choice(Sort)
    since: datetime = moment()
    until: datetime = moment(index=True)
    note: str = Field(default="", max_length=200)
    made_at: datetime = moment()
    cancelled_at: datetime | None = moment_or_none()


class Wish(SQLModel, table=True):
    """What matters to a resident, in their own words."""

    resident_id: str = Field(foreign_key="resident.id", primary_key=True, max_length=32)
    text: str = Field(sa_type=Text)
    changed_at: datetime = moment()
    changed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)


class SharingPause(SQLModel, table=True):
    """A resident hides their day from their family until then; staff and alarms go on."""

    __tablename__ = "sharing_pause"

    resident_id: str = Field(foreign_key="resident.id", primary_key=True, max_length=32)
    since: datetime = moment()
    until: datetime = moment()
