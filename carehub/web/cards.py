"""What stands on an alert's card, in words: made here, so that tablet, telephone and tests say the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from msgspec import DecodeError
from msgspec.json import decode

from carehub.core.answers.alerts import Action, Status, needs_contact
from carehub.core.findings import Trace
from carehub.core.people.access import About, Sight, Tie
from carehub.core.severity import Severity
from carehub.core.watching import outage
from carehub.flow.hub import Hub
from carehub.store import pages, tables
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.store.teams import Around
from carehub.web import words
from carehub.web.picture import Picture, drawn, window_start
from carehub.web.teams import Context, Team, allowed, is_unanswered, short, team_of
from carehub.web.tongue import _
from carehub.web.turns import once

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
_ICON = "ExclamationmarkTriangleFill"
"""Of all others, and of what another unit's staff are not told."""


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
    at_home: bool
    """What `room` says is somebody's address."""
    has_way_in: bool
    """Somebody can go there: a home or a room, or where a resident is; not the hub itself or a lone device."""
    spot: str
    unit: str
    unit_id: str | None
    scope_id: str | None
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
    rule_words: str
    """The rule in sentences; empty where none judged, or where it has been changed since, or for this home."""
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


async def with_pictures(hub: Hub, session: Session, cards: Sequence[pages.Card], context: Context) -> list[AlertView]:
    """The cards with the residents' last hours, and with the reasons of each alert."""
    now = hub.clock()
    start = window_start(now)
    residents = {card.resident.id for card in cards if card.resident and opens(context.sight, card.alert, About.DAYS)}
    ids, known = tuple(card.alert.id for card in cards), frozenset(residents)
    movements = await once(hub, ("movements", known), partial(pages.movements, session, residents, start))
    marks = await once(hub, ("marks", known), partial(pages.alerts_of, session, residents, start))
    traces = await once(hub, ("traces", ids), partial(pages.traces, session, ids))
    views = []
    for card in cards:
        who = card.resident.id if card.resident else ""
        seen = who in residents
        picture = drawn(movements.get(who, []), marks.get(who, []), card.alert.id, now, hub.zone) if seen else None
        views.append(view(hub, card, context, picture, traces.get(card.alert.id)))
    return views


def view(
    hub: Hub, card: pages.Card, context: Context, picture: Picture | None = None, trace: str | None = None
) -> AlertView:  # fmt: skip
    """One alert in words, as far as this visitor may read it."""
    tie = tie_to(context.sight, card.alert)
    whole = _whole(hub, card, context, tie, picture, _read(trace))
    return whole if context.sight.sees(About.ALERT, tie) else _shut(whole, card)


def tie_to(sight: Sight, alert: tables.Alert) -> Tie:
    """What ties this visitor to an alert."""
    return sight.tie(unit=alert.unit_id, resident=alert.resident_id, alert=alert.id, unanswered=is_unanswered(alert))


def opens(sight: Sight, alert: tables.Alert, about: About = About.ALERT) -> bool:
    """Whether the visitor may read this of an alert."""
    return sight.sees(about, tie_to(sight, alert))


def _shut(whole: AlertView, card: pages.Card) -> AlertView:
    """Of another unit: that it waits, how urgent it is and for how long; and it can be taken.

    What happened is not said either: in a small unit "fikk ikke medisinen" is as good as a name.
    """
    return replace(
        whole, room=card.unit.name if card.unit else _("Annen enhet"), spot="", unit="", resident="", resident_full="",
        resident_id=None, scope_id=None, detail=None, picture=None, why=(), outcome=None, team=Team(), open_to_me=False,
        title=_("Varsel"), icon=_ICON, kind="", rule="", rule_words="", presses=1, unproven=False,
        needs_contact=False, may=whole.may & {Action.TAKE},
    )  # fmt: skip


