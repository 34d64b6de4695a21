"""My own page: my shifts, whether I am on duty, and the ways by which I am reached."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.escalation import Method
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import SMS
from carehub.flow.staff import contacts as flow
from carehub.flow.staff.contacts import Checked
from carehub.store import calendars, contacts, logins, roll_calls, shifts, tables
from carehub.store.contacts import Way
from carehub.store.database import Session
from carehub.web.admin.people import WRONG_NUMBER, e164
from carehub.web.done import Done, onwards
from carehub.web.render import page
from carehub.web.security import Staff, TheHub, Visitor, local_path
from carehub.web.telephone import offline as telephone
from carehub.web.telephone import push
from carehub.web.tongue import _, later

router = APIRouter(prefix="/my")
_SHOWN = timedelta(days=14)
SAID = {
    Checked.WRONG: later("Koden stemmer ikke. Se på meldingen, og prøv igjen."),
    Checked.TOO_LATE: later("Koden gjelder ikke lenger. Send en ny."),
}
HAS_IT = later("Den står der allerede.")
WAIT = later("En kode er nettopp sendt. Vent litt før du sender en ny.")


@router.get("")
async def mine(request: Request, hub: TheHub, visitor: Staff) -> Response:
    """Shifts of the coming fortnight, and telephones."""
    return await shown(request, hub, visitor)


async def shown(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    *,
    status: int = 200,
    wrong: str | None = None,
    address: str | None = None,
) -> Response:
    """The page, with what was wrong if anything was."""
    now, me = hub.clock(), visitor.person.id
    async with hub.database.read() as session:
        person = await session.get_one(tables.Person, me)
        mine = await shifts.of_person(session, me, now, now + _SHOWN)
        ways = await contacts.of_person(session, me)
        removed = await contacts.removed(session, me, now)
        asked = me in await roll_calls.waiting(session, now)
        has_feed = await calendars.has_feed(session, person_id=me)
    return page(
        request, "my.html", visitor, status=status, wrong=_(wrong) if wrong else None, person=person, shifts=mine,
        ways=ways, removed=removed, channels={*hub.channels},
        asked=asked, answered="answered" in request.query_params, has_feed=has_feed, address=address,
        push_key=push.key_of(hub), **telephone.given(visitor),
    )  # fmt: skip


def _back(hub: Hub, done: Done = Done.SAVED) -> RedirectResponse:
    return onwards(hub, "/my", done)


@router.post("/duty")
async def duty(hub: TheHub, visitor: Staff, on: Annotated[bool, Form()]) -> RedirectResponse:
    """I am on duty now, whatever the plan says; or no longer."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, visitor.person.id)).on_duty = on
        _note(session, visitor, "person.on_duty" if on else "person.off_duty", hub)
    hub.live.change()
    return _back(hub)


@router.post("/calendar")
async def calendar(request: Request, hub: TheHub, visitor: Staff) -> Response:
    """An address for my own calendar program, shown once; the one before is worth nothing any more."""
    async with hub.database.write() as session:
        token = await calendars.issue(session, hub.clock(), visitor.person.id, person_id=visitor.person.id)
        _note(session, visitor, "calendar.issued", hub)
    return await shown(request, hub, visitor, address=f"{hub.public_url}/calendar/{token}.ics")


@router.post("/calendar/revoke")
async def revoke(hub: TheHub, visitor: Staff) -> RedirectResponse:
    """Nobody reads my shifts by the address any more."""
    async with hub.database.write() as session:
        await calendars.revoke(session, person_id=visitor.person.id)
        _note(session, visitor, "calendar.revoked", hub)
    return _back(hub)


@router.post("/roll-call")
async def answer(hub: TheHub, visitor: Staff, back: Annotated[str, Form(max_length=100)] = "/my") -> RedirectResponse:
    """My telephone works: I tap on it, and stay where I was, which may be the list with an alarm on it."""
    async with hub.database.write() as session:
        await roll_calls.answered(session, visitor.person.id, hub.clock())
    hub.live.change()
    return onwards(hub, f"{local_path(back, '/my').partition('?')[0]}?answered=true")


@router.post("/ways")
async def add(
    request: Request,
    hub: TheHub,
    visitor: Staff,
    phone: Annotated[str, Form(max_length=30)],
    replaces: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """A new number: a code goes to it, and it is used when the code comes back."""
    number = e164(phone)
    if number is None:
        return await shown(request, hub, visitor, status=422, wrong=WRONG_NUMBER)
    async with hub.database.write() as session:
        method = Method(channel=SMS, address=number)
        made = await flow.add(hub, session, visitor.person.id, method, hub.clock(), replaces or None)
        _note(session, visitor, "contact.added", hub)
    return _back(hub) if made else await shown(request, hub, visitor, status=409, wrong=HAS_IT)


@router.post("/ways/{method_id}/code")
async def confirm(
    request: Request, hub: TheHub, visitor: Staff, method_id: str, code: Annotated[str, Form(max_length=20)]
) -> Response:
    """The code that came to the telephone."""
    async with hub.database.write() as session:
        way = await way_of(session, visitor.person.id, method_id)
        checked = await flow.confirm(session, way, code, hub.clock())
        if checked is Checked.VERIFIED:
            _note(session, visitor, "contact.verified", hub)
    if checked is not Checked.VERIFIED:
        return await shown(request, hub, visitor, status=422, wrong=SAID[checked])
    return _back(hub)


@router.post("/ways/{method_id}/send")
async def send(request: Request, hub: TheHub, visitor: Staff, method_id: str) -> Response:
    """Another code."""
    async with hub.database.write() as session:
        way = await way_of(session, visitor.person.id, method_id)
        is_sent = await flow.send_again(hub, session, way, hub.clock())
    return _back(hub, Done.SENT) if is_sent else await shown(request, hub, visitor, status=409, wrong=WAIT)


async def way_of(session: Session, person_id: str, method_id: str) -> Way:
    """One of this person's ways; raises 404 for anybody else's."""
    found = [way for way in await contacts.of_person(session, person_id) if way.method.id == method_id]
    if not found:
        raise HTTPException(404)
    return found[0]


def _note(session: Session, visitor: Visitor, action: str, hub: Hub) -> None:
    me = visitor.person.id
    logins.log_reading(session, me, action, [(None, f"person:{me}")], hub.clock())
