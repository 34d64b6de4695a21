"""Where people live and what stands there: units, scopes, residents, devices, and who has what since when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, text, true
from sqlmodel import Field

from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class UnitKind(StrEnum):
    """A ward of the care centre, or a zone of home care."""

    WARD = "ward"
    ZONE = "zone"


class WallShows(StrEnum):
    """What the screen on a unit's wall tells those who walk past."""

    ROOM = "room"
    """In which room somebody is needed, and how soon. Nothing of whom or why."""
    WHAT = "what"
    """Also what happened."""
    NAME = "name"
    """Also whom."""


class Unit(SQLModel, table=True):
    """The staff group that answers: a ward or a home-care zone."""

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    kind: UnitKind = choice(UnitKind)
    phone: str | None = Field(default=None, max_length=20)
    """Which families, staff and alarm centres are told to ring, in E.164."""
    time_zone: str | None = Field(default=None, max_length=40)
    """Of its clock on the wall, as "Europe/Oslo"; None for the municipality's."""
    roll_call: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether each telephone is asked to answer when its shift begins."""
    wall_shows: WallShows = choice(
        WallShows, default=WallShows.ROOM, sa_column_kwargs={"server_default": WallShows.ROOM.value}
    )


class UnitNeighbour(SQLModel, table=True):
    """Who is asked next when a unit has nobody: its neighbours, the nearest first."""

    __tablename__ = "unit_neighbour"

    unit_id: str = Field(foreign_key="unit.id", primary_key=True, max_length=32)
    neighbour_id: str = Field(foreign_key="unit.id", primary_key=True, max_length=32)
    position: int = 0


class ScopeKind(StrEnum):
    """What kind of key a fold has."""

    HOME = "home"
    ROOM = "room"
    WARD = "ward"
    DEVICE = "device"
    HUB = "hub"


class Scope(SQLModel, table=True):
    """The key of a fold: a home, a room, a ward, a lone device, or the hub itself."""

    id: str = Field(primary_key=True, max_length=80)
    kind: ScopeKind = choice(ScopeKind)
    name: str = Field(max_length=80)
    """As staff say it: "Rom 104", "Storgata 5"."""
    unit_id: str | None = Field(default=None, foreign_key="unit.id", max_length=32)
    access_note: str | None = Field(default=None, max_length=400)
    """How to get in: key box, door code. Shown to staff on the alert only."""


class Resident(SQLModel, table=True):
    """Somebody who is cared for."""

    id: str = Field(primary_key=True, max_length=32)
    given_name: str = Field(max_length=80)
    family_name: str = Field(max_length=80)
    national_id: str | None = Field(default=None, max_length=11)
    phone: str | None = Field(default=None, max_length=20)
    born_year: int | None = None
    note: str | None = Field(default=None, max_length=400)
    risk: Risk = choice(Risk, default=Risk.NORMAL, sa_column_kwargs={"server_default": Risk.NORMAL.value})
    """How soon somebody must come when the resident cannot be heard."""


class Residency(SQLModel, table=True):
    """Who lived where, from when to when."""

    id: str = Field(primary_key=True, max_length=32)
    resident_id: str = Field(foreign_key="resident.id", index=True, max_length=32)
    scope_id: str = Field(foreign_key="scope.id", index=True, max_length=80)
    since: datetime = moment()
    until: datetime | None = moment_or_none()


class DeviceStatus(StrEnum):
    """Whether a device is one of ours."""

    UNKNOWN = "unknown"
    """Heard, assigned to nobody."""
    NOT_IN_SERVICE = "not_in_service"
    """Put up, but nobody has seen its alarm arrive yet. An alarm of it alerts all the same."""
    IN_SERVICE = "in_service"
    RETIRED = "retired"


class Device(SQLModel, table=True):
    """One sensor, button or gateway."""

    __table_args__ = (
        Index("uq_device_source_address", "source", "address", unique=True),
        *(  # of ten thousand devices the few that each page of a ward asks for
            Index(f"ix_device_{name}", name, sqlite_where=text(f"{name} IS NOT NULL"),
                  postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("silent_since", "blind_since", "replaced_by_id")
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True, max_length=32)
    source: str = Field(max_length=40)
    address: str = Field(max_length=200)
    """The device's own name on its road."""
    label: str | None = Field(default=None, max_length=80)
    model: str | None = Field(default=None, max_length=80)
    kind: DeviceKind = choice(
        DeviceKind, default=DeviceKind.UNKNOWN, sa_column_kwargs={"server_default": DeviceKind.UNKNOWN.value}
    )
    can_alarm: bool = True
    status: DeviceStatus = choice(DeviceStatus)
    expected_interval_s: int | None = None
    """Longest time between two genuine messages; None: as its kind should be heard."""
    first_seen_at: datetime | None = moment_or_none()
    last_seen_at: datetime | None = moment_or_none(index=True)
    silent_since: datetime | None = moment_or_none()
    last_number: int | None = Field(default=None, sa_type=BigInteger)
    """The highest running number heard since it last began to count."""
    battery: float | None = None
    """Per cent, as last heard."""
    battery_empty_at: datetime | None = moment_or_none()
    """Forecast from the daily readings."""
    runs_until: datetime | None = moment_or_none()
    """Without mains: when its own battery will be empty."""
    tested_at: datetime | None = moment_or_none()
    """When a person last answered an alarm of it where it stands now."""
    blind_since: datetime | None = moment_or_none()
    """Since when somebody has been told that its protection is off."""
    retired_at: datetime | None = moment_or_none()
    """Since when it is out of use for good; what it had until then, an undo gives back."""
    replaced_by_id: str | None = Field(default=None, foreign_key="device.id", max_length=32)
    """What takes its place: beside it until that has proven itself, and then alone."""
    gateway: str | None = Field(default=None, max_length=80)
    """What it speaks through, as the installer calls it."""
    bearer: str | None = Field(default=None, max_length=40)
    """What carries its messages: "2G", "4G", "fiber"."""
    operator: str | None = Field(default=None, max_length=40)
    bearer_ends_on: date | None = None
    """The day on which its bearer is switched off."""
    token_hash: str | None = Field(default=None, unique=True, max_length=64)
    """SHA-256 of the secret with which it sends by HTTP; None for a device that does not."""


class Assignment(SQLModel, table=True):
    """Which device stood where and served whom, from when to when."""

    id: str = Field(primary_key=True, max_length=32)
    device_id: str = Field(foreign_key="device.id", index=True, max_length=32)
    scope_id: str = Field(foreign_key="scope.id", index=True, max_length=80)
    resident_id: str | None = Field(default=None, foreign_key="resident.id", index=True, max_length=32)
    """Set where the device is one person's own (a pendant); else the scope says whom it concerns."""
    place: str | None = Field(default=None, max_length=40)
    since: datetime = moment()
    until: datetime | None = moment_or_none()
