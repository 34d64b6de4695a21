"""What watching over devices writes down: batteries day by day, and common silences."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, moment, moment_or_none


class BatteryReading(SQLModel, table=True):
    """How full a battery was: the last reading of each day."""

    __tablename__ = "battery_reading"

    device_id: str = Field(primary_key=True, foreign_key="device.id", max_length=32)
    day: date = Field(primary_key=True)
    at: datetime = moment()
    level: float


class Incident(SQLModel, table=True):
    """Many devices that fell silent together: one alert, one visit list."""

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str | None = Field(default=None, max_length=32)
    began_at: datetime = moment()
    last_at: datetime = moment()
    """When a device last joined it."""
    ended_at: datetime | None = moment_or_none(index=True)


class IncidentDevice(SQLModel, table=True):
    """A device of an incident, and when it came back."""

    __tablename__ = "incident_device"

    incident_id: str = Field(primary_key=True, foreign_key="incident.id", max_length=32)
    device_id: str = Field(primary_key=True, index=True, max_length=32)
    silent_at: datetime = moment()
    back_at: datetime | None = moment_or_none()


class DeviceGap(SQLModel, table=True):
    """Messages of a device that never came, by their running numbers."""

    __tablename__ = "device_gap"

    device_id: str = Field(primary_key=True, foreign_key="device.id", max_length=32)
    missing: str = Field(sa_type=Text)
    """JSON: a list of [first, last]."""
    newest: int = Field(sa_type=BigInteger)
    """The highest that ever was missing: a gap that grows is told anew, one that shrinks is not."""
    since: datetime = moment(index=True)
    """When it last grew."""
