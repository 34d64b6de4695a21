"""The doors' locks: headers on every answer, forgeries refused, who is asking and what they may do."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.core.people.access import Permission, Role, may
from carehub.core.people.shared_tablet import is_open
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import logins, tables
from carehub.store.errors import STORE_FAILED
from carehub.store.logins import Limits
from carehub.store.tables.logins import Proof
from carehub.web import at_the_doors, tongue
from carehub.web.problems import FOR_PROGRAMS, problem
from carehub.web.tongue import _
from carehub.web.wording import titles

_HOUR = timedelta(hours=1)

LIMITS: dict[Role, Limits] = {
    Role.NURSE: Limits(idle=4 * _HOUR, absolute=13 * _HOUR),
    Role.CARE_CENTRE: Limits(idle=13 * _HOUR, absolute=24 * _HOUR),
    Role.COORDINATOR: Limits(idle=2 * _HOUR, absolute=10 * _HOUR),
    Role.TECHNICIAN: Limits(idle=_HOUR, absolute=10 * _HOUR),
    Role.RELATIVE: Limits(idle=_HOUR, absolute=12 * _HOUR),
    Role.RESIDENT: Limits(idle=_HOUR, absolute=12 * _HOUR),
    Role.AUDITOR: Limits(idle=_HOUR, absolute=10 * _HOUR),
    Role.ADMINISTRATOR: Limits(idle=_HOUR, absolute=10 * _HOUR),
}
"""A shift is not cut short by a login; a screen on the wall is not asked every hour, a desk is."""

_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": that would make Origin "null" on our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=63072000; includeSubDomains"
_PROVIDER_ENDS = re.compile(r"/login/with/\w+/ended")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
AUTOMATIC = "x-carehub-live"
"""The page's own script says by this header that it asks, not a person: it does not keep a login awake."""


class LoginNeeded(Exception):
    """Nobody is logged in: a page leads to the login, the API answers 401."""


class NotAllowed(Exception):
    """Somebody is logged in whose role may not do this: 403, with a way on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is asking."""

    person: tables.Person
    login: logins.Login

    def may(self, permission: Permission) -> bool:
        """Whether their role has the permission."""
        return may(self.person.role, permission)


def is_https(hub: Hub) -> bool:
    """Whether people reach the hub by https; its cookies and headers follow from that."""
    return hub.public_url.startswith("https://")


def cookie_name(hub: Hub) -> str:
    """`__Host-` binds the cookie to this very host, but only https may set such a name."""
    return "__Host-carehub" if is_https(hub) else "carehub"


