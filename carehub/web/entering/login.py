"""The login door: user name and password, a session on the server, and out again."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.oidc import Profile
from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.web import at_the_doors
from carehub.web.entering.entry import after_first, home_of
from carehub.web.entering.locked import still_here
from carehub.web.entering.passkeys import can_passkeys
from carehub.web.entering.passwords import Passwords
from carehub.web.entering.shared import MaybeTablet, tell_unsent
from carehub.web.entering.throttle import Throttle
from carehub.web.render import page
from carehub.web.security import Anyone, MaybeVisitor, TheHub, cookie_name, is_https, local_path, valid_login
from carehub.web.tongue import _, later

router = APIRouter()
_WRONG = later("Brukernavn eller passord stemmer ikke. Sjekk begge, og prøv igjen.")
_LONGEST = 256
"""A password may be a sentence; beyond this it is an attack on the hasher."""


@router.get("/")
async def front_door(visitor: MaybeVisitor) -> RedirectResponse:
    """To the visitor's own page, or to the login."""
    return RedirectResponse(home_of(visitor.person) if visitor else "/login", status_code=303)


@router.get("/here", status_code=204)
async def here(_visitor: Anyone) -> Response:
    """Somebody types: a step of their own, as a press is, so that no screen locks under their hands (C48)."""
    return Response(status_code=204)


@router.get("/login")
async def login_page(  # noqa: PLR0913 - what an address may say
    request: Request,
    hub: TheHub,
    visitor: MaybeVisitor,
    tablet: MaybeTablet,
    next: str = "",  # noqa: A002
    left: str = "",
    *,
    ended: bool = False,
    unsent: bool = False,
    full: bool = False,
) -> Response:
    """The form; whoever is logged in already is sent on.

    Args:
        left: The provider at which they are logged in still.
        unsent: They sent a form after their login had ended, and nothing came of it.
        full: Also on a shared tablet, where else the locked board is shown.
    """
    onwards = local_path(next, "")
    if visitor is not None:
        return RedirectResponse(onwards or home_of(visitor.person), status_code=303)
    if tablet is not None and not full:
        locked = RedirectResponse(f"/kiosk?next={quote(onwards)}" if unsent else "/kiosk", status_code=303)
        if unsent:
            tell_unsent(hub, tablet, locked)
        return locked
    return await form(request, hub, next=onwards, ended=ended, left=left, unsent=unsent)


async def form(  # noqa: PLR0913 - what the form shows
    request: Request, hub: Hub, *, next: str = "", status: int = 200, ended: bool = False,  # noqa: A002
    wrong: str | None = None, username: str = "", left: str = "", unsent: bool = False,
) -> Response:  # fmt: skip
    """The login page: with what was wrong if anything was, and every way in that there is."""
    return page(
        request, "login.html", status=status, next=next, ended=ended, unsent=unsent, wrong=wrong, username=username,
        by_passkey=can_passkeys(hub), providers=profiles_of(hub), left=hub.providers.get(left),
        **await still_here(request, hub),
    )  # fmt: skip


def profiles_of(hub: Hub) -> list[Profile]:
    """The providers that people may log in by, as buttons show them."""
    return [one.profile for one in hub.providers.values()]


@router.post("/login")
async def log_in(
    request: Request,
    hub: TheHub,
    username: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=_LONGEST)],
    next: Annotated[str, Form(max_length=400)] = "",  # noqa: A002
) -> Response:
    """Open a session with a new secret, whatever the browser brought along."""
    throttle: Throttle = request.app.state.throttle
    address = at_the_doors.address_of(request)
    onwards = local_path(next, "")
    wait = throttle.wait_s(username, address, hub.passed())
    if wait:
        at_the_doors.was_held_back(request, "password")
        words = _(
            "For mange forsøk. Vent %(minutes)s min, eller få hjelp på vaktrommet.", minutes=max(1, round(wait / 60))
        )
        answer = await form(request, hub, status=429, next=onwards, wrong=words, username=username)
        answer.headers["Retry-After"] = str(wait)
        return answer
    person, right = await _proven(request, hub, username, password)
    if person is None or not right:
        at_the_doors.was_wrong(request, "password", person.id if person else None)
        throttle.failed(username, address, hub.passed())
        return await form(request, hub, status=401, next=onwards, wrong=_(_WRONG), username=username)
    throttle.succeeded(username, address, hub.passed())
    return await after_first(request, hub, person, onwards)


async def _proven(request: Request, hub: Hub, username: str, password: str) -> tuple[tables.Person | None, bool]:
    """Who is called so, and whether the password is theirs; a hash of yesterday's strength is renewed in passing."""
    passwords: Passwords = request.app.state.passwords
    async with hub.database.read() as session:
        person = await logins.person_named(session, username)
    right, better = await passwords.fits(password, person.password_hash if person else None)
    if person is None or not right:
        return person, False
    if better is not None:
        async with hub.database.write() as session:
            (await session.get_one(tables.Person, person.id)).password_hash = better
    return person, True


@router.post("/logout")
async def log_out(request: Request, hub: TheHub) -> RedirectResponse:
    """End the session on the server, and wipe what the browser kept."""
    secret = request.cookies.get(cookie_name(hub))
    held = await valid_login(hub, logins.hash_of(secret)) if secret else None
    if secret:
        async with hub.database.write() as session:
            await logins.end(session, logins.hash_of(secret))
        hub.live.change()
    issuer = held.origin.issuer if held else None
    left = next((one.name for one in hub.providers.values() if one.issuer == issuer), None)
    answer = RedirectResponse(f"/login?left={left}" if left else "/login", status_code=303)
    answer.delete_cookie(cookie_name(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
