"""Devices by the API: the list, one, where it stands, and its test; what `carehub device` and `/admin/devices` do.

No route here names a resident, so that a technician's program may use them: whose a device is stands with the resident.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Hub
from carehub.store import registers
from carehub.store.registers import DeviceRow, Show
from carehub.store.tables.places import DeviceStatus
from carehub.web.admin.devices import put
from carehub.web.admin.joining import begin_test
from carehub.web.api.parts import LIMIT, After, Limit, Part, cut
from carehub.web.problems import told
from carehub.web.security import Administering, TheHub

router = APIRouter(prefix="/api/v1/devices", tags=["devices"], responses=told(401, 403, 422))


class DeviceOut(BaseModel):
    """One sensor, button or gateway, and where it stands now."""

    id: str
    source: str = Field(description="the road on which it is heard, such as zigbee2mqtt")
    address: str = Field(description="its own name on that road")
    label: str | None
    model: str | None
    kind: DeviceKind
    can_alarm: bool
    status: DeviceStatus = Field(description="not_in_service: nobody has seen its alarm arrive; it alerts all the same")
    home: str | None = Field(description="id of the scope in which it stands")
    home_name: str | None
    unit: str | None
    place: str | None = Field(description="where in the home, such as bathroom")
    since: datetime | None = Field(description="when it was put there")
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    silent_since: datetime | None = Field(description="set while it is silent for longer than its kind may be")
    tested_at: datetime | None = Field(description="when a person last answered an alarm of it where it stands now")
    battery: float | None = Field(description="per cent")
    battery_empty_at: datetime | None = Field(description="forecast")
    gateway: str | None
    bearer: str | None
    operator: str | None
    bearer_ends_on: date | None = Field(description="the day on which its bearer is switched off")


_OWN = ("id", "source", "address", "label", "model", "kind", "can_alarm", "status", "first_seen_at", "last_seen_at",
        "silent_since", "tested_at", "battery", "battery_empty_at", "gateway", "bearer", "operator",
        "bearer_ends_on")  # fmt: skip


def _out(row: DeviceRow) -> DeviceOut:
    stands, scope = row.assignment, row.scope
    return DeviceOut(
        home=scope and scope.id, home_name=scope and scope.name, unit=scope and scope.unit_id,
        place=stands and stands.place, since=stands and stands.since,
        **{name: getattr(row.device, name) for name in _OWN},
    )  # fmt: skip


async def _found(hub: Hub, device_id: str) -> DeviceOut:
    async with hub.database.read() as session:
        row = await registers.device_row(session, device_id)
    if row is None:
        raise HTTPException(404)
    return _out(row)


@router.get("", summary="Devices")
async def listed(
    hub: TheHub,
    _visitor: Administering,
    show: Annotated[Show, Query(description="all that are in use, or those that want a look")] = Show.ALL,
    after: After = "",
    limit: Limit = LIMIT,
) -> Part[DeviceOut]:
    """By id, of the whole municipality, as on `/admin/devices`."""
    async with hub.database.read() as session:
        before = hub.clock() - hub.test_every
        rows = await registers.devices_after(session, show, before, after, limit + 1)
    rows, following = cut(rows, lambda row: row.device.id, limit)
    return Part(items=[_out(row) for row in rows], next=following)


@router.get("/{device_id}", summary="One device", responses=told(404))
async def one(hub: TheHub, _visitor: Administering, device_id: str) -> DeviceOut:
    """What is known of it, and where it stands now."""
    return await _found(hub, device_id)


class Placing(BaseModel, extra="forbid"):
    """Where a device stands from now on."""

    home: Annotated[str, Field(max_length=80, description="id of a home, room or ward")]
    resident: Annotated[str, Field(max_length=32, description="id, where it is one person's own; else left out")] = ""
    place: Annotated[str, Field(max_length=40, description="where in the home, such as bathroom")] = ""


@router.post("/{device_id}/assign", summary="Place a device", responses=told(404))
async def assign(hub: TheHub, visitor: Administering, device_id: str, placing: Placing) -> DeviceOut:
    """The old place ends now, and an alarm device waits for a new test. In your own units, for residents you see."""
    await put(hub, visitor, device_id, placing.home, placing.resident, placing.place)
    return await _found(hub, device_id)


class OnTest(BaseModel):
    """A device whose next alarm is the test."""

    device: str
    until: datetime


@router.post("/{device_id}/test", summary="Put a device on test", responses=told(404, 409))
async def test(hub: TheHub, visitor: Administering, device_id: str) -> OnTest:
    """For ten minutes its next alarm is the test; whoever answers that puts it in service."""
    begun = await begin_test(hub, visitor, device_id)
    return OnTest(device=device_id, until=begun.until)
