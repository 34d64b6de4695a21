"""Residents by the API: those whom the pages `/admin/residents` show, to the same people, each look logged the same."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.store import residents, tables, ties
from carehub.store.tables.places import DeviceStatus
from carehub.web.admin.register import log_list, mine, note_change
from carehub.web.admin.rules import Deciding
from carehub.web.api.parts import LIMIT, After, Limit, Part, part_of
from carehub.web.problems import told
from carehub.web.security import TheHub

router = APIRouter(prefix="/api/v1/residents", tags=["residents"], responses=told(401, 403, 422))


class ResidentOut(BaseModel):
    """Somebody who is cared for, and their last home. A home with a protected address has its cover name."""

    id: str
    given_name: str
    family_name: str
    unit: str | None = Field(description="id of the unit that looks after them")
    home: str | None = Field(description="id of the scope in which they live or last lived")
    home_name: str | None
    until: datetime | None = Field(description="when they left it; null while they live there")


class HomeOut(BaseModel):
    """Where somebody lived, from when to when."""

    home: str
    name: str | None
    since: datetime
    until: datetime | None


class DeviceThere(BaseModel):
    """A device around a resident; more of it is at `/api/v1/devices/{device_id}`."""

    id: str
    name: str = Field(description="what people call it, or else its own name on its road")
    kind: DeviceKind
    status: DeviceStatus
    place: str | None = Field(description="where in the home, such as bathroom")
    own: bool = Field(description="the resident's own, and moves with them")
    since: datetime

    @classmethod
    def of(cls, device: tables.Device, row: tables.Assignment) -> Self:
        """As it stands now."""
        return cls(
            id=device.id, name=device.label or device.address, kind=device.kind, status=device.status, place=row.place,
            own=row.resident_id is not None, since=row.since,
        )  # fmt: skip


class ResidentMore(BaseModel):
    """One resident, where they have lived (the newest first), and what stands around them now: no national id."""

    id: str
    given_name: str
    family_name: str
    phone: str | None = Field(description="in E.164")
    born_year: int | None
    risk: Risk = Field(description="how soon somebody must come when the resident cannot be heard")
    note: str | None
    homes: list[HomeOut]
    devices: list[DeviceThere]


@router.get("", summary="Residents of your units")
async def listed(
    hub: TheHub,
    visitor: Deciding,
    unit: Annotated[str, Query(max_length=32, description="id of one unit; left out for all of yours")] = "",
    *,
    former: bool = False,
    after: After = "",
    limit: Limit = LIMIT,
) -> Part[ResidentOut]:
    """By id. For coordinators and administrators, of their units; `former` for those who have left."""
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        every = [row for row in await residents.everybody(session) if sight.covers(row.unit_id)]
    found = [row for row in every if (row.until is not None) == former and (not unit or row.unit_id == unit)]
    rows, following = part_of(found, lambda row: row.id, after, limit)
    await log_list(hub, visitor, rows)
    items = [
        ResidentOut(
            id=row.id, given_name=row.given_name, family_name=row.family_name, unit=row.unit_id, home=row.scope_id,
            home_name=row.scope, until=row.until,
        )
        for row in rows
    ]  # fmt: skip
    return Part(items=items, next=following)


@router.get("/{resident_id}", summary="One resident", responses=told(404))
async def one(hub: TheHub, visitor: Deciding, resident_id: str) -> ResidentMore:
    """What `/admin/residents/{id}/about` shows. Somebody of another unit answers 403, there or not."""
    async with hub.database.read() as session:
        resident = await mine(hub, session, visitor, resident_id)
        lived = await residents.homes_of(session, resident_id)
        home = next((row.scope_id for row, _ in lived if row.until is None), None)
        around = await residents.devices_around(session, resident_id, home)
    async with hub.database.write() as session:
        note_change(session, visitor, "resident", resident_id, hub)
    return ResidentMore(
        id=resident.id, given_name=resident.given_name, family_name=resident.family_name, phone=resident.phone,
        born_year=resident.born_year, risk=resident.risk, note=resident.note,
        homes=[HomeOut(home=row.scope_id, name=scope and scope.name, since=row.since, until=row.until)
               for row, scope in lived],
        devices=[DeviceThere.of(device, row) for device, row in around],
    )  # fmt: skip
