"""What stands on an alert's card, in words: made here, so that tablet, telephone and tests say the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import DecodeError
from msgspec.json import decode

from carehub.core import outage
from carehub.core.access import About, Sight, Tie
from carehub.core.alerts import Action, Status, needs_contact
from carehub.core.blindness import off
from carehub.core.findings import Trace
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from carehub.core.wording import URGENCY_NB
from carehub.flow.hub import Hub
from carehub.store import blindness, pages, silences, tables, tuning
from carehub.store.blindness import guard_of
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.store.teams import Around
from carehub.web import words
from carehub.web.picture import Picture, drawn, window_start
from carehub.web.security import Visitor
from carehub.web.teams import Context, Team, allowed, context_of, is_unanswered, short, team_of

COLOURS: dict[Severity, str] = {
    Severity.CRITICAL: "danger",
    Severity.SERIOUS: "warning",
    Severity.MODERATE: "info",
    Severity.NORMAL: "neutral",
    Severity.NOT_REPORTED: "neutral",
}
"""Never alone: the word and the icon say the same."""

_ICONS = (
    ("social-alarm", "BellFill"), ("button", "BellFill"), ("cord", "BellFill"),
    ("bed", "BedFill"), ("not-up", "BedFill"), ("door", "DoorOpenFill"), ("exit", "DoorOpenFill"),
    ("out-at", "DoorOpenFill"), ("bath", "ToiletFill"),
    ("morning", "BedFill"), ("night", "MoonFill"), ("water", "TapWaterFill"), ("cold", "ThermometerFill"),
    ("temperature", "ThermometerFill"), ("device", "LinkBroken"), ("silent", "LinkBroken"), ("hub", "WrenchFill"),
    ("unreadable", "QuestionmarkDiamondFill"), ("behaviour", "LineGraph"), ("rhythm", "LineGraph"),
    ("daily", "LineGraph"), ("fall", "ExclamationmarkTriangleFill"), ("fire", "ExclamationmarkTriangleFill"),
)  # fmt: skip
_RECENT = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert as its card shows it. `may` holds the actions that this visitor has now."""

    id: str
    status: Status
    severity: Severity
    urgency: str
    colour: str
    icon: str
    title: str
    room: str
    spot: str
    unit: str
    unit_id: str | None
    resident: str
    resident_full: str
    resident_id: str | None
    detail: str | None
    raised_at: datetime
    happened_at: datetime | None
    presses: int
    owner: str | None
    mine: bool
    taken_at: datetime | None
    arrived_at: datetime | None
    due_at: datetime | None
    next_step: str
    may: frozenset[Action]
    closed_at: datetime | None
    outcome: str | None
    closer: str | None
    picture: Picture | None
    why: tuple[tuple[str, str], ...]
    rule: str
    unproven: bool
    kind: str
    team: Team
    needs_contact: bool
    unanswered: bool
    tie: Tie
    """What lets this visitor read it."""
    open_to_me: bool = True
    """False: only that something waits, and where to say why one needs to see more."""

    @property
    def waits(self) -> bool:
        """Whether nobody has it: this is the card that calls."""
        return self.status is Status.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that is open, split by the unit that the page shows."""

    alerts: Sequence[AlertView]
    elsewhere: Sequence[AlertView]
    closed: Sequence[AlertView]
    last_event_at: datetime | None
    silent: Sequence[tuple[str, datetime]]
    silences: int
    blind: Sequence[tuple[str, str]]
    """Who is not looked after by an alarm device, and by which."""
    off: Sequence[tuple[str, str]] = ()
    """For whom a rule was switched off, or who has said no, and to what."""

    @property
    def unanswered(self) -> list[AlertView]:
        """Those whose whole ladder has been asked, and nobody came."""
        return [alert for alert in self.alerts if alert.unanswered]

    @property
    def waiting(self) -> int:
        """How many have nobody."""
        return sum(alert.waits for alert in self.alerts)


async def board(hub: Hub, visitor: Visitor, unit: str | None) -> Board:
    """Read the whole board; an alert without a unit is shown in every unit."""
    now = hub.clock()
    async with hub.database.read() as session:
        cards = await pages.open_alerts(session)
        closed = await pages.closed_since(session, now - _RECENT)
        shown = [card for card in cards if _is_in(card, unit)]
        views = await with_pictures(hub, session, visitor, shown)
        context = await context_of(session, visitor, [*cards, *closed], now)
        silent = [
            one for one in await pages.silent_places(session) if not one[1] or context.sight.covers(one[1].unit_id)
        ]
        last = await pages.last_event_at(session)
        held = await silences.how_many(session, now)
        blind = [one for one in await blindness.told(session) if unit in {None, one[1].unit_id}]
        blind = [one for one in blind if context.sight.covers(one[1].unit_id)]
        off_now = [one for one in await tuning.off_for_residents(session, now) if unit in {None, one[1].unit_id}]
        off_now = [one for one in off_now if context.sight.covers(one[1].unit_id)]
    return Board(
        # Among equals that somebody has, the visitor's own: the card that was large stays large when it is taken.
        alerts=sorted(views, key=lambda one: (-one.severity, not one.waits, not one.mine, one.raised_at)),
        elsewhere=[view(hub, visitor, card, context) for card in cards if not _is_in(card, unit)],
        closed=[one for card in closed if _is_in(card, unit) and (one := view(hub, visitor, card, context)).open_to_me],
        last_event_at=last,
        silences=held,
        blind=[_unwatched(*one) for one in blind],
        off=[(_who(scope, resident), _off_words(rule, hub.rulebook)) for resident, scope, rule in off_now],
        silent=[(_standing(device, scope, place), device.silent_since or now) for device, scope, place in silent],
    )


def _unwatched(device: tables.Device, scope: tables.Scope, resident: tables.Resident | None) -> tuple[str, str]:
    """Whom ("Storgata 5, Gerd N."), and what does not work ("Trygghetsalarm: svarer ikke")."""
    who = _who(scope, resident)
    cause, _ = off(guard_of(device))
    because = f": {words.BLIND_BECAUSE[cause]}" if cause else ""
    return who, f"{words.DEVICE_KINDS[device.kind]}{because}"


def _who(scope: tables.Scope, resident: tables.Resident | None) -> str:
    return f"{scope.name}, {resident.given_name} {resident.family_name[:1]}." if resident else scope.name


def _off_words(rule: str | None, book: Rulebook) -> str:
    if rule is None:
        return "har sagt nei til noe av utstyret"
    return f"{book.rules[rule].title.nb if rule in book.rules else rule}: slått av"


def _is_in(card: pages.Card, unit: str | None) -> bool:
    return unit is None or card.alert.unit_id is None or card.alert.unit_id == unit


async def with_pictures(hub: Hub, session: Session, visitor: Visitor, cards: Sequence[pages.Card]) -> list[AlertView]:
    """The cards with the residents' last hours, and with the reasons of each alert."""
    now = hub.clock()
    start = window_start(now)
    context = await context_of(session, visitor, cards, now)
    residents = {card.resident.id for card in cards if card.resident and opens(context.sight, card.alert, About.DAYS)}
    movements = await pages.movements(session, residents, start)
    marks = await pages.alerts_of(session, residents, start)
    traces = await pages.traces(session, [card.alert.id for card in cards])
    views = []
    for card in cards:
        who = card.resident.id if card.resident else ""
        seen = who in residents
        picture = drawn(movements.get(who, []), marks.get(who, []), card.alert.id, now, hub.zone) if seen else None
        views.append(view(hub, visitor, card, context, picture, traces.get(card.alert.id)))
    return views


