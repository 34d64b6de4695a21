"""Who is on an alert together, as its card shows it: who was asked, who helps, who takes over, what follows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from carehub.core.answers.alerts import FOLLOW_UP, HELD, HELP, NEXT, Action, Status
from carehub.core.answers.escalation import Circle
from carehub.core.answers.ladders import LOUD_FROM
from carehub.core.people.access import Sight
from carehub.core.people.kin import NEAREST, Going
from carehub.flow.family.texts import understood
from carehub.flow.hub import Hub
from carehub.flow.respond import called_by, may_undo
from carehub.store import ladders, pages, tables, teams, ties
from carehub.store.asked import Answer
from carehub.store.database import Session
from carehub.store.teams import Around, Askable
from carehub.web.security import Visitor
from carehub.web.turns import once

NOBODY = ""
"""Nobody's id: neither anybody's, nor that of an alert which nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Another alert that belongs to this one."""

    id: str
    status: Status
    owner: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A relative who was asked whether they can go, and what they answered last."""

    who: str
    going: Going
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What stands on a card of people and steps.

    Attributes:
        rung: The step of the ladder that was asked last, of so many `rungs`.
        asked: Names of those who were asked.
        helpers: Calls for a second person.
        follow_up: The follow-up that waits because this one was closed without contact.
        parent: What this alert comes from.
        called_by_me: It calls for a second person, and whoever looks has called: they are there already.
        colleagues: To whom whoever has it may hand it over.
        family: Relatives who have answered: who is there, who goes there, who cannot.
    """

    rung: int = 0
    rungs: int = 0
    asked: tuple[str, ...] = ()
    helpers: tuple[Linked, ...] = ()
    follow_up: Linked | None = None
    parent: Linked | None = None
    called_by_me: bool = False
    handed_to: str | None = None
    colleagues: Sequence[Askable] = ()
    family: Sequence[Kin] = ()

    @property
    def at_the_top(self) -> bool:
        """Whether the last step has been asked, and is asked again and again."""
        return 0 < self.rungs <= self.rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What cards are made with: the ladders and people of now, what stands around each alert, and whom we may see.

    Attributes:
        me: Who looks, by id; `NOBODY` where no card is theirs.
    """

    sight: Sight
    me: str
    circle: Circle
    around: dict[str, Around]
    colleagues: Sequence[Askable]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Of some cards, what decides whether two people are shown the same.

    Attributes:
        by_unit: The residents and alerts (by id) of each unit.
        people: Who has one of the alerts, is asked to take it over, or has closed it.
    """

    by_unit: Mapping[str | None, frozenset[str]]
    people: frozenset[str | None]


async def sight_of(hub: Hub, visitor: Visitor) -> Sight:
    """Whom this visitor may see now, asked together with whoever else asks."""
    who = ties.Standing(visitor.person.id, visitor.person.role, visitor.person.unit_id)
    found = await hub.sights.get(who)
    assert found is not None  # noqa: S101 - everybody has one
    return found


async def concerned(cards: Sequence[pages.Card], around: Mapping[str, Around]) -> Concerned:
    """Whom these cards are about, and who answers them: the same for everybody who looks."""
    alerts = [card.alert for card in cards]
    alerts += [beside.parent for one in alerts if (beside := around.get(one.id)) and beside.parent]
    by_unit: dict[str | None, set[str | None]] = defaultdict(set)
    for one in alerts:
        by_unit[one.unit_id] |= {one.id, one.resident_id}
    people = {person for one in alerts for person in (one.owner_id, one.handed_to_id, one.closed_by_id)}
    return Concerned({unit: frozenset(filter(None, whom)) for unit, whom in by_unit.items()}, frozenset(people))


def shared(context: Context, of: Concerned) -> Context:
    """The same context, with no more of whoever looks than such cards depend on: their ties, and which are theirs.

    Whoever has an equal one is shown the same; cards that are made with it are shared between them.
    """
    far = [whom for unit, whom in of.by_unit.items() if not context.sight.covers(unit)]  # near ones are theirs by unit
    me = context.me if context.me in of.people else NOBODY
    return replace(context, sight=context.sight.among(frozenset().union(*far)), me=me)


async def context_of(
    hub: Hub, session: Session, visitor: Visitor, cards: Sequence[pages.Card], now: datetime,
    sight: Sight | None = None,
) -> Context:  # fmt: skip
    """Read it once for all cards of a page."""
    alerts = [card.alert for card in cards]
    return Context(
        sight=sight or await sight_of(hub, visitor),
        me=visitor.person.id,
        circle=await once(hub, "circle", partial(ladders.circle, session, now)),
        around=await once(hub, ("around", tuple(one.id for one in alerts)), partial(teams.around, session, alerts)),
        colleagues=await once(hub, "colleagues", partial(teams.colleagues, session, now)),
    )


def team_of(alert: tables.Alert, around: Around, colleagues: Sequence[Askable], me: str) -> Team:
    """The team of one alert."""
    linked = {kind: [_linked(one, name) for one, name in around.children if one.kind == kind] for kind in _KINDS}
    waiting = [one for one in linked[FOLLOW_UP] if one.status is not Status.CLOSED]
    return Team(
        rung=alert.rung, rungs=alert.rungs, asked=tuple(short(name) for name in around.asked),
        helpers=tuple(linked[HELP]), follow_up=waiting[-1] if waiting else None,
        parent=_linked(around.parent, None) if around.parent else None,
        called_by_me=called_by(alert, around.parent, me),
        handed_to=short(around.handed_to) if around.handed_to else None,
        colleagues=[one for one in colleagues if one.id != me] if alert.owner_id == me else (),
        family=sorted(map(_kin, around.family), key=lambda one: NEAREST.index(one.going)),
    )  # fmt: skip


_KINDS = (HELP, FOLLOW_UP)


def _kin(one: Answer) -> Kin:
    who = f"{short(one.name)} ({one.kinship})" if one.kinship else short(one.name)
    return Kin(who=who, going=understood(one.said), at=one.at)


def _linked(alert: tables.Alert, owner: str | None) -> Linked:
    return Linked(id=alert.id, status=alert.status, owner=short(owner) if owner else None, due_at=alert.due_at)


def short(name: str) -> str:
    """A colleague's name as it fits on a card: "Ingrid S."."""
    first, *rest = name.split()
    return f"{first} {rest[-1][:1]}." if rest else first


