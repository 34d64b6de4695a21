"""What people do with the ways by which they are reached, on their own page or on that of somebody they administer."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.escalation import Method
from carehub.core.people.access import Permission
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import MAIL
from carehub.flow.staff import contacts as flow
from carehub.store import contacts
from carehub.web.admin import contacts as admin_contacts
from carehub.web.admin.people import manageable, note
from carehub.web.done import onwards
from carehub.web.security import MaybeVisitor, TheHub, Visitor, needs
from carehub.web.telephone import my
from carehub.web.tongue import later

router = APIRouter()
_MINE, _THEIRS = "/my/ways", "/admin/people/{person_id}/ways"
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WRONG_ADDRESS = later("Det er ikke en e-postadresse.")
_NOT_HERE = later("Den er ikke satt opp her, eller den står der allerede.")
_BY = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose ways are changed, and by whom."""

    visitor: Visitor
    person_id: str
    own: bool

    def back(self, hub: Hub, anchor: str = "") -> RedirectResponse:
        """To the page, where one was."""
        page = "/my" if self.own else f"/admin/people/{self.person_id}"
        return onwards(hub, f"{page}{anchor}")

    async def told(self, request: Request, hub: Hub, status: int, wrong: str) -> Response:
        """The page again, with what was wrong."""
        if self.own:
            return await my.shown(request, hub, self.visitor, status=status, wrong=wrong)
        return await admin_contacts.shown(request, hub, self.visitor, self.person_id, status=status, wrong=wrong)


_MINE_OPENS, _THEIRS_OPEN = needs(Permission.SEE_ALERTS), needs(Permission.ADMINISTER)


async def _whose(request: Request, hub: TheHub, maybe: MaybeVisitor) -> Whose:
    """My own, or somebody's whom I may administer; raises for anybody else's."""
    person_id = request.path_params.get("person_id")
    if person_id is None:
        visitor = await _MINE_OPENS(maybe)
        return Whose(visitor=visitor, person_id=visitor.person.id, own=True)
    visitor = await _THEIRS_OPEN(maybe)
    async with hub.database.read() as session:
        await manageable(session, visitor, person_id, hub.clock())
    return Whose(visitor=visitor, person_id=person_id, own=False)


TheirWays = Annotated[Whose, Depends(_whose)]


@router.post(f"{_MINE}/email")
@router.post(f"{_THEIRS}/email")
async def add_mail(
    request: Request, hub: TheHub, whose: TheirWays, email: Annotated[str, Form(max_length=120)]
) -> Response:
    """An address, to which a code goes."""
    address = email.strip().lower()
    if MAIL not in hub.channels or not _ADDRESS.fullmatch(address):
        return await whose.told(request, hub, 422, _WRONG_ADDRESS)
    async with hub.database.write() as session:
        method = Method(channel=MAIL, address=address)
        made = await flow.add(hub, session, whose.person_id, method, hub.clock())
        note(session, whose.visitor, "contact.added", whose.person_id, hub.clock())
    return whose.back(hub, f"#way-{made.id}") if made else await whose.told(request, hub, 409, my.HAS_IT)


@router.post(f"{_MINE}/{{method_id}}/also")
@router.post(f"{_THEIRS}/{{method_id}}/also")
async def also(
    request: Request, hub: TheHub, whose: TheirWays, method_id: str, channel: Annotated[str, Form(max_length=40)]
) -> Response:
    """Call this telephone too, or use another gateway: its number has been proven."""
    async with hub.database.write() as session:
        way = await my.way_of(session, whose.person_id, method_id)
        done = await flow.also(hub, session, way, channel, hub.clock())
        if done:
            note(session, whose.visitor, "contact.added", whose.person_id, hub.clock())
    return whose.back(hub, f"#way-{method_id}") if done else await whose.told(request, hub, 409, _NOT_HERE)


@router.post(f"{_MINE}/{{method_id}}/move")
@router.post(f"{_THEIRS}/{{method_id}}/move")
async def move(
    hub: TheHub, whose: TheirWays, method_id: str, to: Annotated[Literal["up", "down"], Form()]
) -> RedirectResponse:
    """Tried earlier, or later."""
    async with hub.database.write() as session:
        await flow.move(session, await my.way_of(session, whose.person_id, method_id), _BY[to])
        note(session, whose.visitor, "contact.moved", whose.person_id, hub.clock())
    return whose.back(hub, f"#way-{method_id}")


@router.post(f"{_MINE}/{{method_id}}/remove")
@router.post(f"{_THEIRS}/{{method_id}}/remove")
async def remove(hub: TheHub, whose: TheirWays, method_id: str) -> RedirectResponse:
    """Use it no more; for a few minutes it can be put back."""
    async with hub.database.write() as session:
        way = await my.way_of(session, whose.person_id, method_id)
        await contacts.take_away(session, way.method, hub.clock())
        note(session, whose.visitor, "contact.removed", whose.person_id, hub.clock())
    return whose.back(hub, "#removed")


@router.post(f"{_MINE}/{{method_id}}/undo")
@router.post(f"{_THEIRS}/{{method_id}}/undo")
async def undo(hub: TheHub, whose: TheirWays, method_id: str) -> RedirectResponse:
    """Put back what was just taken away."""
    async with hub.database.write() as session:
        gone = await contacts.removed(session, whose.person_id, hub.clock())
        found = next((one for one in gone if one.id == method_id), None)
        if found is None:
            raise HTTPException(404)
        await contacts.put_back(session, found)
        note(session, whose.visitor, "contact.put_back", whose.person_id, hub.clock())
    return whose.back(hub, f"#way-{method_id}")
