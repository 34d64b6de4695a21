"""The people of Marker, all invented: residents, those who care for them, and those who worry about them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from carehub.village.register import Dwelling, Person, Relation, Resident, Unit

_OLD_WOMEN = (
    "Gerd", "Solveig", "Inger", "Åse", "Bjørg", "Ruth", "Astrid", "Randi", "Kari", "Aud", "Signe", "Borghild", "Turid",
    "Ingrid", "Else", "Liv", "Ragnhild", "Tordis", "Marit", "Eldbjørg", "Gunvor", "Haldis", "Jorunn", "Synnøve",
)  # fmt: skip
_OLD_MEN = (
    "Arne", "Odd", "Kåre", "Bjarne", "Olav", "Leif", "Harald", "Einar", "Sverre", "Rolf", "Ivar", "Torbjørn",
    "Magne", "Asbjørn", "Reidar", "Håkon", "Trygve", "Gunnar", "Øyvind", "Birger", "Sigurd", "Halvard",
)  # fmt: skip
_WOMEN = (
    "Anne", "Camilla", "Silje", "Hege", "Line", "Monica", "Fatima", "Agnieszka", "Thi Mai", "Kristin", "Tone", "Elin",
    "Kjersti", "Nina",
)  # fmt: skip
_MEN = ("Morten", "Anders", "Espen", "Geir", "Lars", "Jonas", "Mohammed", "Tomasz", "Stian", "Øystein")
_FAMILIES = (
    "Aasen", "Bakken", "Berg", "Brekke", "Dahl", "Eide", "Engen", "Fjeld", "Foss", "Grønli", "Hagen", "Haugen", "Holm",
    "Kvam", "Lie", "Lunde", "Moen", "Myhre", "Nygård", "Rud", "Sandvik", "Skaar", "Solberg", "Strand", "Sæther",
    "Tangen", "Thune", "Vik", "Ødegård", "Østby", "Åmot", "Nærland", "Bjørnstad", "Røed", "Teigen", "Viken",
)  # fmt: skip
_NOTES = ("Bruker rullator.", "Hører dårlig, snakk tydelig.", "Har hund i huset.", "Vil helst tiltales med etternavn.")
_KIN_WOMEN = ("datter", "datter", "datter", "barnebarn", "niese", "svigerdatter", "søster", "venn")
_KIN_MEN = ("sønn", "sønn", "sønn", "barnebarn", "nevø", "svigersønn", "bror", "venn")
_INSIGHT = ("handled_alerts", "handled_alerts", "all_is_well", "all_is_well", "nothing")

_SYNTHETIC_MONTH = 80
"""Added to the month, as in the tax authority's Tenor test register: no living person has such a number."""
_FIRST_CHECK = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_CHECK = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def invented_number(series: int, place: int) -> str:
    """A telephone number that belongs to the simulation: invented, and only ever dialled inside it.

    Args:
        series: 1 for staff, 3 for relatives, 5 for residents, 7 for units.
        place: 0 to 199 within the series.
    """
    return f"+4799900{series * 100 + place:03d}"


def national_id(rng: Random, born_year: int, *, is_woman: bool) -> str:
    """A synthetic national id for somebody born in the 1900s: month plus 80, with valid check digits."""
    while True:
        birth = f"{rng.randint(1, 28):02d}{rng.randint(1, 12) + _SYNTHETIC_MONTH:02d}{born_year % 100:02d}"
        individual = rng.randrange(0, 500, 2) + (0 if is_woman else 1)
        number = _with_check_digits(f"{birth}{individual:03d}")
        if number:
            return number


def _with_check_digits(nine: str) -> str | None:
    """The eleven digits; None where a check digit would be 10, as for every eleventh number."""
    first = _check(nine, _FIRST_CHECK)
    second = _check(f"{nine}{first}", _SECOND_CHECK)
    return f"{nine}{first}{second}" if max(first, second) < 10 else None  # noqa: PLR2004 - a digit


def _check(digits: str, weights: Sequence[int]) -> int:
    return -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11


