"""What the municipality's register says of Marker: plain values, for the composition root to write down.

Words are those of the hub's tables, but nothing is shared with them. Everybody is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

ZIGBEE = "zigbee2mqtt"
OWN = "carehub_v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A ward of the care centre or a zone of home care; kind is "ward" or "zone"."""

    id: str
    name: str
    kind: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwelling:
    """A home or a room: one scope of the hub; kind is "home" or "room".

    Attributes:
        id: Says nothing of who lives there or where, since ids stand in logs.
        name: As staff say it: "Rom 104", "Storgata 5".
    """

    id: str
    kind: str
    name: str
    unit_id: str
    access_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody who lives in a dwelling. The national id is synthetic: its month is 81 to 92."""

    id: str
    dwelling_id: str
    given_name: str
    family_name: str
    is_woman: bool
    born_year: int
    national_id: str
    phone: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One sensor or button.

    Attributes:
        source: "zigbee2mqtt" or "carehub_v1".
        address: Its own name on that road, and so part of its topic.
        label: As staff say it.
        place: entrance, hall, bathroom, bedroom, living_room, kitchen; None where it is worn.
        resident_id: Set where it is one person's own.
        expected_interval_s: Longest silence of a device that is well.
        retained: Whether zigbee2mqtt has been told to let the broker keep its last state.
    """

    id: str
    source: str
    address: str
    label: str
    model: str
    dwelling_id: str
    place: str | None
    can_alarm: bool
    expected_interval_s: int
    resident_id: str | None = None
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Staff or a relative. Roles: nurse, care_centre, coordinator, technician, administrator, relative."""

    id: str
    name: str
    username: str
    role: str
    unit_id: str | None
    phone: str
    on_duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Who is whose relative, and how much the resident lets them know.

    Attributes:
        kinship: As the family says it: "datter".
        insight: nothing, all_is_well or handled_alerts.
    """

    id: str
    person_id: str
    resident_id: str
    kinship: str
    insight: str
    by_sms: bool


@dataclass(frozen=True, kw_only=True)
class Directory:
    """The whole register.

    Attributes:
        changing_resident_id: Whose habits change slowly over the fortnight before today.
    """

    units: tuple[Unit, ...]
    dwellings: tuple[Dwelling, ...]
    residents: tuple[Resident, ...]
    devices: tuple[Device, ...]
    persons: tuple[Person, ...]
    relations: tuple[Relation, ...]
    changing_resident_id: str

    @cached_property
    def residents_of(self) -> Mapping[str, tuple[Resident, ...]]:
        """Who lives in each dwelling."""
        return {d.id: tuple(r for r in self.residents if r.dwelling_id == d.id) for d in self.dwellings}

    @cached_property
    def devices_of(self) -> Mapping[str, tuple[Device, ...]]:
        """What stands in each dwelling, worn devices too."""
        return {d.id: tuple(v for v in self.devices if v.dwelling_id == d.id) for d in self.dwellings}
