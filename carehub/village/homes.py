"""The invented municipality of Marker's register: a care centre with two wards, and forty homes in two zones.

Marker omsorgssenter   ward-furu    rom 101-112
                       ward-bjork   rom 201-212
home care              zone-nord    20 homes
                       zone-sor     20 homes
"""

from collections.abc import Iterator
from functools import cache
from random import Random

from carehub.village import fittings, people
from carehub.village.register import Directory, Dwelling, Person, Relation, Resident, Unit

_WARDS = (
    Unit(id="ward-furu", name="Furu", kind="ward", phone=people.invented_number(7, 0)),
    Unit(id="ward-bjork", name="Bjørk", kind="ward", phone=people.invented_number(7, 1)),
)
_ZONES = (
    Unit(id="zone-nord", name="Sone nord", kind="zone", phone=people.invented_number(7, 2)),
    Unit(id="zone-sor", name="Sone sør", kind="zone", phone=people.invented_number(7, 3)),
)
_FIRST_ROOM = {"ward-furu": 101, "ward-bjork": 201}
_ROOMS_IN_A_WARD = 12
_STREETS = {
    "zone-nord": ("Storgata", "Kirkeveien", "Elvegata", "Skoleveien", "Møllergata"),
    "zone-sor": ("Bakkeveien", "Åsveien", "Solbakken", "Bjørkeveien", "Sjøgata"),
}
_HOMES_IN_A_STREET = 4
_COUPLES = 5
_ACCESS = (
    "Nøkkelboks til høyre for døra, kode {code}.",
    "Elektronisk lås, åpnes med tjenestetelefonen.",
    "Nøkkel hos hjemmetjenesten, knagg {code}.",
    "Inngang fra baksiden. Nøkkelboks, kode {code}.",
)


@cache
def directory(seed: int, *, plain: bool = False) -> Directory:
    """The whole register; the same seed gives the same people for ever.

    Args:
        seed: Any number.
        plain: Device names without spaces, for brokers that refuse them in topics (NATS).
    """
    rng = Random(f"marker/{seed}")
    dwellings = (*_rooms(), *_homes(rng))
    living = tuple(people.residents(rng, dwellings, _COUPLES))
    employed = tuple(people.staff(rng, (*_WARDS, *_ZONES)))
    family = tuple(people.relatives(rng, living, [person.username for person in employed]))
    return Directory(
        units=(*_WARDS, *_ZONES),
        dwellings=dwellings,
        residents=living,
        devices=tuple(fittings.devices(rng, dwellings, living, plain=plain)),
        persons=(*employed, *_persons(family)),
        relations=tuple(relation for _, relation in family),
        changing_resident_id=_whose_habits_change(living, dwellings),
    )


def _persons(family: tuple[tuple[Person, Relation], ...]) -> Iterator[Person]:
    return (person for person, _ in family)


def _rooms() -> Iterator[Dwelling]:
    for ward in _WARDS:
        first = _FIRST_ROOM[ward.id]
        for number in range(first, first + _ROOMS_IN_A_WARD):
            yield Dwelling(id=f"room-{number}", kind="room", name=f"Rom {number}", unit_id=ward.id)


def _homes(rng: Random) -> Iterator[Dwelling]:
    streets = [(zone, street) for zone, names in _STREETS.items() for street in names]
    numbered = [(zone, f"{street} {number}") for zone, street in streets for number in _house_numbers(rng)]
    for place, (zone, address) in enumerate(numbered, start=1):
        note = rng.choice(_ACCESS).format(code=rng.randint(1000, 9999))
        yield Dwelling(id=f"home-{place:02d}", kind="home", name=address, unit_id=zone, access_note=note)


def _house_numbers(rng: Random) -> list[int]:
    return sorted(rng.sample(range(1, 60), _HOMES_IN_A_STREET))


def _whose_habits_change(living: tuple[Resident, ...], dwellings: tuple[Dwelling, ...]) -> str:
    """The first who lives alone in the southern zone: of a couple no sensor could say whose nights changed."""
    south = [dwelling.id for dwelling in dwellings if dwelling.unit_id == "zone-sor"]
    homes = [resident.dwelling_id for resident in living]
    return next(r.id for r in living if r.dwelling_id in south and homes.count(r.dwelling_id) == 1)
