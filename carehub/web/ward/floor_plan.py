"""The ward as a drawing: each room with what calls there, in shape, word, place and colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from carehub.core.answers.alerts import Status
from carehub.core.people.access import About, Sight
from carehub.core.severity import Severity
from carehub.core.showing.floor_plan import Part, PartKind, called, completed, extent
from carehub.store import floor_plans
from carehub.store.database import Session
from carehub.store.floor_plans import Living
from carehub.web.cards import COLOURS, AlertView
from carehub.web.tongue import Spoken, _
from carehub.web.ward.board import Board, Mark

SQUARE = 20
"""Units of the picture to a square of the grid."""
_LEAST = (24, 10)
"""Columns and rows that the picture has at least: three rooms are not drawn as large as a door."""
_LETTER = 6.4
"""How broad a letter of the small text is, in the same units."""
_FLAT, _LOW, _HIGH = 30, 40, 60
"""A room must be higher than this to hold its urgency, its people, and who has it."""
_NUMBER = 5
"""So many letters stand large in any room."""
_WIDE = 1.75
"""A drawing so many times as broad as high fills a screen better above a list than beside it."""
SHAPES: dict[Severity, str] = {
    Severity.CRITICAL: "octagon", Severity.SERIOUS: "triangle", Severity.MODERATE: "diamond",
    Severity.NORMAL: "circle", Severity.NOT_REPORTED: "circle",
}  # fmt: skip
"""Urgency for whoever does not see colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One part of the drawing as it is shown now.

    Attributes:
        short: What stands large: the number, where the name has one.
        alert: The most urgent of those in the room.
        more: How many others there are.
        people: The residents whose names are shown.
        link: Where a tap leads; None where there is nothing to see.
    """

    part: Part
    name: str
    short: str
    who: str = ""
    people: tuple[str, ...] = ()
    alert: AlertView | None = None
    more: int = 0
    marks: frozenset[Mark] = frozenset()
    link: str | None = None

    @property
    def colour(self) -> str:
        """Never alone: shape and word say the same."""
        return COLOURS[self.alert.severity] if self.alert else "neutral"

    @property
    def shape(self) -> str:
        """Of the mark of urgency."""
        return SHAPES[self.alert.severity] if self.alert else ""

    @property
    def holder(self) -> str:
        """Who has it, as short as a room is broad."""
        if self.alert is None:
            return ""
        if self.alert.status is Status.OPEN:
            return _("Venter")
        there, who = self.alert.status is Status.ARRIVED, self.alert.owner or ""
        if self.alert.mine:
            return _("Du er der") if there else _("Du går")
        return _("%(who)s er der", who=who) if there else _("%(who)s går", who=who)

    def _held(self, less: int) -> str:
        """Who has it; where there is no room, how far they are: a name that is cut off tells neither."""
        if self.alert is None or self.alert.waits or self.holder == self.fits(self.holder, less):
            return self.fits(self.holder, less)
        return self.fits(_("Er der") if self.alert.status is Status.ARRIVED else _("På vei"), less)

    def fits(self, text: str, less: int = 0) -> str:
        """The text, cut to the room's breadth, `less` so many letters."""
        most = max(1, int((self.part.w * SQUARE - 14) / _LETTER) - less)
        return text if len(text) <= most else f"{text[: most - 1]}…"

    def _names(self) -> str:
        """Who lives there, as far as there is room: with initials, without, the first and how many others."""
        less = (1 + 3 * len(self.marks)) if self.alert and self.marks else 0  # its marks stand beside the name then
        first, *others = given = [one.rsplit(maxsplit=1)[0] for one in self.who.split(", ") if one] or [""]
        said = (self.who, ", ".join(given), f"{first} +{len(others)}" if others else first)
        return next((one for one in said if one == self.fits(one, less)), self.fits(said[-1], less))

    @property
    def seen(self) -> tuple[str, str, str, str, str]:
        """What is written in the room, from above: number, people, urgency, who has it, how many more; or nothing."""
        height = self.part.h * SQUARE
        alert = self.alert if height > _FLAT else None
        return (
            self.fits(self.short) if len(self.short) > _NUMBER else self.short,
            self._names() if height > _LOW else "",
            self.fits(alert.urgency) if alert else "",
            self._held(3 if self.more else 0) if alert and height > _HIGH else "",
            f"+{self.more}" if alert and self.more else "",
        )

    @property
    def whole(self) -> str:
        """The room in a sentence."""
        alert, more = self.alert, f"+{self.more}" if self.more else ""
        where = [self.name, self.who, *([alert.urgency, self.holder, more] if alert else [])]
        said = [alert.title] if alert else []
        if self.more:
            said.append(_("%(many)s varsler til", many=self.more))
        said += [MARK_WORDS[mark] for mark in Mark if mark in self.marks]
        calm = _("rolig")
        return f"{', '.join(filter(None, where))}: {', '.join(said) or calm}"

    @property
    def words(self) -> str:
        """The same for whoever hears it read: first what is seen, as it is seen, for that is what people say to it."""
        number, *texts = self.seen
        seen = ", ".join([self.name if self.name.endswith(number) else number, *filter(None, texts)])
        return self.whole if self.whole.startswith(seen) else f"{seen}. {self.whole}"


