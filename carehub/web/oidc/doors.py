"""Logging in by ID-porten, HelseID or Entra: away, back again, and out when they say so.

Nobody gets an account by this: the provider's word counts for whoever was linked to it before, by a link that was
handed to them, from their own page, or by somebody who manages them (docs/adr/0022).
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import factors, identities, logins, tables
from carehub.store.database import Session
from carehub.store.logins import Origin
from carehub.web.entering import login
from carehub.web.entering.entry import after_first, allowed, enter
from carehub.web.entering.fresh import Enrolling
from carehub.web.oidc.client import Client
from carehub.web.oidc.tokens import Proven
from carehub.web.oidc.wire import OidcError, ProviderDown
from carehub.web.security import TheHub, cookie_name, is_https, local_path
from carehub.web.tongue import _, language

router = APIRouter()
Text = Annotated[str, Query(max_length=2000)]
_STEP = "oidc"


def client_of(request: Request, name: str) -> Client:
    """The provider of this name; 404 for one that is not set up here."""
    clients: dict[str, Client] = request.app.state.providers
    if name not in clients:
        raise HTTPException(404)
    return clients[name]


def _cookie(hub: Hub) -> str:
    return f"{cookie_name(hub)}-provider"


@router.get("/login/with/{provider}")
async def away(request: Request, hub: TheHub, provider: str, next: str = "") -> Response:  # noqa: A002
    """To the provider; back here with a reason where it does not answer."""
    return await _away(request, hub, provider, {"next": local_path(next, "")})


@router.get("/setup/{token}/with/{provider}")
async def instead_of_password(request: Request, hub: TheHub, token: str, provider: str) -> Response:
    """Whoever holds a link may let a provider vouch for them, instead of choosing a password."""
    return await _away(request, hub, provider, {"setup": token})


@router.get("/account/with/{provider}")
async def from_my_page(request: Request, hub: TheHub, visitor: Enrolling, provider: str) -> Response:
    """Whoever is logged in lets a provider vouch for them from now on."""
    return await _away(request, hub, provider, {"person": visitor.person.id, "here": visitor.login.token_hash})


async def _away(request: Request, hub: Hub, provider: str, purpose: dict[str, str]) -> Response:
    client = client_of(request, provider)
    try:
        begun = await client.begin(language())
    except OidcError as error:
        return await _refused(request, hub, client, error)
    async with hub.database.write() as session:
        kept = {"provider": provider, "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
        token = await factors.begin_step(session, _STEP, kept | purpose, hub.clock())
    answer = RedirectResponse(begun.to, status_code=303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.set_cookie(
        _cookie(hub), token, max_age=int(factors.STEP_LIVES.total_seconds()), path="/",
        secure=is_https(hub), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


async def _refused(request: Request, hub: Hub, client: Client, error: OidcError) -> Response:
    """The login page with what went wrong, in words; the reason, which names nobody, is for the log."""
    name = client.provider.profile.title
    log.warning("login.provider_refused", provider=client.provider.name, reason=error.reason)
    if isinstance(error, ProviderDown):
        words = _("%(name)s svarer ikke nå. Logg inn med passord eller nøkkel, eller prøv igjen om litt.", name=name)
        return await login.form(request, hub, status=503, wrong=words)
    words = _("Innloggingen hos %(name)s ble ikke godkjent. Prøv en gang til fra denne siden.", name=name)
    return await login.form(request, hub, status=401, wrong=words)


@router.get("/login/with/{provider}/back")
async def back(  # noqa: PLR0913 - the protocol's own names
    request: Request, hub: TheHub, provider: str, code: Text = "", state: Text = "", iss: Text = "", error: Text = "",
) -> Response:  # fmt: skip
    """The provider sends the browser back: in, if all of it fits what this very browser began."""
    client = client_of(request, provider)
    async with hub.database.write() as session:
        begun = await factors.take_step(session, _STEP, request.cookies.get(_cookie(hub), ""), hub.clock())
    came = {name: value for name, value in (("code", code), ("state", state), ("iss", iss), ("error", error)) if value}
    try:
        proven = await client.finish(came, begun)
    except OidcError as refused:
        return await _refused(request, hub, client, refused)
    answer = await _entered(request, hub, client, proven, begun or {})
    answer.delete_cookie(_cookie(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
    return answer


async def _entered(request: Request, hub: Hub, client: Client, proven: Proven, begun: dict[str, str]) -> Response:
    """The person of whom this is the word; linked now, where that is what they came for."""
    now = hub.clock()
    async with hub.database.write() as session:
        if not await _linked(session, hub, client, proven, begun):
            await session.rollback()  # or half of it would be kept
            return await _not_linked(request, hub, client)
        person = await identities.find(session, proven.issuer, proven.subject, now)
    if person is None:
        return await _unknown(request, hub, client)
    origin = Origin(issuer=proven.issuer, subject=proven.subject, sid=proven.sid)
    onwards = "/account" if "person" in begun else begun.get("next", "")
    hub.live.change()
    if proven.two_factors:
        return await enter(request, hub, person, allowed(person, onwards), origin=origin)
    return await after_first(request, hub, person, onwards, origin)


async def _linked(session: Session, hub: Hub, client: Client, proven: Proven, begun: dict[str, str]) -> bool:
    """Link it, if that is what they came for; False where it cannot be."""
    if "setup" not in begun and "person" not in begun:
        return True
    now, owner = hub.clock(), await _owner(session, hub, begun)
    if owner is None:
        return False
    row = tables.PersonIdentity(
        issuer=proven.issuer, subject=proven.subject, person_id=owner.id, provider=client.provider.name, linked_at=now
    )
    if not await identities.link(session, row):
        return False
    if "setup" in begun:
        if not await factors.use_link(session, begun["setup"], now):
            return False
        await logins.end_all_of(session, owner.id)
    logins.log_reading(session, owner.id, "account.identity_linked", [(None, f"person:{owner.id}")], now)
    return True


async def _owner(session: Session, hub: Hub, begun: dict[str, str]) -> tables.Person | None:
    """Who began this: by a link that still works, or by a login that still holds."""
    if "setup" in begun:
        return await factors.of_link(session, begun["setup"], hub.clock())
    held = await logins.find(session, begun["here"], hub.clock())
    return held.person if held and held.person.id == begun["person"] else None


async def _not_linked(request: Request, hub: Hub, client: Client) -> Response:
    name = client.provider.profile.title
    words = _("Det gikk ikke å knytte %(name)s til deg: lenken er brukt, eller den hører til en annen.", name=name)
    return await login.form(request, hub, status=409, wrong=words)


async def _unknown(request: Request, hub: Hub, client: Client) -> Response:
    """Somebody real, who is nobody here: no account is made, and nothing of them is kept."""
    log.info("login.provider_unknown", provider=client.provider.name)
    name = client.provider.profile.title
    words = _("Du er ikke knyttet til noen bruker her. Be koordinator om en lenke, og velg %(name)s der.", name=name)
    return await login.form(request, hub, status=403, wrong=words)


@router.post("/login/with/{provider}/ended")
async def ended(
    request: Request, hub: TheHub, provider: str, logout_token: Annotated[str, Form(max_length=8000)]
) -> Response:
    """The provider says that a session is over (back-channel): ours ends with it, live pages included."""
    client = client_of(request, provider)
    try:
        sid, subject = await client.ended(logout_token)
    except OidcError as error:
        log.warning("login.provider_end_refused", provider=provider, reason=error.reason)
        return Response(status_code=400)
    await _end(hub, client, sid, subject)
    return Response(status_code=200)


@router.get("/login/with/{provider}/ended")
async def ended_in_front(request: Request, hub: TheHub, provider: str, iss: Text = "", sid: Text = "") -> Response:
    """The same by a frame in the provider's own page (front-channel): no cookie comes along, so `sid` must name it."""
    client = client_of(request, provider)
    if iss != client.provider.issuer or not sid:
        raise HTTPException(400)
    await _end(hub, client, sid, None)
    return Response(status_code=200)


async def _end(hub: Hub, client: Client, sid: str | None, subject: str | None) -> None:
    async with hub.database.write() as session:
        some = await logins.end_by_provider(session, client.provider.issuer, sid=sid, subject=subject)
    log.info("login.ended_by_provider", provider=client.provider.name, some=some)
    hub.live.change()


@router.get("/login/with/{provider}/leave")
async def leave(request: Request, hub: TheHub, provider: str) -> Response:
    """Out at the provider too: a shared computer else lets the next person in by its session."""
    client = client_of(request, provider)
    try:
        way = await client.way_out(f"{hub.public_url}/login")
    except OidcError as error:
        return await _refused(request, hub, client, error)
    return RedirectResponse(way or "/login", status_code=303)
