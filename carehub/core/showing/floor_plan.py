"""A ward drawn as rectangles on a grid: what stands where, what is wrong with it, and one made without a hand."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import combinations

from msgspec import Struct

COLUMNS, ROWS = 48, 40
"""The grid: a drawing is never larger."""
MOST = 120
"""So many parts are a ward; more is a mistake."""
_ROOM, _CORRIDOR = 4, 2
"""Sides of a room, and the corridor's breadth, where nobody has drawn."""


class PartKind(StrEnum):
    """What a rectangle of the drawing is."""

    ROOM = "room"
    """Somebody's room: alarms light it."""
    SHARED = "shared"
    """A room that is nobody's: the living room, the duty room."""
    CORRIDOR = "corridor"
    DOOR = "door"


class Part(Struct, frozen=True, kw_only=True):
    """One rectangle, in whole squares of the grid from its upper left corner.

    Attributes:
        scope: Of a room: the room in the register; None for the others.
        name: What stands on it; empty for the register's own name.
    """

    kind: PartKind
    x: int
    y: int
    w: int
    h: int
    scope: str | None = None
    name: str = ""

    def covers(self, other: "Part") -> bool:
        """Whether the two share a square."""
        across = self.x < other.x + other.w and other.x < self.x + self.w
        return across and self.y < other.y + other.h and other.y < self.y + self.h


Room = tuple[str, str]
"""A room of the register: its scope, and its name."""


Wrong = tuple[str, dict[str, str | int]]
"""What must be mended, in bokmål with places for values, and the values."""


def faults(parts: Sequence[Part], rooms: Iterable[Room]) -> list[Wrong]:
    """What must be mended before the drawing can be kept; nothing where it is good."""
    names = dict(rooms)
    found: list[Wrong] = [] if parts else [(EMPTY, {})]
    if len(parts) > MOST:
        found.append((TOO_MANY, {"most": MOST}))
    for one in parts:
        found += _alone(one, names)
    drawn = [one.scope for one in parts if one.scope in names]
    twice = sorted({scope for scope in drawn if scope and drawn.count(scope) > 1})
    found += [(TWICE, {"room": names[scope]}) for scope in twice]
    solid = [one for one in parts if one.kind in {PartKind.ROOM, PartKind.SHARED}]
    return found + [
        (OVERLAP, {"one": called(one, names), "other": called(other, names)})
        for one, other in combinations(solid[:MOST], 2)
        if one.covers(other)
    ]


EMPTY = "Tegningen er tom."
TOO_MANY = "Tegningen har mer enn %(most)s deler."
TWICE = "%(room)s er tegnet flere ganger."
OVERLAP = "%(one)s og %(other)s ligger oppå hverandre."
NO_ROOM = "Velg hvilket rom dette er: kolonne %(x)s, rad %(y)s."
OUTSIDE = "%(one)s er utenfor tegningen (%(columns)s kolonner og %(rows)s rader)."
FAULTS = (EMPTY, TOO_MANY, TWICE, OVERLAP, NO_ROOM, OUTSIDE)


def _alone(one: Part, names: dict[str, str]) -> list[Wrong]:
    found: list[Wrong] = []
    if one.kind is PartKind.ROOM and one.scope not in names:
        found.append((NO_ROOM, {"x": one.x + 1, "y": one.y + 1}))
    inside = one.x >= 0 and one.y >= 0 and one.x + one.w <= COLUMNS and one.y + one.h <= ROWS
    if one.w < 1 or one.h < 1 or not inside:
        found.append((OUTSIDE, {"one": called(one, names), "columns": COLUMNS, "rows": ROWS}))
    return found


def called(one: Part, names: dict[str, str]) -> str:
    """What stands on a part."""
    return one.name or names.get(one.scope or "") or _KINDS[one.kind]


_KINDS = {
    PartKind.ROOM: "Et rom", PartKind.SHARED: "Et fellesrom", PartKind.CORRIDOR: "En gang", PartKind.DOOR: "En dør",
}  # fmt: skip


def automatic(rooms: Sequence[Room]) -> list[Part]:
    """A plain ward: two rows with a corridor between them, in the order given; more of such where it is large."""
    most = 2 * (COLUMNS // _ROOM)
    wings = [rooms[at : at + most] for at in range(0, len(rooms), most)]
    return [part for number, wing in enumerate(wings) for part in _wing(wing, number * (2 * _ROOM + _CORRIDOR + 1))]


def _wing(rooms: Sequence[Room], top: int) -> list[Part]:
    half = (len(rooms) + 1) // 2
    above = [_room(room, place * _ROOM, top) for place, room in enumerate(rooms[:half])]
    below = [_room(room, place * _ROOM, top + _ROOM + _CORRIDOR) for place, room in enumerate(rooms[half:])]
    corridor = Part(kind=PartKind.CORRIDOR, x=0, y=top + _ROOM, w=half * _ROOM, h=_CORRIDOR)
    return [*above, corridor, *below]


def completed(parts: Sequence[Part], rooms: Sequence[Room]) -> list[Part]:
    """The drawing with every room of the unit on it: an alarm must not be unseen because a room was never drawn.

    A room that is no longer in the register falls out; those that nobody drew stand in rows below.
    """
    known = dict(rooms)
    kept = [one for one in parts if one.kind is not PartKind.ROOM or one.scope in known]
    drawn = {one.scope for one in kept}
    missing = [room for room in rooms if room[0] not in drawn]
    if not kept:
        return automatic(missing)
    width, top = extent(kept)
    across = max(1, width // _ROOM)
    return kept + [
        _room(room, place % across * _ROOM, top + 1 + place // across * _ROOM) for place, room in enumerate(missing)
    ]


def _room(room: Room, x: int, y: int) -> Part:
    return Part(kind=PartKind.ROOM, x=x, y=y, w=_ROOM, h=_ROOM, scope=room[0])


def extent(parts: Iterable[Part]) -> tuple[int, int]:
    """Columns and rows that the drawing needs."""
    corners = [(one.x + one.w, one.y + one.h) for one in parts]
    return max((x for x, _ in corners), default=0), max((y for _, y in corners), default=0)
