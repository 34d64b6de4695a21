"""The relatives' page: how the day goes, as far as the resident lets them know, and not a word about health."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.answers.alerts import Aftermath
from carehub.core.people.access import About
from carehub.core.people.consent import KNOWS
from carehub.core.people.kin import Going
from carehub.flow.family import texts
from carehub.flow.family.today import Today, today
from carehub.flow.hub import Hub
from carehub.store import asked, kin, messages, pages, tables
from carehub.store.database import Session
from carehub.store.kin import Bond
from carehub.web.done import Done, onwards
from carehub.web.families import calling, calm, family_words
from carehub.web.render import page
from carehub.web.rights.readings import opened
from carehub.web.security import Relative, TheHub

router = APIRouter(prefix="/relatives")
_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """That something was followed up, when, and in broad words what was done. There is no more to it, by design."""

    raised_at: datetime
    closed_at: datetime
    done: Aftermath | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What they were asked, and how it stands.

    Attributes:
        said: What they answered; None as long as they have not.
        others_go: Whether somebody else of the same family said that they go.
    """

    about: asked.Asked
    said: Going | None
    others_go: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one person may know of one resident.

    Attributes:
        handled: None where it was not agreed that it is shown.
        unread: Messages from the care team.
        phone: Of the unit that looks after them, where there is one and it may be told.
        handled_since: The day of the agreement, where that is later than what is shown otherwise.
        asked: What they were asked about lately, if anything.
    """

    bond: Bond
    today: Today
    picture: calm.Drawing
    handled: tuple[Handled, ...] | None
    phone: str | None
    handled_since: datetime | None = None
    unread: int = 0
    asked: Question | None = None


@router.get("")
async def relatives(request: Request, hub: TheHub, visitor: Relative) -> Response:
    """Everybody whom this person is a relative of, each as far as they have consented."""
    now, me = hub.clock(), visitor.person.id
    async with hub.database.read() as session:
        unread = await messages.unread_by(session, me)
        bonds = await kin.bonds(session, me, now)
        questions = await _questions(session, me, now)
        shown = [
            replace(
                await card(hub, session, bond, now, unread=unread.get(bond.resident.id, 0)),
                asked=questions.get(bond.resident.id),
            )
            for bond in bonds
        ]
    await opened(request, hub, visitor, "relatives", [(bond.resident.id, bond.insight.value) for bond in bonds])
    return page(
        request, "relatives.html", visitor, cards=shown, family=family_words, going=Going,
        phones=calling.listed((one.bond, one.phone) for one in shown),
    )  # fmt: skip


async def _questions(session: Session, me: str, now: datetime) -> dict[str, Question]:
    """By resident: what still waits before what is over, and of these what was asked last."""
    told = sorted(await asked.lately(session, me, now), key=lambda one: (not one.waits, not one.unmet))
    about = {who: one for one in reversed(told) for who in one.residents}
    said = await asked.answers(session, {one.alert for one in about.values()})
    found = {}
    for who, one in about.items():
        mine = said.get((one.alert, me))
        family = {person.id for _, person in await kin.family_of(session, who, now)} - {me}
        going = {
            by for (alert, by), words in said.items() if alert == one.alert and texts.understood(words) is not Going.NO
        }
        found[who] = Question(about=one, said=texts.understood(mine) if mine else None, others_go=bool(going & family))
    return found


async def card(hub: Hub, session: Session, bond: Bond, now: datetime, *, unread: int = 0) -> Card:
    """One resident's day as far as this person may know."""
    known = await today(hub, session, bond, now)
    told = About.HANDLED in KNOWS[bond.insight]
    return Card(
        bond=bond, today=known, picture=calm.drawn(known.rhythm, now, hub.zone), unread=unread,
        phone=await calling.phone_for(session, bond, now),
        handled=await _handled(session, bond.relation, now) if told else None,
        handled_since=bond.relation.since if bond.relation.since > now - _SHOWN else None,
    )  # fmt: skip


async def _handled(session: Session, relation: tables.Relation, now: datetime) -> tuple[Handled, ...]:
    """Only since the resident agreed to it."""
    since = max(now - _SHOWN, relation.since)
    closed = await pages.handled_for(session, relation.resident_id, since)
    return tuple(
        Handled(raised_at=alert.raised_at, closed_at=alert.closed_at, done=alert.aftermath)
        for alert in closed
        if alert.closed_at and alert.raised_at >= since
    )


@router.post("/asked/{alert_id}")
async def coming(hub: TheHub, visitor: Relative, alert_id: str, going: Annotated[Going, Form()]) -> Response:
    """Whether they can go, as by SMS, or are there: a line in the alert's journal, and no more than that."""
    now, me = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        told = await asked.lately(session, me, now)
        about = next((one.residents for one in told if one.alert == alert_id), None)
        if about is None:
            raise HTTPException(404)
        for one in told:  # they go to somebody, and not to one alert of theirs
            if one.matters and one.residents & about:
                texts.note_coming(session, one, me, now, going)
    hub.live.change()
    return onwards(hub, "/relatives", Done.SENT)