def view(
    hub: Hub, visitor: Visitor, card: pages.Card, context: Context, picture: Picture | None = None,
    trace: str | None = None,
) -> AlertView:  # fmt: skip
    """One alert in words, as far as this visitor may read it."""
    tie = tie_to(context.sight, card.alert)
    whole = _whole(hub, visitor, card, context, tie, picture, trace)
    return whole if context.sight.sees(About.ALERT, tie) else _shut(whole, card)


def tie_to(sight: Sight, alert: tables.Alert) -> Tie:
    """What ties this visitor to an alert."""
    return sight.tie(unit=alert.unit_id, resident=alert.resident_id, alert=alert.id, unanswered=is_unanswered(alert))


def opens(sight: Sight, alert: tables.Alert, about: About = About.ALERT) -> bool:
    """Whether the visitor may read this of an alert."""
    return sight.sees(about, tie_to(sight, alert))


def _shut(whole: AlertView, card: pages.Card) -> AlertView:
    """Of another unit: that it waits, how urgent it is and for how long; and it can be taken."""
    return replace(
        whole, room=card.unit.name if card.unit else "Annen enhet", spot="", unit="", resident="", resident_full="",
        resident_id=None, detail=None, picture=None, why=(), outcome=None, team=Team(), open_to_me=False,
    )  # fmt: skip


