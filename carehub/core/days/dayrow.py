"""A resident's local day as a row of numbers: what is stored of each day, and what models are trained on.

Pure. The row is as old rows were for as long as `LAYOUT` is the same; NaN is what was not observed.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import isnan, nan
from types import MappingProxyType
from typing import NamedTuple

from carehub.core.days.features import Feature, Part, PartOfDay
from carehub.core.days.habits import HABITS

LAYOUT = 1

CELLS: tuple[tuple[Part, Feature], ...] = tuple((part, feature) for part in Part for feature in Feature)
ROOMS = ("bathroom", "kitchen", "bedroom", "living_room", "entrance", "other")
MEALS = ("breakfast", "dinner", "supper")
SLOTS = 48
"""Half hours of the local day."""

UNUSABLE = (None, "outage", "nobody seen", "few messages", "away", "unknown")
"""Why a part has no values, by the number that is stored; "unknown" is a part that nobody measured."""

_HOURS = {"breakfast": range(10, 21), "dinner": range(21, 32), "supper": range(32, 44)}
"""The half hours in which a use of the kitchen is taken for each meal."""
_MEAL_AT = {slot: meal for meal, slots in _HOURS.items() for slot in slots}
_ROOM_OF = {"toilet": "bathroom", "wc": "bathroom", "hall": "entrance", "hallway": "entrance", "lounge": "living_room"}
_MANY_ROOMS = 4

WIDTH = len(CELLS) + len(Part) + SLOTS + len(ROOMS) + len(MEALS) + len(HABITS) + 1
_ROW = struct.Struct(f"<{WIDTH}f")
SIZE = _ROW.size
"""Bytes of a stored day."""


@dataclass(slots=True)
class Shape:
    """What a whole day looks like, counted as it passes.

    Attributes:
        slots: Signs of life in each half hour; both hours of an autumn night that is lived twice are one.
        rooms: Signs by room.
        meals: Whether the kitchen was used at the hours of each meal.
        crowded: In how many ten minutes at least four places were used: seldom one person alone.
    """

    slots: list[int] = field(default_factory=lambda: [0] * SLOTS)
    rooms: dict[str, int] = field(default_factory=dict)
    meals: set[str] = field(default_factory=set)
    crowded: int = 0
    _tenth: tuple[int, set[str]] = (-1, set())

    def see(self, local: datetime, place: str | None) -> None:
        """Count one sign of life at a local time."""
        slot = local.hour * 2 + local.minute // 30
        self.slots[slot] += 1
        if place is None:
            return
        room = _ROOM_OF.get(place, place)
        room = room if room in ROOMS else "other"
        self.rooms[room] = self.rooms.get(room, 0) + 1
        if room == "kitchen" and (meal := _MEAL_AT.get(slot)):
            self.meals.add(meal)
        self._crowd(local.hour * 6 + local.minute // 10, place)

    def _crowd(self, tenth: int, place: str) -> None:
        if self._tenth[0] != tenth:
            self._tenth = (tenth, set())
        places = self._tenth[1]
        if place not in places:
            places.add(place)
            self.crowded += len(places) == _MANY_ROOMS


class Day(NamedTuple):
    """A stored day, read."""

    values: Mapping[tuple[Part, Feature], float]
    """Without what was not observed."""
    unusable: Mapping[Part, str | None]
    slots: tuple[int, ...]
    rooms: Mapping[str, int]
    meals: frozenset[str]
    habits: Mapping[str, float]
    crowded: int


def pack(parts: Iterable[PartOfDay], shape: Shape, habits: Mapping[str, float] = MappingProxyType({})) -> bytes:
    """One day's parts and shape as bytes; a part that is not given is unknown."""
    by_part = {part.part: part for part in parts}
    row = [by_part[part].values.get(feature, nan) if part in by_part else nan for part, feature in CELLS]
    row += [float(UNUSABLE.index(by_part[part].unusable if part in by_part else "unknown")) for part in Part]
    row += map(float, shape.slots)
    row += [float(shape.rooms.get(room, 0)) for room in ROOMS]
    row += [float(meal in shape.meals) for meal in MEALS]
    row += [habits.get(habit, nan) for habit in HABITS]
    row.append(float(shape.crowded))
    return _ROW.pack(*row)


def unpack(body: bytes) -> Day:
    """A stored day; raises ValueError where it is none of this layout."""
    if len(body) != SIZE:
        raise ValueError(f"a stored day has {SIZE} bytes, not {len(body)}")
    row = iter(_ROW.unpack(body))
    values = {cell: value for cell, value in zip(CELLS, islice(row, len(CELLS)), strict=True) if not isnan(value)}
    return Day(
        values=values,
        unusable={part: UNUSABLE[int(code)] for part, code in zip(Part, islice(row, len(Part)), strict=True)},
        slots=tuple(map(int, islice(row, SLOTS))),
        rooms={room: int(many) for room, many in zip(ROOMS, islice(row, len(ROOMS)), strict=True)},
        meals=frozenset(meal for meal, had in zip(MEALS, islice(row, len(MEALS)), strict=True) if had),
        habits={
            habit: value for habit, value in zip(HABITS, islice(row, len(HABITS)), strict=True) if not isnan(value)
        },
        crowded=int(next(row)),
    )