def residents(rng: Random, dwellings: Sequence[Dwelling], couples: int) -> Iterator[Resident]:
    """One resident for each dwelling, and a couple in `couples` of the homes."""
    homes = [dwelling.id for dwelling in dwellings if dwelling.kind == "home"]
    shared = set(rng.sample(homes, couples))
    households = ((dwelling, which) for dwelling in dwellings for which in range(2 if dwelling.id in shared else 1))
    family = ""
    for place, (dwelling, which) in enumerate(households):
        family = family if which else rng.choice(_FAMILIES)
        yield _resident(rng, dwelling, family, place, is_woman=which == 0 and rng.random() < 0.65)  # noqa: PLR2004


def _resident(rng: Random, dwelling: Dwelling, family: str, place: int, *, is_woman: bool) -> Resident:
    born_year = rng.randint(1929, 1949) if dwelling.kind == "room" else rng.randint(1932, 1955)
    return Resident(
        id=f"resident-{place + 1:03d}",
        dwelling_id=dwelling.id,
        given_name=rng.choice(_OLD_WOMEN if is_woman else _OLD_MEN),
        family_name=family,
        is_woman=is_woman,
        born_year=born_year,
        national_id=national_id(rng, born_year, is_woman=is_woman),
        phone=invented_number(5, place),
        note=rng.choice(_NOTES) if rng.random() < 0.3 else None,  # noqa: PLR2004 - one in three has a note
    )


@dataclass(frozen=True, slots=True)
class _Post:
    """One position: its role, its unit, and whether its holder is at work when the village wakes."""

    role: str
    unit_id: str | None
    on_duty: bool


def _posts(units: Sequence[Unit]) -> Iterator[_Post]:
    for role in ("coordinator", "technician", "administrator"):
        yield _Post(role, None, on_duty=True)
    for unit in units:
        role = "care_centre" if unit.kind == "ward" else "nurse"
        # Six share a unit's days and nights (`rotation`); two of them are at work.
        yield from (_Post(role, unit.id, on_duty=place < 2) for place in range(6))  # noqa: PLR2004


def staff(rng: Random, units: Sequence[Unit]) -> Iterator[Person]:
    """Everybody employed, with usernames that are unique."""
    names = _full_names(rng)
    for place, post in enumerate(_posts(units)):
        yield _person(next(names), place, post, series=1)


def _person(name: str, place: int, post: _Post, series: int) -> Person:
    return Person(
        id=f"{'relative' if post.role == 'relative' else 'staff'}-{place + 1:03d}",
        name=name,
        username=username(name),
        role=post.role,
        unit_id=post.unit_id,
        phone=invented_number(series, place),
        on_duty=post.on_duty,
    )


def _full_names(rng: Random, taken: Sequence[str] = ()) -> Iterator[str]:
    """Names in a shuffled order, each once; none whose username is in `taken`."""
    names = [f"{given} {family}" for given in (*_WOMEN, *_MEN) for family in _FAMILIES]
    rng.shuffle(names)
    return (name for name in names if username(name) not in taken)


def username(name: str) -> str:
    """What somebody types to log in: "Øystein Åmot" is "oystein.amot"."""
    plain = name.lower().replace("ø", "o").replace("æ", "ae").replace(" ", ".")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def relatives(rng: Random, who: Sequence[Resident], taken: Sequence[str]) -> Iterator[tuple[Person, Relation]]:
    """For seven of ten residents a relative, and how much the resident lets them know."""
    names = _full_names(rng, taken)
    with_family = [resident for resident in who if rng.random() < 0.7]  # noqa: PLR2004 - a guess at Marker's families
    for place, resident in enumerate(with_family):
        person = _person(next(names), place, _Post("relative", None, on_duty=False), series=3)
        insight = rng.choice(_INSIGHT)
        yield (
            person,
            Relation(
                id=f"relation-{place + 1:03d}",
                person_id=person.id,
                resident_id=resident.id,
                kinship=rng.choice(_KIN_WOMEN if person.name.startswith(_WOMEN) else _KIN_MEN),
                insight=insight,
                by_sms=insight == "handled_alerts" and rng.random() < 0.6,  # noqa: PLR2004
            ),
        )
