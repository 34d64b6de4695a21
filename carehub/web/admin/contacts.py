"""Administration of one person: how they are reached, and what they may do."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.escalation import Method
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import SMS
from carehub.flow.staff import contacts as flow
from carehub.store import contacts, logins, people, tables
from carehub.web.admin.people import WRONG_NUMBER, e164, manageable, may_manage, note
from carehub.web.done import Done, onwards
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.telephone.my import HAS_IT, WAIT, way_of

router = APIRouter(prefix="/admin/people/{person_id}")


@router.get("")
async def person(request: Request, hub: TheHub, visitor: Administering, person_id: str) -> Response:
    """One member of staff."""
    return await shown(request, hub, visitor, person_id)


async def shown(
    request: Request, hub: Hub, visitor: Visitor, person_id: str, *, status: int = 200, wrong: str | None = None
) -> Response:
    """The page, with what was wrong if anything was."""
    async with hub.database.read() as session:
        one = await manageable(session, visitor, person_id, hub.clock())
        ways = await contacts.of_person(session, person_id)
        removed = await contacts.removed(session, person_id, hub.clock())
        competences = await people.competences_of(session, person_id)
    return page(
        request, "admin_person.html", visitor, status=status, wrong=wrong, person=one, ways=ways,
        competences=competences, mine=may_manage(visitor, one.role), removed=removed, channels={*hub.channels},
    )  # fmt: skip


def _back(hub: Hub, person_id: str, done: Done = Done.SAVED) -> RedirectResponse:
    return onwards(hub, f"/admin/people/{person_id}", done)


@router.post("/ways")
async def add(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    person_id: str,
    phone: Annotated[str, Form(max_length=30)],
    replaces: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """A new number, to which a code goes; what it replaces works until the code comes back."""
    number = e164(phone)
    if number is None:
        return await shown(request, hub, visitor, person_id, status=422, wrong=WRONG_NUMBER)
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        method = Method(channel=SMS, address=number)
        made = await flow.add(hub, session, person_id, method, hub.clock(), replaces or None)
        note(session, visitor, "contact.added", person_id, hub.clock())
    return _back(hub, person_id) if made else await shown(request, hub, visitor, person_id, status=409, wrong=HAS_IT)


@router.post("/ways/{method_id}/send")
async def send(request: Request, hub: TheHub, visitor: Administering, person_id: str, method_id: str) -> Response:
    """Another code."""
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        is_sent = await flow.send_again(hub, session, await way_of(session, person_id, method_id), hub.clock())
    if not is_sent:
        return await shown(request, hub, visitor, person_id, status=409, wrong=WAIT)
    return _back(hub, person_id, Done.SENT)


@router.post("/ways/{method_id}/verify")
async def verify(
    hub: TheHub,
    visitor: Administering,
    person_id: str,
    method_id: str,
    reason: Annotated[str, Form(min_length=3, max_length=60)],
) -> RedirectResponse:
    """Verified in person: somebody saw that it reaches them, and says how. It is logged."""
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        await flow.verify(session, await way_of(session, person_id, method_id), hub.clock())
        seen = [(None, f"person:{person_id}: {reason.strip()}")]
        logins.log_reading(session, visitor.person.id, "contact.verified_in_person", seen, hub.clock())
    return _back(hub, person_id)


@router.post("/competences")
async def competence(
    hub: TheHub,
    visitor: Administering,
    person_id: str,
    name: Annotated[str, Form(min_length=2, max_length=40)],
    on: Annotated[bool, Form()],
) -> RedirectResponse:
    """Something that they may do, or may do no more."""
    wanted = name.strip().casefold()
    if not wanted:
        raise HTTPException(422)
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        found = await session.get(tables.Competence, (person_id, wanted))
        if on and found is None:
            session.add(tables.Competence(person_id=person_id, name=wanted))
        if not on and found is not None:
            await session.delete(found)
        note(session, visitor, "person.competence", person_id, hub.clock())
    return _back(hub, person_id)
