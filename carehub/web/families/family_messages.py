"""Messages between somebody in the family, or the resident, and the care team: their side of the thread."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.retention import Kind
from carehub.flow.hub import Hub
from carehub.store import kin, messages
from carehub.store.kin import Bond
from carehub.web.done import Done, onwards
from carehub.web.families import calling
from carehub.web.render import page
from carehub.web.rights.readings import by_itself, opened
from carehub.web.security import Own, TheHub, Visitor
from carehub.web.tongue import later

router = APIRouter(prefix="/relatives/{resident_id}/messages")
LONGEST = 2000
_MOST_AN_HOUR = 20
_TOO_MANY = later("Du har skrevet mange meldinger den siste timen. Vent litt, eller ring tjenesten.")
Text = Annotated[str, Form(max_length=LONGEST)]


async def bond_of(hub: Hub, visitor: Visitor, resident_id: str) -> Bond:
    """The visitor's tie to this resident; 404 for a stranger's and for nobody's, which look the same (C32, C36)."""
    async with hub.database.read() as session:
        found = await kin.bonds(session, visitor.person.id, hub.clock(), resident_id)
    if not found:
        raise HTTPException(404)
    return found[0]


@router.get("")
async def thread(request: Request, hub: TheHub, visitor: Own, resident_id: str) -> Response:
    """My messages about this resident, and the answers; what I open is read, what comes while it stands open is not."""
    return await _shown(request, hub, visitor, await bond_of(hub, visitor, resident_id))


async def _shown(request: Request, hub: Hub, visitor: Visitor, bond: Bond, *, wrong: str | None = None) -> Response:
    who, me, now = bond.resident.id, visitor.person.id, hub.clock()
    async with hub.database.write() as session:
        if not by_itself(request) and await messages.mark_read(session, who, me, now, by_staff=False):
            hub.live.change()
        lines = await messages.thread(session, who, me)
        phone = await calling.phone_for(session, bond, now)
    await opened(request, hub, visitor, "messages", [(who, "messages")])
    return page(
        request, "family_messages.html", visitor, status=422 if wrong else 200, bond=bond, lines=lines, wrong=wrong,
        kept=next(one.days for one in hub.retention if one.kind is Kind.LETTERS), longest=LONGEST,
        phones=calling.listed([(bond, phone)]),
    )  # fmt: skip


@router.post("")
async def write(request: Request, hub: TheHub, visitor: Own, resident_id: str, text: Text = "") -> Response:
    """Write to the care team."""
    bond, now, me = await bond_of(hub, visitor, resident_id), hub.clock(), visitor.person.id
    said = text.strip()
    if not said:
        return await _shown(request, hub, visitor, bond)
    async with hub.database.write() as session:
        lines = await messages.thread(session, resident_id, me)
        mine = [one for one in lines if one.message.author_id == me and now - one.message.sent_at < timedelta(hours=1)]
        room = len(mine) < _MOST_AN_HOUR
        if room:
            await messages.write(session, resident_id, me, me, said, now, by_staff=False)
    if not room:
        return await _shown(request, hub, visitor, bond, wrong=_TOO_MANY)
    hub.live.change()
    return onwards(hub, f"/relatives/{resident_id}/messages#latest", Done.SENT)
