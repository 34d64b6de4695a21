"""Who lives in the benchmark: fifty homes full of sensors, and two thousand people with an alarm button."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from carehub.core.people.access import Role
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind

HOMES = 50
KINDS = ("motion", "door", "bed", "temperature")
WEARERS = 2000
"""Each alarm of a run comes from another resident, so each makes an alert of its own, as in the peers."""

_SINCE = timedelta(days=400)
_UNITS = 5


@dataclass(frozen=True, slots=True)
class _Sensor:
    id: str
    source: str
    address: str
    home: str
    place: str | None
    can_alarm: bool


def sensor(home: int, kind: str) -> str:
    """The friendly name of a sensor, as people write it."""
    return f"Storgata {home + 1}/{kind}"


def button(wearer: int) -> str:
    """The name of an alarm button on its topic."""
    return f"alarm-{wearer:04d}"


async def settle(url: str) -> None:
    """Migrate the store and register everybody: nothing that the bench sends is unknown to the hub."""
    database = Database(url)
    now = datetime.now(UTC)  # noqa: TID251 - the edge of the whole program
    try:
        await database.migrate()
        async with database.write() as session:
            for rows in (_units(), _scopes(), _residents(), _staff(), _residencies(now), *_devices(now)):
                session.add_all(rows)
                await session.flush()
    finally:
        await database.close()


def _homes() -> Iterator[tuple[str, int]]:
    """Every home with its number: the fifty with sensors first."""
    return ((f"home{number:04d}", number) for number in range(HOMES + WEARERS))


def _units() -> Iterable[tables.Unit]:
    return (tables.Unit(id=f"zone{unit}", name=f"Sone {unit}", kind=UnitKind.ZONE) for unit in range(_UNITS))


def _scopes() -> Iterable[tables.Scope]:
    return (
        tables.Scope(id=home, kind=ScopeKind.HOME, name=f"Storgata {number + 1}", unit_id=f"zone{number % _UNITS}")
        for home, number in _homes()
    )


def _residents() -> Iterable[tables.Resident]:
    return (
        tables.Resident(id=f"person{number:04d}", given_name="Prøve", family_name=f"Person {number}")
        for _, number in _homes()
    )


def _residencies(now: datetime) -> Iterable[tables.Residency]:
    return (
        tables.Residency(id=f"lives{number:04d}", resident_id=f"person{number:04d}", scope_id=home, since=now - _SINCE)
        for home, number in _homes()
    )


def _staff() -> Iterable[tables.Person]:
    """Three on duty in each zone, without telephones: nothing may leave this machine, so the tablets are told."""
    return (
        tables.Person(
            id=f"nurse{unit}{nurse}", name="Prøve Pleier", username=f"nurse{unit}{nurse}", role=Role.NURSE,
            unit_id=f"zone{unit}", on_duty=True,
        )
        for unit in range(_UNITS) for nurse in range(3)
    )  # fmt: skip


def _sensors() -> Iterator[_Sensor]:
    for home in range(HOMES):
        places = {"motion": ("bathroom", "kitchen")[home % 2], "door": "entrance", "bed": "bedroom"}
        for kind in KINDS:
            place = places.get(kind, "living_room")
            yield _Sensor(f"{kind}{home}", "zigbee2mqtt", sensor(home, kind), f"home{home:04d}", place, can_alarm=False)
    for wearer in range(WEARERS):
        yield _Sensor(
            f"button{wearer}", "carehub_v1", button(wearer), f"home{HOMES + wearer:04d}", None, can_alarm=True
        )


def _devices(now: datetime) -> tuple[Iterable[tables.Device], Iterable[tables.Assignment]]:
    devices = (
        tables.Device(
            id=one.id, source=one.source, address=one.address, can_alarm=one.can_alarm,
            status=DeviceStatus.IN_SERVICE, first_seen_at=now, last_seen_at=now,
        )
        for one in _sensors()
    )  # fmt: skip
    assignments = (
        tables.Assignment(
            id=f"at{one.id}", device_id=one.id, scope_id=one.home, place=one.place, since=now - _SINCE
        )
        for one in _sensors()
    )  # fmt: skip
    return devices, assignments
