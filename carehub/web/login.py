"""The login door: user name and password, a session on the server, and out again."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.access import HOME_PAGE, Role
from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.web.passwords import Passwords
from carehub.web.render import page
from carehub.web.security import LIMITS, MaybeVisitor, TheHub, cookie_name, is_https, local_path
from carehub.web.throttle import Throttle

router = APIRouter()
_WRONG = "Brukernavn eller passord stemmer ikke. Sjekk begge, og prøv igjen."
_LONGEST = 256
"""A password may be a sentence; beyond this it is an attack on the hasher."""


@router.get("/")
async def front_door(visitor: MaybeVisitor) -> RedirectResponse:
    """To the visitor's own page, or to the login."""
    return RedirectResponse(home_of(visitor.person) if visitor else "/login", status_code=303)


def home_of(person: tables.Person) -> str:
    """Where a person's day begins; staff of a unit see their own unit first."""
    home = HOME_PAGE[person.role]
    return f"{home}?unit={person.unit_id}" if person.unit_id and home == "/tablet" else home


@router.get("/login")
async def login_page(request: Request, visitor: MaybeVisitor, next: str = "", ended: bool = False) -> Response:  # noqa: A002, FBT001, FBT002
    """The form; whoever is logged in already is sent on."""
    onwards = local_path(next, "")
    if visitor is not None:
        return RedirectResponse(onwards or home_of(visitor.person), status_code=303)
    return page(request, "login.html", next=onwards, ended=ended, wrong=None, username="")


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
    address = request.client.host if request.client else "unknown"
    onwards = local_path(next, "")
    wait = throttle.wait_s(username, address, hub.clock())
    if wait:
        words = f"For mange forsøk. Vent {max(1, round(wait / 60))} min, eller få hjelp på vaktrommet."
        answer = page(request, "login.html", status=429, next=onwards, ended=False, wrong=words, username=username)
        answer.headers["Retry-After"] = str(wait)
        return answer
    person = await _proven(request, hub, username, password)
    if person is None:
        throttle.failed(username, address, hub.clock())
        return page(request, "login.html", status=401, next=onwards, ended=False, wrong=_WRONG, username=username)
    throttle.succeeded(username, address)
    return await _welcome(request, hub, person, onwards)


async def _proven(request: Request, hub: Hub, username: str, password: str) -> tables.Person | None:
    """The person, if the password is theirs; a hash of yesterday's strength is renewed in passing."""
    passwords: Passwords = request.app.state.passwords
    async with hub.database.read() as session:
        person = await logins.person_named(session, username)
    right, better = await passwords.fits(password, person.password_hash if person else None)
    if person is None or not right:
        return None
    if better is not None:
        async with hub.database.write() as session:
            (await session.get_one(tables.Person, person.id)).password_hash = better
    return person


async def _welcome(request: Request, hub: Hub, person: tables.Person, onwards: str) -> RedirectResponse:
    limits = LIMITS[person.role]
    old = request.cookies.get(cookie_name(hub))
    async with hub.database.write() as session:
        if old:
            await logins.end(session, logins.hash_of(old))
        secret = await logins.begin(session, person, limits, hub.clock())
    allowed_on = onwards if person.role is not Role.RELATIVE or onwards.startswith("/relatives") else ""
    answer = RedirectResponse(allowed_on or home_of(person), status_code=303)
    answer.set_cookie(
        cookie_name(hub), secret, max_age=int(limits.absolute.total_seconds()), path="/",
        secure=is_https(hub), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@router.post("/logout")
async def log_out(request: Request, hub: TheHub) -> RedirectResponse:
    """End the session on the server, and wipe what the browser kept."""
    secret = request.cookies.get(cookie_name(hub))
    if secret:
        async with hub.database.write() as session:
            await logins.end(session, logins.hash_of(secret))
        hub.live.change()
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(cookie_name(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
