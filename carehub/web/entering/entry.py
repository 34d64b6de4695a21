"""Through the door: what happens once somebody has proven who they are, whichever way they did it."""

from datetime import timedelta
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import HOME_PAGE, PRIVATE
from carehub.flow.hub import Hub
from carehub.store import factors, logins, tables
from carehub.store.database import Session
from carehub.store.logins import HERE, Limits, Origin
from carehub.store.tables.logins import Proof
from carehub.web import at_the_doors
from carehub.web.security import LIMITS, cookie_name, is_https

_HALF = Limits(idle=timedelta(minutes=10), absolute=timedelta(minutes=10))
"""Long enough to find the telephone, too short to walk up to a forgotten screen."""
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")


def home_of(person: tables.Person) -> str:
    """Where a person's day begins; staff of a unit see their own unit first."""
    home = HOME_PAGE[person.role]
    return f"{home}?unit={person.unit_id}" if person.unit_id and home == "/tablet" else home


async def after_first(
    request: Request, hub: Hub, person: tables.Person, onwards: str, origin: Origin = HERE
) -> Response:
    """The first factor was right: in, or on to the second, or to choosing one."""
    async with hub.database.read() as session:
        has_one = bool(await factors.of_person(session, person.id))
    if has_one:
        return await enter(
            request, hub, person, f"/login/second?next={quote(onwards)}", proof=Proof.HALF, origin=origin
        )
    if hub.second_factor and person.role not in PRIVATE:
        return await enter(request, hub, person, "/account", proof=Proof.HALF, origin=origin)
    return await enter(request, hub, person, allowed(person, onwards), origin=origin)


def allowed(person: tables.Person, onwards: str) -> str:
    """Where they wanted to go, if it is theirs; else home."""
    own = onwards if person.role not in PRIVATE or onwards.startswith(HOME_PAGE[person.role]) else ""
    return own or home_of(person)


async def enter(
    request: Request, hub: Hub, person: tables.Person, to: str, *, proof: Proof = Proof.WHOLE, origin: Origin = HERE
) -> RedirectResponse:
    """Open a session with a new secret, whatever the browser brought along (C46)."""
    answer = RedirectResponse(to, status_code=303)
    async with hub.database.write() as session:
        await open_session(request, hub, session, person, answer, proof=proof, origin=origin)
    return answer


async def open_session(  # noqa: PLR0913 - one row
    request: Request, hub: Hub, session: Session, person: tables.Person, answer: Response, *,
    proof: Proof = Proof.WHOLE, origin: Origin = HERE, limits: Limits | None = None,
) -> None:  # fmt: skip
    """The same, on an answer that the caller makes: the old session of this browser ends with it."""
    limits = (limits or LIMITS[person.role]) if proof is Proof.WHOLE else _HALF
    if old := request.cookies.get(cookie_name(hub)):
        await logins.end(session, logins.hash_of(old))
    secret = await logins.begin(
        session, person, limits, hub.clock(), proof=proof, browser=browser_of(request), origin=origin
    )
    at_the_doors.came_in(request, person.id, proof.value)
    answer.set_cookie(
        # Longer than the login: a browser whose login has ended still says whose screen it is (locked.py).
        cookie_name(hub), secret, max_age=int((limits.absolute + logins.LAPSED_FOR).total_seconds()), path="/",
        secure=is_https(hub), httponly=True, samesite="lax",
    )  # fmt: skip


def browser_of(request: Request) -> str:
    """The browser as its owner knows it: "Chrome, Android"."""
    told = request.headers.get("user-agent", "")
    name = next((name for sign, name in _BROWSERS if sign in told), "Nettleser")
    system = next((system for system in _SYSTEMS if system in told), "")
    return f"{name}, {'Mac' if system == 'Macintosh' else system}" if system else name