def is_unanswered(alert: tables.Alert) -> bool:
    """Nobody has it, though everybody on the ladder has been asked: the whole screen says so (F55)."""
    exhausted = 0 < alert.rungs <= alert.rung
    return alert.status is Status.OPEN and alert.severity >= LOUD_FROM and exhausted


def allowed(alert: tables.Alert, around: Around, me: str, now: datetime) -> frozenset[Action]:
    """What whoever looks may do now: only whoever has an alert may give it back, hand it over, or call for help.

    Nobody answers their own call for a second person, and nobody calls for another while one is on the way.
    """
    parent = around.parent
    possible = {action for status, action in NEXT if status is alert.status}
    mine = alert.owner_id == me and alert.status in HELD
    if alert.owner_id != me:
        possible.discard(Action.RELEASE)
    if alert.handed_to_id != me:
        possible.discard(Action.ACCEPT)
    if mine:
        possible |= {Action.HAND_OVER} | ({Action.HELP} if _may_call(alert, around) else set())
    if called_by(alert, parent, me):
        possible -= {Action.TAKE, Action.ARRIVE}
    if alert.kind == FOLLOW_UP and alert.status is Status.OPEN and parent and parent.closed_by_id != me:
        possible.add(Action.CONFIRM)
    if alert.status is Status.CLOSED and may_undo(alert, me, now):
        possible.add(Action.UNDO)
    return frozenset(possible)


def _may_call(alert: tables.Alert, around: Around) -> bool:
    called = any(one.kind == HELP and one.status is not Status.CLOSED for one, _name in around.children)
    return alert.kind != HELP and not called
