"""Administration of a resident's family: who may know how much, on what ground, since when, and who ended it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import GivenBy, Ground
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import family, kin, logins, people, tables
from carehub.store.database import Session
from carehub.store.kin import Decision
from carehub.web.admin.rules import Day, Deciding
from carehub.web.done import onwards
from carehub.web.families import family_words
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import later
from carehub.web.typed import typed
from carehub.web.wording import tuning_words

router = APIRouter(prefix="/admin/residents/{resident_id}/relatives")
_NEEDS_WHY = later("Skriv hvorfor: det er ikke beboeren selv som gjør endringen her.")
_NEEDS_END = later("Den som handler for beboeren, må ha en dato da det vurderes på nytt.")
Why = Annotated[str, Form(max_length=200)]


@router.get("")
async def listed(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """Everybody outside the staff who may know something, and what was agreed before."""
    return await _shown(request, hub, visitor, resident_id)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, *, wrong: str | None = None
) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        resident = await must_see(session, visitor, resident_id, hub.clock())
        current = await kin.family_of(session, resident_id, now)
        past = await kin.history_of(session, resident_id)
        wish = (await family.wishes(session, [resident_id])).get(resident_id)
        others = [
            one
            for one in await people.everybody(session)
            if one.role in {Role.RELATIVE, Role.RESIDENT}
            and one.active
            and one.id not in {who.id for _, who in current}
        ]
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "consent.list", [(resident_id, "relatives")], now)
    held = await typed(request) if wrong else ""
    return page(
        request, "admin_family.html", visitor, status=422 if wrong else 200, wrong=wrong, typed=held,
        resident=resident,
        current=current, past=past, others=others, levels=list(Insight), family=family_words,
        standings=list(Standing), grounds=[one for one in Ground if one is not Ground.UNKNOWN],
        wish=wish.text if wish else "",
    )  # fmt: skip


@router.post("")
async def add(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    resident_id: str,
    person_id: Annotated[str, Form(max_length=32)],
    standing: Annotated[Standing, Form()] = Standing.RELATIVE,
    insight: Annotated[Insight, Form()] = Insight.NOTHING,
    ground: Annotated[Ground, Form()] = Ground.SPOKEN,
    kinship: Annotated[str, Form(max_length=40)] = "",
    last: Day = "",
    why: Why = "",
    *,
    may_be_asked: Annotated[bool, Form()] = False,
) -> Response:
    """Tie somebody who has a login to this resident: a relative, who acts for them, or the resident's own login."""
    now = hub.clock()
    _, until = tuning_words.span_of(None, last or None, now, hub.zone)
    if standing is Standing.GUARDIAN and until is None:
        return await _shown(request, hub, visitor, resident_id, wrong=_NEEDS_END)
    async with hub.database.write() as session:
        await must_see(session, visitor, resident_id, hub.clock())
        person = await session.get(tables.Person, person_id)
        right = Role.RESIDENT if standing is Standing.SELF else Role.RELATIVE
        if person is None or person.role is not right or await kin.bonds(session, person_id, now, resident_id):
            raise HTTPException(404)
        row = tables.Relation(
            id=new_id(), person_id=person_id, resident_id=resident_id, standing=standing, insight=insight, since=now,
            kinship=kinship.strip() or "pårørende", until=until, may_be_asked=may_be_asked, ground=ground,
            given_by=_giver(ground), reason=why.strip(), entered_by_id=visitor.person.id,
        )  # fmt: skip
        session.add(row)
        _note(session, visitor, "consent.added", row, now)
    hub.live.change()
    return onwards(hub, f"/admin/residents/{resident_id}/relatives")


def _giver(ground: Ground) -> GivenBy:
    return GivenBy.RESIDENT if ground in {Ground.SPOKEN, Ground.WRITTEN} else GivenBy.GUARDIAN


@router.post("/{relation_id}/{act}")
async def change(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    resident_id: str,
    relation_id: str,
    act: str,
    insight: Annotated[Insight, Form()] = Insight.NOTHING,
    ground: Annotated[Ground, Form()] = Ground.SPOKEN,
    last: Day = "",
    why: Why = "",
) -> Response:
    """Another level on the resident's behalf, or the end: with a reason, and at once."""
    if act not in {"change", "end"}:
        raise HTTPException(404)
    now, by, said = hub.clock(), visitor.person.id, why.strip()
    async with hub.database.write() as session:
        await must_see(session, visitor, resident_id, hub.clock())
        row = await session.get(tables.Relation, relation_id, with_for_update=True)
        if row is None or row.resident_id != resident_id or (row.until is not None and row.until <= now):
            raise HTTPException(404)
        if said and act == "end":
            await kin.end(session, row, by, said, now)
            _note(session, visitor, "consent.ended", row, now)
        elif said:
            _, until = tuning_words.span_of(None, last or None, now, hub.zone)
            decision = Decision(
                insight=insight, given_by=_giver(ground), ground=ground, by=by, why=said, until=until or row.until
            )
            await kin.decide(session, row, decision, now)
            _note(session, visitor, "consent.changed", row, now)
    if not said:
        return await _shown(request, hub, visitor, resident_id, wrong=_NEEDS_WHY)
    hub.live.change()
    return onwards(hub, f"/admin/residents/{resident_id}/relatives")


def _note(session: Session, visitor: Visitor, act: str, row: tables.Relation, now: datetime) -> None:
    seen: list[tuple[str | None, str]] = [(row.resident_id, f"relation:{row.id}")]
    logins.log_reading(session, visitor.person.id, act, seen, now, said=row.end_reason or row.reason or None)
