"""The care centre's board: everything that is open in a unit, what is blind or silent there, and what was closed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from carehub.core.people.access import Sight
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from carehub.core.watching.blindness import off
from carehub.flow.hub import Hub
from carehub.store import blindness, messages, pages, silences, tables, tuning
from carehub.store.blindness import guard_of
from carehub.store.database import Session
from carehub.web import words
from carehub.web.cards import AlertView, view, with_pictures
from carehub.web.security import Visitor
from carehub.web.teams import Context, concerned, context_of, shared
from carehub.web.tongue import _, language
from carehub.web.turns import once

_RECENT = timedelta(hours=8)


class Mark(StrEnum):
    """What a room or home bears on the drawing, besides an alert."""

    BLIND = "blind"
    """An alarm device there does not work."""
    SILENT = "silent"
    """A sensor there has not been heard."""
    HELD = "held"
    """Something there has been put on silent by people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What does not work in a unit, or does not tell.

    Attributes:
        blind: Who is not looked after by an alarm device, and by which.
        off: For whom a rule was switched off, or who has said no, and to what.
        marks: By scope.
    """

    silent: Sequence[tuple[str, datetime]]
    blind: Sequence[tuple[str, str]]
    off: Sequence[tuple[str, str]]
    marks: Mapping[str, frozenset[Mark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that is open, split by the unit that the page shows."""

    alerts: Sequence[AlertView]
    elsewhere: Sequence[AlertView]
    closed: Sequence[AlertView]
    last_event_at: datetime | None
    silent: Sequence[tuple[str, datetime]]
    silences: int
    letters: int
    """How many families wait for an answer."""
    blind: Sequence[tuple[str, str]]
    """Who is not looked after by an alarm device, and by which."""
    off: Sequence[tuple[str, str]] = ()
    """For whom a rule was switched off, or who has said no, and to what."""
    marks: Mapping[str, frozenset[Mark]] = field(default_factory=dict)
    """By scope: what does not work there, or does not tell."""
    sight: Sight
    """What was seen with: the visitor's, as far as it matters to these cards. Whoever has an equal one may share it."""

    @property
    def unanswered(self) -> list[AlertView]:
        """Those whose whole ladder has been asked, and nobody came."""
        return [alert for alert in self.alerts if alert.unanswered]

    @property
    def mine(self) -> list[AlertView]:
        """Those that the visitor has, wherever they are."""
        return [alert for alert in [*self.alerts, *self.elsewhere] if alert.mine]

    @property
    def by_unit(self) -> Counter[str | None]:
        """How many are open in each unit."""
        return Counter(alert.unit_id for alert in [*self.alerts, *self.elsewhere])

    @property
    def waiting(self) -> int:
        """How many have nobody."""
        return sum(alert.waits for alert in self.alerts)


async def board(hub: Hub, visitor: Visitor, unit: str | None, sight: Sight | None = None) -> Board:
    """Read the whole board; an alert without a unit is shown in every unit.

    Pages that fetch themselves share one, where they see the same: the key is everything that it is made with.

    Args:
        sight: The visitor's, where the page has asked for it already.
    """
    now = hub.clock()
    async with hub.database.read() as session:
        cards = await once(hub, "open", partial(pages.open_alerts, session))
        closed = await once(hub, "closed", partial(pages.closed_since, session, now - _RECENT))
        every = [*cards, *closed]
        whole = await context_of(hub, session, visitor, every, now, sight)
        context = shared(whole, await once(hub, "concerned", partial(concerned, every, whole.around)))
        key = ("board", unit, language(), context.sight, context.me)
        return await once(hub, key, partial(_board, hub, session, unit, cards, closed, context))


async def _board(
    hub: Hub, session: Session, unit: str | None, cards: Sequence[pages.Card], closed: Sequence[pages.Card],
    context: Context,
) -> Board:  # fmt: skip
    now, sight = hub.clock(), context.sight
    views = await with_pictures(hub, session, [one for one in cards if is_in(one, unit)], context)
    lacks = await lacking(hub, session, unit, sight)
    letters = await once(hub, "letters", partial(messages.waiting, session, now))
    return Board(
        alerts=in_turn(views),
        elsewhere=[view(hub, card, context) for card in cards if not is_in(card, unit)],
        closed=[one for card in closed if is_in(card, unit) and (one := view(hub, card, context)).open_to_me],
        last_event_at=await once(hub, "last", partial(pages.last_event_at, session)),
        silences=await once(hub, "silenced", partial(silences.how_many, session, now)),
        letters=sum(many for where, many in letters.items() if sight.covers(where)),
        marks=lacks.marks, blind=lacks.blind, off=lacks.off, silent=lacks.silent, sight=sight,
    )  # fmt: skip


