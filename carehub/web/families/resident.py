"""The resident's own page, for them and for whoever acts for them: the same picture, and the last word."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people import legal as law
from carehub.core.people.basis import NAMES as BASES
from carehub.core.people.basis import Basis
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import HANDLED, LONGEST_PAUSE, GivenBy, Ground
from carehub.core.people.legal import Function
from carehub.flow.hub import Hub
from carehub.store import family, kin, legal, logins, messages, readings, tables
from carehub.store.database import Session
from carehub.store.kin import Bond, Decision
from carehub.store.legal import Line
from carehub.web.done import Done, onwards
from carehub.web.families import calling, family_words
from carehub.web.families.relatives import Card, card
from carehub.web.render import page
from carehub.web.rights.readings import opened
from carehub.web.security import Own, TheHub, Visitor
from carehub.web.tongue import _
from carehub.web.wording import reading_words

router = APIRouter(prefix="/resident")
_LATELY, _SHOWN = timedelta(days=30), 8
_PAUSES = {"evening": timedelta(), "day": timedelta(days=1), "week": LONGEST_PAUSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One thing that is watched: on what it rests, and how it stands with the law."""

    function: Function
    standing: law.Standing
    ground: Basis | None
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """Everything on the page of one resident.

    Attributes:
        looked: Who looked lately, the newest first.
        paused_until: Until when the family sees nothing.
    """

    card: Card
    family: list[tuple[tables.Relation, tables.Person]]
    measured: list[Measured]
    looked: list[readings.Reading]
    wish: str
    paused_until: datetime | None
    unread: int

    @property
    def hides(self) -> bool:
        """Whether there is anybody from whom a day can be hidden; whoever acts for the resident goes on seeing it."""
        return any(row.standing is Standing.RELATIVE for row, _person in self.family)


@router.get("")
async def mine(request: Request, hub: TheHub, visitor: Own) -> Response:
    """Myself, or those for whom I act; a relative who acts for nobody has a page of their own."""
    now, me = hub.clock(), visitor.person.id
    async with hub.database.read() as session:
        bonds = [bond for bond in await kin.bonds(session, me, now) if bond.decides]
        unread = await messages.unread_by(session, me)
        shown = [await _one(hub, session, bond, now, unread.get(bond.resident.id, 0)) for bond in bonds]
    if not shown and visitor.person.role != "resident":
        return RedirectResponse("/relatives", status_code=303)
    await opened(request, hub, visitor, "own", [(bond.resident.id, "own") for bond in bonds])
    return page(
        request, "resident.html", visitor, shown=shown, family=family_words, levels=list(Insight),
        functions=family_words.FUNCTIONS, bases=BASES, did=reading_words.did, why=reading_words.why,
        pauses=list(_PAUSES), phones=calling.listed((one.card.bond, one.card.phone) for one in shown),
    )  # fmt: skip


async def _one(hub: Hub, session: Session, bond: Bond, now: datetime, unread: int) -> Mine:
    who = bond.resident.id
    lines = [line for line in await legal.of_resident(session, who) if line.row.ended_at is None]
    wish = (await family.wishes(session, [who])).get(who)
    looked, me = await readings.about(session, who, now - _LATELY, now), bond.relation.person_id
    return Mine(
        card=await card(hub, session, bond, now), measured=_measured(lines, now), unread=unread,
        family=[pair for pair in await kin.family_of(session, who, now) if pair[0].standing is not Standing.SELF],
        looked=[one for one in looked if one.person is None or one.person.id != me][:_SHOWN],
        wish=wish.text if wish else "", paused_until=bond.paused_until,
    )  # fmt: skip


def _measured(lines: list[Line], now: datetime) -> list[Measured]:
    """By function: what is written down, in the words of the law's own register."""
    found = []
    for function in Function:
        rows = [line.row for line in lines if line.row.function is function]
        if not rows:
            continue
        accepted = {row.basis for row in rows}
        stands = law.standing([legal.ground_of(row) for row in rows], function, accepted, now)
        rests = next((row for row in rows if not row.objection), None)
        ground = rests.basis if rests and rests.basis is not Basis.NONE else None
        found.append(Measured(function=function, standing=stands, ground=ground, until=rests.until if rests else None))
    return found


