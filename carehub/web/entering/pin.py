"""My PIN for the ward's shared tablets: chosen here, with a fresh login, and used there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import Permission, may
from carehub.core.people.shared_tablet import Weak, weak_pin
from carehub.flow.hub import Hub
from carehub.store import logins, tables, tablets
from carehub.web.done import onwards
from carehub.web.entering.fresh import AtAccount, Enrolling, is_fresh
from carehub.web.entering.passwords import Passwords
from carehub.web.render import page
from carehub.web.security import NotAllowed, TheHub, Visitor
from carehub.web.tongue import _, later

router = APIRouter(prefix="/account/pin")
_UNEQUAL = later("De to PIN-kodene er ikke like. Skriv dem en gang til.")
_WEAK = {
    Weak.LENGTH: later("PIN-koden må ha fire til seks siffer."),
    Weak.GUESSABLE: later("Den PIN-koden er lett å gjette. Velg andre siffer."),
}
Digits = Annotated[str, Form(max_length=12)]


async def _of_staff(visitor: AtAccount) -> Visitor:
    if not may(visitor.person.role, Permission.ANSWER_ALERTS):
        raise NotAllowed
    return visitor


Looking = Annotated[Visitor, Depends(_of_staff)]


async def _with_a_fresh_login(visitor: Looking, _fresh: Enrolling) -> Visitor:
    return visitor


Choosing = Annotated[Visitor, Depends(_with_a_fresh_login)]


@router.get("")
async def mine(request: Request, hub: TheHub, visitor: Looking) -> Response:
    """Whether I have one, and a form."""
    return await _page(request, hub, visitor)


async def _page(
    request: Request, hub: Hub, visitor: Visitor, *, status: int = 200, wrong: str | None = None, done: bool = False
) -> Response:
    async with hub.database.read() as session:
        known = await session.get(tables.TabletPin, visitor.person.id)
    return page(
        request, "pin.html", visitor, status=status, wrong=wrong, done=done, known=known, fresh=is_fresh(visitor, hub)
    )


@router.post("")
async def choose(request: Request, hub: TheHub, visitor: Choosing, pin: Digits, again: Digits) -> Response:
    """This one from now on; what was locked is open again."""
    me = visitor.person
    weak = weak_pin(pin, me.phone or "")
    wrong = _WEAK[weak] if weak else (_UNEQUAL if pin != again else None)
    if wrong:
        return await _page(request, hub, visitor, status=422, wrong=_(wrong))
    passwords: Passwords = request.app.state.passwords
    stored = await passwords.hashed(pin)
    async with hub.database.write() as session:
        await tablets.set_pin(session, me.id, stored, hub.clock())
        logins.log_reading(session, me.id, "account.pin", [(None, f"person:{me.id}")], hub.clock())
    return await _page(request, hub, visitor, done=True)


@router.post("/remove")
async def remove(hub: TheHub, visitor: Choosing) -> RedirectResponse:
    """None any more; whoever is logged in by it on a tablet is out."""
    me = visitor.person
    async with hub.database.write() as session:
        await tablets.remove_pin(session, me.id)
        logins.log_reading(session, me.id, "account.pin_removed", [(None, f"person:{me.id}")], hub.clock())
    hub.live.change()
    return onwards(hub, "/account/pin")