async def lacking(hub: Hub, session: Session, unit: str | None, sight: Sight) -> Lacking:
    """What does not work in a unit (None: in all), as far as the visitor may see."""
    now = hub.clock()
    silent = [
        one for one in await once(hub, "silent", partial(pages.silent_places, session))
        if not one.scope or (unit in {None, one.unit} and sight.covers(one.unit))
    ]  # fmt: skip
    held = await once(hub, "held", partial(silences.in_force, session, now))
    blind = await once(hub, "blind", partial(blindness.told, session))
    blind = [one for one in blind if unit in {None, one[1].unit_id} and sight.covers(one[1].unit_id)]
    off_now = await once(hub, "off", partial(tuning.off_for_residents, session, now))
    off_now = [one for one in off_now if unit in {None, one[1].unit_id} and sight.covers(one[1].unit_id)]
    return Lacking(
        marks=_marks(blind, silent, held),
        blind=[_unwatched(*one) for one in blind],
        off=[(_who(scope, resident), _off_words(rule, hub.rulebook)) for resident, scope, rule in off_now],
        silent=[(_standing(one), one.since) for one in silent],
    )


def in_turn(views: Iterable[AlertView]) -> list[AlertView]:
    """Alerts in the order of the board."""
    return sorted(views, key=_turn)


def _turn(one: AlertView) -> tuple[bool, int, bool, bool, datetime]:
    """Its place on the board: what is serious and has nobody comes before what is worse and has somebody.

    Among equals that somebody has, the visitor's own: the card that was large stays large when it is taken.
    """
    calls = one.waits and one.severity >= Severity.SERIOUS
    return (not calls, -one.severity, not one.waits, not one.mine, one.raised_at)


def _marks(
    blind: Iterable[tuple[tables.Device, tables.Scope, tables.Resident | None]],
    silent: Iterable[pages.Silent], held: Iterable[tables.Silence],
) -> dict[str, frozenset[Mark]]:  # fmt: skip
    found: dict[str, set[Mark]] = defaultdict(set)
    for _device, scope, _who_else in blind:
        found[scope.id].add(Mark.BLIND)
    for still in silent:
        if still.scope:
            found[still.scope].add(Mark.SILENT)
    for one in held:
        if one.scope_id:
            found[one.scope_id].add(Mark.HELD)
    return {scope: frozenset(marks) for scope, marks in found.items()}


def _unwatched(device: tables.Device, scope: tables.Scope, resident: tables.Resident | None) -> tuple[str, str]:
    """Whom ("Storgata 5, Gerd N."), and what does not work ("Trygghetsalarm: svarer ikke")."""
    who = _who(scope, resident)
    cause, _since = off(guard_of(device))
    because = f": {words.BLIND_BECAUSE[cause]}" if cause else ""
    return who, f"{words.DEVICE_KINDS[device.kind]}{because}"


def _who(scope: tables.Scope, resident: tables.Resident | None) -> str:
    return f"{scope.name}, {resident.given_name} {resident.family_name[:1]}." if resident else scope.name


def _off_words(rule: str | None, book: Rulebook) -> str:
    if rule is None:
        return _("har sagt nei til noe av utstyret")
    return _("%(rule)s: slått av", rule=words.own(book.rules[rule].title) if rule in book.rules else rule)


def is_in(card: pages.Card, unit: str | None) -> bool:
    """Whether a page of this unit (None: of all) shows the alert; what belongs to no unit is shown in every one."""
    return unit is None or card.alert.unit_id is None or card.alert.unit_id == unit


def _standing(one: pages.Silent) -> str:
    where = " · ".join(part for part in (one.home, words.place_name(one.place)) if part)
    where = where or _("Ikke plassert")
    return f"{where}: {one.label or one.address}"
