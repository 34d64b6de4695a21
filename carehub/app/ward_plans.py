"""How the village's two wards are drawn: rooms on both sides of a corridor, with what lies between them."""

from collections.abc import Iterator
from datetime import datetime

from carehub.core.showing.floor_plan import Part, PartKind
from carehub.store import floor_plans
from carehub.store.database import Session
from carehub.village.register import Directory

_ROOM, _CORRIDOR = 4, 2
_SHARED = (("Stue", 6), ("Kjøkken", 4), ("Vaktrom", 3))


async def draw(session: Session, directory: Directory, now: datetime) -> None:
    """Keep a drawing of each ward."""
    for unit in directory.units:
        rooms = [one.id for one in directory.dwellings if one.unit_id == unit.id and one.kind == "room"]
        if rooms:
            await floor_plans.save(session, unit.id, list(ward(rooms)), after=0, by=None, now=now)


def ward(rooms: list[str]) -> Iterator[Part]:
    """Most rooms above the corridor; below it the common rooms, and the last rooms at their end."""
    above = rooms[: (len(rooms) + 3) // 2 + 1]
    below = rooms[len(above) :]
    for place, scope in enumerate(above):
        yield Part(kind=PartKind.ROOM, scope=scope, x=place * _ROOM, y=0, w=_ROOM, h=_ROOM)
    yield Part(kind=PartKind.CORRIDOR, name="Gang", x=0, y=_ROOM, w=len(above) * _ROOM, h=_CORRIDOR)
    yield Part(kind=PartKind.DOOR, name="", x=0, y=_ROOM, w=1, h=_CORRIDOR)
    yield Part(kind=PartKind.DOOR, name="", x=len(above) * _ROOM - 1, y=_ROOM, w=1, h=_CORRIDOR)
    low, across = _ROOM + _CORRIDOR, 0
    for name, width in _SHARED:
        yield Part(kind=PartKind.SHARED, name=name, x=across, y=low, w=width, h=_ROOM)
        across += width
    for place, scope in enumerate(below):
        yield Part(kind=PartKind.ROOM, scope=scope, x=across + place * _ROOM, y=low, w=_ROOM, h=_ROOM)