def _whole(
    hub: Hub, card: pages.Card, context: Context, tie: Tie, picture: Picture | None, trace: Trace | None
) -> AlertView:  # fmt: skip
    alert, around = card.alert, context.around.get(card.alert.id, Around())
    return AlertView(
        id=alert.id, status=alert.status, severity=alert.severity, urgency=words.URGENCIES[alert.severity],
        colour=COLOURS[alert.severity], icon=_icon(alert.kind),
        title=words.title_of(alert.kind, hub.rulebook, hub.gone), room=_room(card), at_home=_is_home(card),
        has_way_in=_has_way_in(card), spot=words.place_name(alert.place),
        unit=card.unit.name if card.unit else "",
        unit_id=alert.unit_id, scope_id=alert.scope_id,
        resident=_short_name(card), resident_full=_full_name(card), resident_id=alert.resident_id,
        detail=alert.detail, raised_at=alert.raised_at, happened_at=alert.happened_at, presses=alert.presses,
        owner=_called(card.owner) if card.owner and alert.status is not Status.OPEN else None,
        mine=alert.owner_id == context.me and alert.status is not Status.OPEN,
        taken_at=alert.taken_at, arrived_at=alert.arrived_at, due_at=alert.due_at,
        next_step=words.next_step(alert, context.circle),
        may=allowed(alert, around, context.me, hub.clock()), closed_at=alert.closed_at, outcome=_outcome(alert),
        closer=_called(card.closer) if card.closer else None, picture=picture, why=_why(trace), rule=alert.rule_id,
        rule_words=_rule_words(hub, trace), unproven=card.unproven, kind=alert.kind, tie=tie,
        team=team_of(alert, around, context.colleagues, context.me), unanswered=is_unanswered(alert),
        needs_contact=needs_contact(alert.kind, alert.severity, alert.resident_id),
    )  # fmt: skip


def _icon(kind: str) -> str:
    return next((name for part, name in _ICONS if part in kind), _ICON)


def _is_home(card: pages.Card) -> bool:
    return card.scope is not None and card.scope.kind is ScopeKind.HOME


def _has_way_in(card: pages.Card) -> bool:
    return card.resident is not None or (card.scope is not None and card.scope.kind in {ScopeKind.HOME, ScopeKind.ROOM})


def _room(card: pages.Card) -> str:
    if card.scope is None or card.scope.kind is ScopeKind.HUB:
        return card.unit.name if card.unit and card.alert.kind == outage.KIND else _("Huben")
    if card.scope.kind is ScopeKind.DEVICE:
        return _("Ukjent sted – utstyr %(name)s", name=card.scope.name)
    return card.scope.name


def _short_name(card: pages.Card) -> str:
    if card.resident is None:
        return _("Ukjent beboer") if card.scope and card.scope.kind is ScopeKind.DEVICE else ""
    return f"{card.resident.given_name} {card.resident.family_name[:1]}."


def _called(person: tables.Person) -> str:
    return short(person.name)


def _full_name(card: pages.Card) -> str:
    if card.resident is None:
        return _short_name(card)
    return f"{card.resident.given_name} {card.resident.family_name}"


def _outcome(alert: tables.Alert) -> str | None:
    said = [words.CAUSES[alert.cause]] if alert.cause else []
    said += [words.AFTERMATHS[alert.aftermath]] if alert.aftermath else []
    return " – ".join(said) or None


def _read(trace: str | None) -> Trace | None:
    try:
        return decode(trace, type=Trace) if trace else None
    except DecodeError:
        return None


def _why(trace: Trace | None) -> tuple[tuple[str, str], ...]:
    return tuple(words.condition_line(line) for line in trace.conditions if line.held) if trace else ()


def _rule_words(hub: Hub, trace: Trace | None) -> str:
    if trace is None or trace.tuned:
        return ""
    rule, program = hub.rulebook.rules.get(trace.rule), hub.rulebook.programs.get(trace.rule)
    return words.told(rule) if rule and program and program.version == trace.version else ""