def add_headers(headers: MutableHeaders, hub: Hub) -> None:
    """What every answer carries, errors and files too."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if is_https(hub):
        headers.setdefault("Strict-Transport-Security", _HSTS)


class Locks:
    """Adds the headers, and refuses changes that another site asked for."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self.app = app
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), self.hub)
            await send(message)

        if is_forged(scope["method"], scope["path"], Headers(scope=scope), self.hub):
            at_the_doors.was_forged(HTTPConnection(scope), "origin")
            await _refused(scope["path"])(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def _refused(path: str) -> Response:
    if path.startswith(FOR_PROGRAMS):
        return problem(403, "Say who asks: send the header Origin with this hub's own address.")
    return PlainTextResponse(_("Forespørselen kom fra et annet nettsted."), status_code=403)


def is_forged(method: str, path: str, headers: Headers, hub: Hub) -> bool:
    """Whether a change may have been asked for by another site, on the back of a login here.

    Webhooks and providers prove themselves by a signature and devices by a token: none of them rides on a cookie.
    """
    if method in _SAFE or path.startswith("/webhooks/") or _PROVIDER_ENDS.fullmatch(path):
        return False
    if path in {"/api/v1/events", "/showcase/api/v1/events"} and bearer_of(headers):
        return False
    return not is_ours(headers, hub) or not ({"sec-fetch-site", "origin"} & set(headers.keys()))


def is_ours(headers: Headers, hub: Hub) -> bool:
    """Whether nothing says that another site asks; a program says neither."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    if "origin" not in headers:
        return True
    return urlsplit(headers["origin"]).netloc in {urlsplit(hub.public_url).netloc, headers.get("host")}


def bearer_of(headers: Headers) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def hub_of(request: Request) -> Hub:
    """The hub that the composition root gave."""
    hub: Hub = request.app.state.hub
    return hub


async def _hub_here(request: Request) -> Hub:
    """FastAPI asks what is not a coroutine in a thread of its own, for each request."""
    return hub_of(request)


TheHub = Annotated[Hub, Depends(_hub_here)]


async def visitor_of(request: Request, hub: TheHub) -> Visitor | None:
    """Who is logged in; None for nobody, and for whoever still owes a second factor."""
    visitor = await somebody_of(request, hub)
    return visitor if visitor and visitor.login.proof is Proof.WHOLE else None


async def somebody_of(request: Request, hub: TheHub) -> Visitor | None:
    """Whose login this is, half of one included. A person's own step keeps it awake."""
    secret = request.cookies.get(cookie_name(hub))
    if not secret:
        return None
    login = await valid_login(hub, logins.hash_of(secret))
    if login is None:
        return None
    request.state.ring = login.unit_phone  # for a page that says what went wrong, when nothing more can be asked
    if login.tablet_id and not is_open(request.url.path):
        raise NotAllowed
    if AUTOMATIC not in request.headers and logins.is_worth_noting(login, hub.clock()):
        await _note_seen(hub, login.token_hash)
    tongue.speak(login.person.language)
    titles.read_by(hub.rulebook)
    return Visitor(person=login.person, login=login)


async def _note_seen(hub: Hub, token_hash: str) -> None:
    """A store that takes nothing must not take the pages away too: they then show what nothing else can tell."""
    try:
        async with hub.database.write() as session:
            await logins.note_seen(session, token_hash, hub.clock())
    except STORE_FAILED as error:
        log.error("login.not_noted", error=type(error).__name__)


async def valid_login(hub: Hub, token_hash: str) -> logins.Login | None:
    """The login, unless it has ended or lain unused too long for its role."""
    login, now = await hub.logins.get(token_hash), hub.clock()
    if login is None or now - login.seen_at > (login.idle or LIMITS[login.person.role].idle):
        return None
    return login


MaybeVisitor = Annotated[Visitor | None, Depends(visitor_of)]
Somebody = Annotated[Visitor | None, Depends(somebody_of)]
"""For the pages of the login itself, and for nothing else."""


Door = Callable[[MaybeVisitor], Awaitable[Visitor]]
OPENS_FOR: dict[Callable[..., object], frozenset[Role]] = {}
"""By door: the roles for which it opens. The table of who may what is printed from here."""


def needs(*permissions: Permission, one_of: bool = False) -> Door:
    """A door that opens for a login whose role has every one of these permissions, or one of them."""
    enough = any if one_of else all
    roles = frozenset(role for role in Role if enough(may(role, one) for one in permissions))

    async def door(visitor: MaybeVisitor) -> Visitor:
        if visitor is None:
            raise LoginNeeded
        if visitor.person.role not in roles:
            raise NotAllowed
        return visitor

    OPENS_FOR[door] = roles
    return door


Own = Annotated[Visitor, Depends(needs(Permission.SEE_SELF, Permission.SEE_OWN_RELATIVE, one_of=True))]
"""Whoever is here for their own or their family's sake; what they see, their consent says."""
Accounting = Annotated[Visitor, Depends(needs(Permission.ADMINISTER, Permission.AUDIT, one_of=True))]
Auditing = Annotated[Visitor, Depends(needs(Permission.AUDIT))]
StaffOrTechnician = Annotated[Visitor, Depends(needs(Permission.ANSWER_ALERTS, Permission.ADMINISTER, one_of=True))]
Staff = Annotated[Visitor, Depends(needs(Permission.SEE_ALERTS))]
Answering = Annotated[Visitor, Depends(needs(Permission.SEE_ALERTS, Permission.ANSWER_ALERTS))]
Caring = Annotated[Visitor, Depends(needs(Permission.SEE_ALERTS, Permission.SEE_RESIDENTS))]
HandingOver = Annotated[Visitor, Depends(needs(Permission.READ_LOG))]
Relative = Annotated[Visitor, Depends(needs(Permission.SEE_OWN_RELATIVE))]
Planning = Annotated[Visitor, Depends(needs(Permission.PLAN_SHIFTS))]
Administering = Annotated[Visitor, Depends(needs(Permission.ADMINISTER))]
Anyone = Annotated[Visitor, Depends(needs())]


def local_path(wanted: str | None, otherwise: str) -> str:
    """A path on this site, whatever the asker wrote: never another host (no open redirect)."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    if any(sign in wanted for sign in "\\\r\n\t") or not wanted.isprintable():
        return otherwise
    return wanted