def _whole(  # noqa: PLR0913 - everything that stands on a card
    hub: Hub, visitor: Visitor, card: pages.Card, context: Context, tie: Tie, picture: Picture | None,
    trace: str | None,
) -> AlertView:  # fmt: skip
    alert, around = card.alert, context.around.get(card.alert.id, Around())
    return AlertView(
        id=alert.id, status=alert.status, severity=alert.severity, urgency=URGENCY_NB[alert.severity],
        colour=COLOURS[alert.severity], icon=_icon(alert.kind), title=words.title_of(alert.kind, hub.rulebook),
        room=_room(card), spot=words.place_name(alert.place), unit=card.unit.name if card.unit else "",
        unit_id=alert.unit_id,
        resident=_short_name(card), resident_full=_full_name(card), resident_id=alert.resident_id,
        detail=alert.detail, raised_at=alert.raised_at, happened_at=alert.happened_at, presses=alert.presses,
        owner=_called(card.owner) if card.owner and alert.status is not Status.OPEN else None,
        mine=alert.owner_id == visitor.person.id and alert.status is not Status.OPEN,
        taken_at=alert.taken_at, arrived_at=alert.arrived_at, due_at=alert.due_at,
        next_step=words.next_step(alert, context.circle),
        may=allowed(alert, around.parent, visitor, hub.clock()), closed_at=alert.closed_at, outcome=_outcome(alert),
        closer=_called(card.closer) if card.closer else None, picture=picture, why=_why(trace), rule=alert.rule_id,
        unproven=card.unproven, kind=alert.kind, tie=tie,
        team=team_of(alert, around, context.colleagues, visitor), unanswered=is_unanswered(alert),
        needs_contact=needs_contact(alert.kind, alert.severity, alert.resident_id),
    )  # fmt: skip


def _icon(kind: str) -> str:
    return next((name for part, name in _ICONS if part in kind), "ExclamationmarkTriangleFill")


def _room(card: pages.Card) -> str:
    if card.scope is None or card.scope.kind is ScopeKind.HUB:
        return card.unit.name if card.unit and card.alert.kind == outage.KIND else "Huben"
    if card.scope.kind is ScopeKind.DEVICE:
        return f"Ukjent sted – utstyr {card.scope.name}"
    return card.scope.name


def _short_name(card: pages.Card) -> str:
    if card.resident is None:
        return "Ukjent beboer" if card.scope and card.scope.kind is ScopeKind.DEVICE else ""
    return f"{card.resident.given_name} {card.resident.family_name[:1]}."


def _called(person: tables.Person) -> str:
    return short(person.name)


def _full_name(card: pages.Card) -> str:
    if card.resident is None:
        return _short_name(card)
    return f"{card.resident.given_name} {card.resident.family_name}"


def _standing(device: tables.Device, scope: tables.Scope | None, place: str | None) -> str:
    where = " · ".join(part for part in (scope.name if scope else "", words.place_name(place)) if part)
    return f"{where or 'Ikke plassert'}: {device.label or device.address}"


def _outcome(alert: tables.Alert) -> str | None:
    said = [words.CAUSES[alert.cause]] if alert.cause else []
    said += [words.AFTERMATHS[alert.aftermath]] if alert.aftermath else []
    return " – ".join(said) or None


def _why(trace: str | None) -> tuple[tuple[str, str], ...]:
    if trace is None:
        return ()
    try:
        return tuple(words.condition_line(line) for line in decode(trace, type=Trace).conditions if line.held)
    except DecodeError:
        return ()
