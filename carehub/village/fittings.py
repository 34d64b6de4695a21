"""What an installer has put up in each room and home, and what each thing is called on its road."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from carehub.village.register import OWN, ZIGBEE, Device, Dwelling, Resident

DOOR, CONTACT = "MCCGQ11LM", "SNZB-04"
MOTION = ("RTCGQ11LM", "RTCGQ11LM", "9290012607", "SNZB-03")
CLIMATE, SMOKE, LEAK = "WSDCGQ11LM", "HS1SA-E", "SJCGQ11LM"
PENDANT, CORD, BED_PAD, RADAR = "Marker Knapp 2", "Marker Snor 1", "Marker Sengematte 1", "Marker Radar 3"

CHECK_IN_S = {ZIGBEE: 3000, OWN: 600}
"""Seconds between two signs of life: Aqara's sensors report about every 50 minutes, our own every 10."""
_PATIENCE = 3
"""Signs of life that may be missed before a device counts as silent: radio loses some."""


@dataclass(frozen=True, slots=True)
class _Fitting:
    """One thing to put up: its model, its place, its words, and how common it is (share of dwellings)."""

    model: str | Sequence[str]
    place: str
    words: str
    share: float = 1
    can_alarm: bool = False


_IN_A_ROOM = (
    _Fitting((DOOR, CONTACT), "entrance", "Dør {name}"),
    _Fitting(MOTION, "bedroom", "{Name}"),
    _Fitting(MOTION, "bathroom", "Bad {number}"),
    _Fitting(CLIMATE, "bedroom", "Temperatur {number}"),
)
_IN_A_HOME = (
    _Fitting((DOOR, DOOR, CONTACT), "entrance", "Dør inngang {Name}"),
    _Fitting(MOTION, "hall", "Gang {Name}"),
    _Fitting(MOTION, "living_room", "Stue {Name}"),
    _Fitting(MOTION, "kitchen", "Kjøkken {Name}"),
    _Fitting(MOTION, "bedroom", "Soverom {Name}"),
    _Fitting(MOTION, "bathroom", "Bad {Name}"),
    _Fitting(CLIMATE, "living_room", "Temperatur stue {Name}"),
    _Fitting(SMOKE, "kitchen", "Røyk kjøkken {Name}", can_alarm=True),
    _Fitting(LEAK, "bathroom", "Vann bad {Name}", 0.5, can_alarm=True),
)
_OWN_IN_A_ROOM = (
    _Fitting(CORD, "bathroom", "snor", can_alarm=True),
    _Fitting(BED_PAD, "bedroom", "seng", 0.7),
    _Fitting(RADAR, "bedroom", "radar", 0.5, can_alarm=True),
)
_OWN_IN_A_HOME = (
    _Fitting(BED_PAD, "bedroom", "seng", 0.35),
    _Fitting(RADAR, "bathroom", "radar", 0.25, can_alarm=True),
)
_LABELS = {"snor": "Snor på badet", "seng": "Sengematte", "radar": "Fallradar"}


def devices(
    rng: Random, dwellings: Sequence[Dwelling], residents: Sequence[Resident], *, plain: bool
) -> Iterator[Device]:
    """Everything that is put up and worn in Marker; ids and addresses are unique."""
    serials = iter(rng.sample(range(1000, 9999), 400))
    place = 0
    for dwelling in dwellings:
        worn = [resident for resident in residents if resident.dwelling_id == dwelling.id]
        for device in (*_zigbee(rng, dwelling), *_own(rng, dwelling, serials), *_pendants(dwelling, worn, serials)):
            place += 1
            yield _named(device, f"device-{place:04d}", plain=plain)


def _named(device: Device, identity: str, *, plain: bool) -> Device:
    fields = {name: getattr(device, name) for name in Device.__slots__}
    address = device.address.replace(" ", "_") if plain else device.address
    return Device(**fields | {"id": identity, "address": address})


def _zigbee(rng: Random, dwelling: Dwelling) -> Iterator[Device]:
    # One home in six was set up by somebody who let the broker keep the last state.
    retained = rng.random() < 1 / 6
    for fitting in _chosen(rng, _IN_A_ROOM if dwelling.kind == "room" else _IN_A_HOME):
        words = {"name": dwelling.name.lower(), "Name": dwelling.name, "number": dwelling.name.split()[-1]}
        name = fitting.words.format(**words)
        yield _device(rng, fitting, ZIGBEE, dwelling, address=name, label=name, retained=retained)


def _own(rng: Random, dwelling: Dwelling, serials: Iterator[int]) -> Iterator[Device]:
    for fitting in _chosen(rng, _OWN_IN_A_ROOM if dwelling.kind == "room" else _OWN_IN_A_HOME):
        address, label = f"{fitting.words}-{next(serials)}", f"{_LABELS[fitting.words]} {dwelling.name}"
        yield _device(rng, fitting, OWN, dwelling, address=address, label=label)


def _chosen(rng: Random, fittings: Sequence[_Fitting]) -> list[_Fitting]:
    return [fitting for fitting in fittings if rng.random() < fitting.share]


def _device(rng: Random, fitting: _Fitting, source: str, dwelling: Dwelling, **fields: str | bool) -> Device:
    model = fitting.model if isinstance(fitting.model, str) else rng.choice(fitting.model)
    return Device(
        id="",
        source=source,
        model=model,
        dwelling_id=dwelling.id,
        place=fitting.place,
        can_alarm=fitting.can_alarm,
        expected_interval_s=CHECK_IN_S[source] * _PATIENCE,
        **fields,  # type: ignore[arg-type]  # address, label and retained, checked where they are made
    )


def _pendants(dwelling: Dwelling, worn_by: Sequence[Resident], serials: Iterator[int]) -> Iterator[Device]:
    # No name on the label: lists of devices are read by people who need not know who lives there.
    for place, resident in enumerate(worn_by):
        yield Device(
            id="",
            source=OWN,
            address=f"knapp-{next(serials)}",
            label=f"Trygghetsalarm {dwelling.name}{', nummer to' if place else ''}",
            model=PENDANT,
            dwelling_id=resident.dwelling_id,
            place=None,
            can_alarm=True,
            expected_interval_s=CHECK_IN_S[OWN] * _PATIENCE,
            resident_id=resident.id,
        )
