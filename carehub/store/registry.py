"""Whose device is it, where does it stand: now, and at the time of an event."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, select

from carehub.core.watching import canary
from carehub.core.watching.supervision import DeviceKind
from carehub.kit.ids import new_id
from carehub.store import silences, tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus, ScopeKind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands and whom it serves, for as long as that lasts."""

    since: datetime
    until: datetime | None
    scope: str
    resident: str | None
    place: str | None


@dataclass(slots=True)
class KnownDevice:
    """A device as the stream needs it: id, whether it can alarm, and its places over time."""

    id: str
    address: str
    source: str
    can_alarm: bool
    places: list[Place] = field(default_factory=list)
    silent: bool = False
    kind: DeviceKind = DeviceKind.UNKNOWN
    device_class: str | None = field(init=False)
    """What it is to the hub, as its events say it; None where nobody knows."""

    def __post_init__(self) -> None:
        self.device_class = None if self.kind is DeviceKind.UNKNOWN else self.kind.value

    def at(self, moment: datetime) -> Place | None:
        """Where it stood at `moment`; None when it was assigned to nobody."""
        if not self.places or moment < self.places[0].since:
            return None
        found = self.places[-1]  # where it stands now is what nearly every report asks for
        if moment < found.since:
            found = self.places[bisect_right(self.places, moment, key=lambda place: place.since) - 1]
        return found if found.until is None or moment < found.until else None


@dataclass(slots=True)
class Registry:
    """All devices, by source and address, with who lived where when."""

    devices: dict[tuple[str, str], KnownDevice]
    residencies: Mapping[str, list[tuple[datetime, datetime | None, str]]]
    units: Mapping[str, str | None]
    """Scope → the unit whose staff answer."""

    def resident_of(self, scope: str, moment: datetime) -> str | None:
        """The one resident of a scope at `moment`; None for nobody or for several."""
        found = None
        for since, until, who in self.residencies.get(scope, ()):
            if since <= moment and (until is None or moment < until):
                if found is not None:
                    return None
                found = who
        return found


async def load(session: Session) -> Registry:
    """Read the whole registry: a municipality's is a few thousand rows."""
    places: dict[str, list[Place]] = defaultdict(list)
    for row in (await session.exec(select(tables.Assignment).order_by(col(tables.Assignment.since)))).all():
        places[row.device_id].append(Place(row.since, row.until, row.scope_id, row.resident_id, row.place))
    devices = (await session.exec(select(tables.Device))).all()
    return Registry(
        devices=_by_address(devices, places) | {(canary.SOURCE, canary.DEVICE): _canary()},
        residencies=await _residencies(session),
        units=dict((await session.exec(select(tables.Scope.id, tables.Scope.unit_id))).all()),
    )


async def those(session: Session, source: str, addresses: Collection[str]) -> Registry:
    """Only these devices of a road, with the places where they stood; nothing is known of who lives there."""
    device, places = tables.Device, defaultdict(list)
    known = select(device).where(device.source == source, col(device.address).in_(addresses))
    rows = (await session.exec(known)).all()
    stood = select(tables.Assignment).where(col(tables.Assignment.device_id).in_([row.id for row in rows]))
    for row in (await session.exec(stood.order_by(col(tables.Assignment.since)))).all():
        places[row.device_id].append(Place(row.since, row.until, row.scope_id, None, row.place))
    return Registry(devices=_by_address(rows, places), residencies={}, units={})


def _canary() -> KnownDevice:
    """The hub's own alarm stands in no table, so it is nobody's device and on no list."""
    place = Place(datetime.min.replace(tzinfo=UTC), None, canary.SCOPE, None, None)
    return KnownDevice(canary.DEVICE, canary.DEVICE, canary.SOURCE, can_alarm=True, places=[place])


def _by_address(
    devices: Iterable[tables.Device], places: Mapping[str, list[Place]]
) -> dict[tuple[str, str], KnownDevice]:
    return {
        (row.source, row.address): KnownDevice(
            row.id,
            row.address,
            row.source,
            row.can_alarm,
            list(places.get(row.id, [])),
            row.silent_since is not None,
            row.kind,
        )
        for row in devices
    }


async def _residencies(session: Session) -> dict[str, list[tuple[datetime, datetime | None, str]]]:
    lives: dict[str, list[tuple[datetime, datetime | None, str]]] = defaultdict(list)
    for row in (await session.exec(select(tables.Residency))).all():
        lives[row.scope_id].append((row.since, row.until, row.resident_id))
    return lives


def unknown_scope(device_id: str) -> str:
    """The fold key of a device that is assigned to nobody."""
    return f"device:{device_id}"


async def add_unknown(session: Session, devices: Iterable[KnownDevice], now: datetime) -> None:
    """List devices that were heard for the first time, each with a scope of its own."""
    for device in devices:
        session.add(tables.Scope(id=unknown_scope(device.id), kind=ScopeKind.DEVICE, name=device.address[:80]))
        session.add(
            tables.Device(
                id=device.id, source=device.source, address=device.address, can_alarm=True,
                status=DeviceStatus.UNKNOWN, first_seen_at=now, last_seen_at=now,
            )
        )  # fmt: skip
    await session.flush()


async def name_of(session: Session, scope: str) -> str | None:
    """A home's or a room's name; None for a scope that is only a device's."""
    found = await session.get(tables.Scope, scope)
    return found.name if found and found.kind is not ScopeKind.DEVICE else None


async def listed(session: Session, devices: Collection[str]) -> Sequence[str]:
    """Which of these ids are in the register."""
    if not devices:
        return ()
    return (await session.exec(select(tables.Device.id).where(col(tables.Device.id).in_(devices)))).all()


async def assign_device(
    session: Session, device_id: str, scope_id: str, resident_id: str | None, place: str | None, now: datetime
) -> set[str]:
    """Put a device in a place from now on; gives the scopes whose fold must forget what was pending.

    The old assignment ends now, so an earlier event still belongs to whoever had it then.
    """
    open_rows = select(tables.Assignment).where(
        tables.Assignment.device_id == device_id, col(tables.Assignment.until).is_(None)
    )
    touched = {scope_id}
    for row in (await session.exec(open_rows)).all():
        row.until = now
        touched.add(row.scope_id)
    session.add(
        tables.Assignment(
            id=new_id(), device_id=device_id, scope_id=scope_id, resident_id=resident_id, place=place, since=now
        )
    )
    await silences.end_for(session, touched, device_id, now)
    device = await session.get_one(tables.Device, device_id)
    # Whoever has it now has not seen its alarm arrive yet (F68).
    device.status, device.tested_at, device.blind_since = DeviceStatus.NOT_IN_SERVICE, None, None
    device.retired_at = device.replaced_by_id = None
    return touched
