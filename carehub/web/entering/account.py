"""How I log in: my password, my second factors, and where I am logged in now."""

from typing import Annotated

import pyotp
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from carehub.core.people.access import PRIVATE, Permission, may
from carehub.flow.hub import Hub
from carehub.store import factors, logins, tables
from carehub.store.tables.logins import FactorKind, Proof
from carehub.web.done import Done, onwards, said
from carehub.web.entering.entry import enter
from carehub.web.entering.fresh import AtAccount, Enrolling, is_fresh
from carehub.web.entering.login import profiles_of
from carehub.web.entering.passkeys import can_passkeys
from carehub.web.entering.passwords import Passwords, weakness_of
from carehub.web.entering.second import matching_step
from carehub.web.render import page, qr
from carehub.web.security import TheHub, Visitor, cookie_name, is_https
from carehub.web.tongue import _, later

router = APIRouter(prefix="/account")
_NEW = "new-totp"
_CHANGED = later("Passordet er byttet. Andre steder du var logget inn, er du logget ut.")
_WRONG_PASSWORD = later("Det nåværende passordet stemmer ikke.")
_WRONG_CODE = later("Koden stemmer ikke. Se at klokka på telefonen går riktig, og prøv koden som vises nå.")
KEEP_ONE = later("Legg til en annen måte før du fjerner den siste.")
Code = Annotated[str, Form(max_length=12)]
Word = Annotated[str, Form(max_length=256)]


def _step_cookie(hub: Hub) -> str:
    return f"{cookie_name(hub)}-totp"


@router.get("")
async def account(request: Request, hub: TheHub, visitor: AtAccount) -> Response:
    """Everything about my login."""
    return await _page(request, hub, visitor)


async def _page(  # noqa: PLR0913 - what the page shows
    request: Request, hub: Hub, visitor: Visitor, *, status: int = 200, wrong: str | None = None,
    done: str | None = None, new_app: tuple[str, Markup] | None = None,
) -> Response:  # fmt: skip
    me = visitor.person
    async with hub.database.read() as session:
        mine = await factors.of_person(session, me.id)
        places = await logins.of_person(session, me.id, hub.clock())
    half = visitor.login.proof is Proof.HALF
    return page(
        request, "account.html", None if half else visitor, status=status, wrong=wrong, done=done, new_app=new_app,
        person=me, factors=mine, places=places, this_login=visitor.login.token_hash, half=half,
        fresh=is_fresh(visitor, hub), passkeys=can_passkeys(hub), FactorKind=FactorKind, must=_must(hub, me),
        providers=profiles_of(hub), may_pin=may(me.role, Permission.ANSWER_ALERTS),
    )  # fmt: skip


def _must(hub: Hub, person: tables.Person) -> bool:
    return hub.second_factor and person.role not in PRIVATE


@router.post("/totp")
async def new_app(request: Request, hub: TheHub, visitor: Enrolling) -> Response:
    """A new secret, shown as a QR code; it counts when a code of it has come back."""
    secret = pyotp.random_base32()
    async with hub.database.write() as session:
        token = await factors.begin_step(session, _NEW, {"secret": secret, "person": visitor.person.id}, hub.clock())
    answer = await _page(request, hub, visitor, new_app=(secret, _qr(hub, visitor.person, secret)))
    answer.set_cookie(
        _step_cookie(hub), token, max_age=int(factors.STEP_LIVES.total_seconds()), path="/",
        secure=is_https(hub), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


def _qr(hub: Hub, person: tables.Person, secret: str) -> Markup:
    address = pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=f"CareHub {hub.municipality}")
    return qr(address, _("QR-kode for appen"))


@router.post("/totp/confirm")
async def confirm_app(request: Request, hub: TheHub, visitor: Enrolling, code: Code) -> Response:
    """The first code of the app: from now on it is asked for."""
    me, now = visitor.person, hub.clock()
    async with hub.database.write() as session:
        asked = await factors.take_step(session, _NEW, request.cookies.get(_step_cookie(hub), ""), now)
        step = matching_step(asked["secret"], code, now) if asked and asked["person"] == me.id else None
        if asked and step is not None:
            factors.add(session, me.id, FactorKind.TOTP, _("App på telefonen"), asked["secret"], now, counter=step)
            logins.log_reading(session, me.id, "account.factor_added", [(None, f"person:{me.id}")], now)
    if step is None:
        return await _page(request, hub, visitor, status=422, wrong=_(_WRONG_CODE))
    return said(hub, await enter(request, hub, me, "/account", origin=visitor.login.origin))


@router.post("/factors/{factor_id}/remove")
async def remove(request: Request, hub: TheHub, visitor: Enrolling, factor_id: str) -> Response:
    """Take one away; the last stays where one is required."""
    me, now = visitor.person, hub.clock()
    async with hub.database.write() as session:
        others = [one for one in await factors.of_person(session, me.id) if one.id != factor_id]
        allowed = bool(others) or not _must(hub, me)
        if allowed:
            await factors.remove(session, me.id, factor_id)
            await logins.end_all_of(session, me.id, but=visitor.login.token_hash)
            logins.log_reading(session, me.id, "account.factor_removed", [(None, f"person:{me.id}")], now)
    hub.live.change()
    return _back(hub) if allowed else await _page(request, hub, visitor, status=409, wrong=_(KEEP_ONE))


@router.post("/password")
async def password(request: Request, hub: TheHub, visitor: Enrolling, old: Word, new: Word) -> Response:
    """Another password: the old one must be known, and every other login of mine ends (C50)."""
    passwords: Passwords = request.app.state.passwords
    me = visitor.person
    right, _better = await passwords.fits(old, me.password_hash)
    wrong = await weakness_of(new, me, hub.municipality) if right else _(_WRONG_PASSWORD)
    if wrong:
        return await _page(request, hub, visitor, status=422, wrong=wrong)
    stored = await passwords.hashed(new)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, me.id)).password_hash = stored
        await logins.end_all_of(session, me.id, but=visitor.login.token_hash)
        logins.log_reading(session, me.id, "account.password", [(None, f"person:{me.id}")], hub.clock())
    hub.live.change()
    return await _page(request, hub, visitor, done=_(_CHANGED))


@router.post("/elsewhere")
async def elsewhere(hub: TheHub, visitor: AtAccount) -> RedirectResponse:
    """Out everywhere but here, live pages included, at once."""
    async with hub.database.write() as session:
        await logins.end_all_of(session, visitor.person.id, but=visitor.login.token_hash)
    hub.live.change()
    return onwards(hub, "/account", Done.ENDED)


def _back(hub: Hub) -> RedirectResponse:
    return onwards(hub, "/account")
