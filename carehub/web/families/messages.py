"""Messages, the care team's side: every thread of residents in my units, what the family announced, and an answer."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.flow.family import letters
from carehub.flow.hub import Hub
from carehub.store import family, kin, logins, messages, tables, ties
from carehub.store.database import Session
from carehub.store.kin import Bond
from carehub.web.done import Done, onwards
from carehub.web.families import family_words
from carehub.web.render import page
from carehub.web.rights.near import near
from carehub.web.rights.readings import by_itself, opened
from carehub.web.security import Caring, NotAllowed, TheHub, Visitor

router = APIRouter(prefix="/messages")
_AHEAD = timedelta(days=60)


@router.get("")
async def threads(request: Request, hub: TheHub, visitor: Caring) -> Response:
    """Who has written about whom; what nobody has read comes first. And who comes to visit."""
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
        found = await messages.threads(session, sight, now)
        coming = await family.visits_seen(session, sight, now, now + timedelta(days=7))
    seen = {one.resident.id for one in found} | {one.resident.id for one in coming}
    await opened(request, hub, visitor, "messages", [(who, "threads") for who in sorted(seen)])
    return page(request, "messages.html", visitor, threads=found, coming=coming, family=family_words)


@router.get("/{resident_id}/{person_id}")
async def thread(request: Request, hub: TheHub, visitor: Caring, resident_id: str, person_id: str) -> Response:
    """One thread, with what matters to the resident and what this writer may know."""
    now = hub.clock()
    async with hub.database.write() as session:
        bond, resident, person = await _known(hub, session, visitor, resident_id, person_id)
        if not by_itself(request) and await messages.mark_read(session, resident_id, person_id, now, by_staff=True):
            hub.live.change()
        lines = await messages.thread(session, resident_id, person_id)
        wish = (await family.wishes(session, [resident_id])).get(resident_id)
        coming = [visit for visit, _ in await family.visits(session, [resident_id], now, now + _AHEAD)]
    await opened(request, hub, visitor, "messages", [(resident_id, f"thread:{person_id}")])
    return page(
        request, "messages_thread.html", visitor, bond=bond, resident=resident, person=person, lines=lines,
        wish=wish.text if wish else "", coming=coming, family=family_words,
    )  # fmt: skip


@router.post("/{resident_id}/{person_id}")
async def answer(
    hub: TheHub, visitor: Caring, resident_id: str, person_id: str,
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:  # fmt: skip
    """Answer, as long as there is a tie; an SMS without a word of it says that something waits."""
    async with hub.database.write() as session:
        bond, _, _ = await _known(hub, session, visitor, resident_id, person_id)
        if bond is None:
            raise NotAllowed
        if text.strip():
            await letters.answer(hub, session, bond, visitor.person.id, text.strip(), hub.clock())
            logins.log_reading(
                session, visitor.person.id, "messages.answered", [(resident_id, f"thread:{person_id}")], hub.clock()
            )
    hub.live.change()
    here = f"/messages/{resident_id}/{person_id}#latest"
    return onwards(hub, here, Done.SENT if text.strip() else None)


async def _known(
    hub: Hub, session: Session, visitor: Visitor, resident_id: str, person_id: str
) -> tuple[Bond | None, tables.Resident, tables.Person]:
    """The writer's tie to this resident, if there is one still; refused for residents of others."""
    now = hub.clock()
    resident, person = await session.get(tables.Resident, resident_id), await session.get(tables.Person, person_id)
    close = await near(session, visitor, now)
    if resident is None:
        raise HTTPException(404)
    if not close.sees(resident_id):
        raise NotAllowed
    bond = next(iter(await kin.bonds(session, person_id, now, resident_id)), None)
    if person is None or (bond is None and not await messages.thread(session, resident_id, person_id)):
        raise HTTPException(404)
    return bond, resident, person