MARK_WORDS = Spoken({
    Mark.BLIND: "Alarm virker ikke", Mark.SILENT: "Sensor er stille", Mark.HELD: "Satt på stille",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPlan:
    """A unit as it looks now.

    Attributes:
        outside: Open alerts that stand in no room of the drawing.
        drawn: Whether a person drew it.
    """

    spots: Sequence[Spot]
    width: int
    height: int
    outside: Sequence[AlertView] = ()
    drawn: bool = True
    marks: frozenset[Mark] = field(default_factory=frozenset)
    """Those that stand anywhere on it: their words are explained below."""

    @property
    def rooms(self) -> list[Spot]:
        """What an alarm may come from."""
        return [spot for spot in self.spots if spot.part.kind is PartKind.ROOM]

    @property
    def is_wide(self) -> bool:
        """Whether it is better shown above what it explains than beside it."""
        return self.width >= _WIDE * self.height


async def floor_plan(session: Session, unit: str, shown: Board, sight: Sight, now: datetime) -> FloorPlan | None:
    """The drawing of a unit; None where it has no rooms (a zone of home care)."""
    rooms = await floor_plans.rooms(session, unit, now)
    if not rooms:
        return None
    drawing = await floor_plans.newest(session, unit)
    return drawn(drawing.parts, rooms, shown, sight)


def drawn(parts: Sequence[Part], rooms: Sequence[Living], shown: Board, sight: Sight) -> FloorPlan:
    """Put the board on the drawing."""
    living = {one.scope.id: one for one in rooms}
    whole = completed(parts, [(one.scope.id, one.scope.name) for one in rooms])
    in_rooms: dict[str, list[AlertView]] = {scope: [] for scope in living}
    outside: list[AlertView] = []
    for alert in shown.alerts:
        in_rooms.get(alert.scope_id or "", outside).append(alert)
    spots = [_spot(part, living, in_rooms, shown.marks, sight) for part in whole]
    width, height = (max(needed, least) for needed, least in zip(extent(whole), _LEAST, strict=True))
    return FloorPlan(
        spots=sorted(spots, key=lambda one: _ORDER.index(one.part.kind)), width=width, height=height, outside=outside,
        drawn=bool(parts), marks=frozenset(mark for spot in spots for mark in spot.marks),
    )  # fmt: skip


_ORDER = (PartKind.CORRIDOR, PartKind.SHARED, PartKind.ROOM, PartKind.DOOR)
"""What is painted later lies on top."""


def _spot(
    part: Part, living: Mapping[str, Living], alerts: Mapping[str, Sequence[AlertView]],
    marks: Mapping[str, frozenset[Mark]], sight: Sight,
) -> Spot:  # fmt: skip
    room = living.get(part.scope or "")
    if room is None:
        name = called(part, {}) if part.name else ""
        return Spot(part=part, name=name, short=name)
    here = alerts[room.scope.id]
    near = sight.sees(About.IDENTITY, sight.tie(unit=room.scope.unit_id))
    residents = room.residents if near else []
    name = part.name or room.scope.name
    return Spot(
        part=part, name=name, short=_short(name), alert=here[0] if here else None, more=max(0, len(here) - 1),
        who=", ".join(f"{one.given_name} {one.family_name[:1]}." for one in residents),
        people=tuple(one.id for one in residents),
        marks=marks.get(room.scope.id, frozenset()), link=_link(here, residents[0].id if residents else None),
    )  # fmt: skip


def _link(here: Sequence[AlertView], resident: str | None) -> str | None:
    if here:
        return f"#alert-{here[0].id}"
    return f"/residents/{resident}/days" if resident else None


def _short(name: str) -> str:
    last = name.rsplit(maxsplit=1)[-1] if name.split() else name
    return last if any(sign.isdigit() for sign in last) else name
