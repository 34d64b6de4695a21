"""The link that lets a person choose a password, once: the only way in for somebody new (C52)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from carehub.flow.hub import Hub
from carehub.store import factors, logins, tables
from carehub.web import at_the_doors
from carehub.web.done import said
from carehub.web.entering.entry import after_first
from carehub.web.entering.login import profiles_of
from carehub.web.entering.passwords import Passwords, weakness_of
from carehub.web.render import page
from carehub.web.security import TheHub
from carehub.web.tongue import _, later

router = APIRouter(prefix="/setup")
_UNEQUAL = later("De to passordene er ikke like. Skriv dem en gang til.")
Word = Annotated[str, Form(max_length=256)]


def setup_link(hub: Hub, token: str) -> str:
    """The address to hand over."""
    return f"{hub.public_url}/setup/{token}"


@router.get("/{token}")
async def choose(request: Request, hub: TheHub, token: str) -> Response:
    """Whose it is, and a form; looking does not spend it (a mail scanner looks too)."""
    async with hub.database.read() as session:
        person = await factors.of_link(session, token, hub.clock())
    return _page(request, hub, token, person)


def _page(request: Request, hub: Hub, token: str, person: tables.Person | None, wrong: str | None = None) -> Response:
    status = (422 if wrong else 200) if person else 410
    return page(
        request, "setup.html", status=status, person=person, wrong=wrong, token=token,
        providers=profiles_of(hub),
    )  # fmt: skip


@router.post("/{token}")
async def chosen(request: Request, hub: TheHub, token: str, new: Word, again: Word) -> Response:
    """The password is theirs from now on, and the link is worth nothing."""
    now = hub.clock()
    async with hub.database.read() as session:
        person = await factors.of_link(session, token, now)
    if person is None:
        at_the_doors.was_wrong(request, "link")
        return _page(request, hub, token, None)
    wrong = await weakness_of(new, person, hub.municipality) or (_(_UNEQUAL) if new != again else None)
    if wrong:
        return _page(request, hub, token, person, wrong)
    passwords: Passwords = request.app.state.passwords
    stored = await passwords.hashed(new)
    async with hub.database.write() as session:
        if not await factors.use_link(session, token, now):
            return _page(request, hub, token, None)
        owner = await session.get_one(tables.Person, person.id)
        owner.password_hash = stored
        await logins.end_all_of(session, person.id)
        logins.log_reading(session, person.id, "account.password", [(None, f"person:{person.id}")], now)
    hub.live.change()
    return said(hub, await after_first(request, hub, owner, ""))