async def _decided(hub: Hub, session: Session, visitor: Visitor, resident_id: str) -> Bond:
    """The tie by which the visitor decides here; 404 for everybody else, whatever else they may see."""
    found = await kin.bonds(session, visitor.person.id, hub.clock(), resident_id)
    mine = next((bond for bond in found if bond.decides), None)
    if mine is None:
        raise HTTPException(404)
    return mine


def _note(session: Session, visitor: Visitor, action: str, resident_id: str, what: str, now: datetime) -> None:
    logins.log_reading(session, visitor.person.id, action, [(resident_id, what)], now)


@router.post("/{resident_id}/consent/{relation_id}")
async def consent(
    hub: TheHub, visitor: Own, resident_id: str, relation_id: str, insight: Annotated[Insight | None, Form()] = None
) -> Response:
    """Another level for somebody, or, without one, the end: at once, and without a reason."""
    now = hub.clock()
    async with hub.database.write() as session:
        bond = await _decided(hub, session, visitor, resident_id)
        row = await session.get(tables.Relation, relation_id, with_for_update=True)
        if row is None or row.resident_id != resident_id or row.standing is not Standing.RELATIVE:
            raise HTTPException(404)
        if row.until is not None and row.until <= now:
            return onwards(hub, "/resident", None)
        _note(
            session, visitor, "consent.changed" if insight else "consent.ended", resident_id, f"relation:{row.id}", now
        )
        if insight is None:
            await kin.end(session, row, visitor.person.id, "", now)
        elif insight is not row.insight:
            himself = bond.relation.standing is Standing.SELF
            await kin.decide(
                session, row,
                Decision(
                    insight=insight, by=visitor.person.id,
                    given_by=GivenBy.RESIDENT if himself else GivenBy.GUARDIAN,
                    ground=Ground.WRITTEN if himself else Ground.GUARDIAN, until=row.until,
                ), now,
            )  # fmt: skip
    hub.live.change()
    return onwards(hub, "/resident#family", Done.SAVED if insight else Done.ENDED)


@router.post("/{resident_id}/pause")
async def pause(
    hub: TheHub, visitor: Own, resident_id: str, for_how_long: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Hide my day from the family for a while, a week at the most; empty ends it. Alarms and staff go on."""
    now = hub.clock()
    if for_how_long not in {"", *_PAUSES}:
        raise HTTPException(422)
    local = now.astimezone(hub.zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), hub.zone)
    until = midnight if for_how_long == "evening" else now + _PAUSES.get(for_how_long, timedelta())
    async with hub.database.write() as session:
        await _decided(hub, session, visitor, resident_id)
        await family.pause_sharing(session, resident_id, now, until if for_how_long else None)
        if for_how_long:
            for relation, person in await kin.family_of(session, resident_id, now):
                if relation.standing is Standing.RELATIVE:
                    await kin.withdraw(session, person.id, resident_id, only=HANDLED)
        _note(session, visitor, "sharing.paused" if for_how_long else "sharing.resumed", resident_id, "sharing", now)
    hub.live.change()
    return onwards(hub, "/resident#family")


@router.post("/{resident_id}/wish")
async def wish(
    hub: TheHub, visitor: Own, resident_id: str, text: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """What matters to me; the care team reads it."""
    now = hub.clock()
    async with hub.database.write() as session:
        await _decided(hub, session, visitor, resident_id)
        await family.set_wish(session, resident_id, text.strip(), visitor.person.id, now)
        _note(session, visitor, "wish.changed", resident_id, "wish", now)
    hub.live.change()
    return onwards(hub, "/resident#wish")


@router.post("/{resident_id}/say-no")
async def say_no(hub: TheHub, visitor: Own, resident_id: str, function: Annotated[Function, Form()]) -> Response:
    """I do not want this measured, or want to talk about it: a message that somebody has to answer."""
    now, me = hub.clock(), visitor.person.id
    text = _("Jeg vil snakke om, eller si nei til: %(what)s.", what=_(law.NAMES[function]))
    async with hub.database.write() as session:
        await _decided(hub, session, visitor, resident_id)
        await messages.write(session, resident_id, me, me, text, now, by_staff=False)
        _note(session, visitor, "measure.questioned", resident_id, f"function:{function}", now)
    hub.live.change()
    return onwards(hub, f"/relatives/{resident_id}/messages#latest", Done.SENT)
