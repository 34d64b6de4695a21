"""Passkeys: made on the account page, and used instead of a password. The `webauthn` library does the checking."""

import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import factors, tables
from carehub.store.database import Session
from carehub.store.tables.logins import FactorKind
from carehub.web import at_the_doors
from carehub.web.entering.entry import allowed, browser_of, open_session
from carehub.web.entering.fresh import Enrolling
from carehub.web.security import TheHub, cookie_name, is_https, local_path
from carehub.web.tongue import _, later

router = APIRouter()
_LOGIN, _NEW = "passkey", "new-passkey"
Credential = Annotated[dict[str, Any], Body(max_length=20)]
_NOT_RIGHT = later("Det var ikke en nøkkel som hører til her. Prøv en annen, eller logg inn med passord.")


def can_passkeys(hub: Hub) -> bool:
    """Whether the standard allows them here: by https or on localhost, and never under a bare IP address."""
    host = _host(hub)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return is_https(hub) or host == "localhost"
    return False


def _host(hub: Hub) -> str:
    return urlsplit(hub.public_url).hostname or "localhost"


def _origin(hub: Hub) -> str:
    address = urlsplit(hub.public_url)
    return f"{address.scheme}://{address.netloc}"


def _step_cookie(hub: Hub) -> str:
    return f"{cookie_name(hub)}-step"


async def _remembering(hub: Hub, session: Session, kind: str, options: Any, **data: str) -> Response:
    """The options for the browser; their challenge is kept here, under a cookie of its own."""
    answer = Response(options_to_json(options), media_type="application/json")
    kept = {"challenge": bytes_to_base64url(options.challenge), **data}
    token = await factors.begin_step(session, kind, kept, hub.clock())
    answer.set_cookie(
        _step_cookie(hub), token, max_age=int(factors.STEP_LIVES.total_seconds()), path="/",
        secure=is_https(hub), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@router.post("/login/passkey/options")
async def login_options(hub: TheHub) -> Response:
    """A challenge for whoever stands there: the device itself knows whose keys it has."""
    options = generate_authentication_options(rp_id=_host(hub), user_verification=UserVerificationRequirement.REQUIRED)
    async with hub.database.write() as session:
        return await _remembering(hub, session, _LOGIN, options)


@router.post("/login/passkey")
async def log_in(request: Request, hub: TheHub, credential: Credential, next: str = "") -> Response:  # noqa: A002
    """In by passkey: it was opened by finger, face or PIN, so it is both factors; 401 for any other key."""
    async with hub.database.write() as session:
        person = await _proven(request, hub, session, credential)
        if person is None:
            at_the_doors.was_wrong(request, "passkey")
            return JSONResponse({"message": _(_NOT_RIGHT)}, 401)
        answer = JSONResponse({"to": allowed(person, local_path(next, ""))})
        await open_session(request, hub, session, person, answer)
    return answer


async def _proven(request: Request, hub: Hub, session: Session, credential: dict[str, Any]) -> tables.Person | None:
    asked = await factors.take_step(session, _LOGIN, request.cookies.get(_step_cookie(hub), ""), hub.clock())
    factor = await factors.with_credential(session, str(credential.get("id", "")))
    if asked is None or factor is None:
        return None
    try:
        proven = verify_authentication_response(
            credential=credential, expected_challenge=base64url_to_bytes(asked["challenge"]),
            expected_rp_id=_host(hub), expected_origin=_origin(hub),
            credential_public_key=base64url_to_bytes(factor.secret),
            credential_current_sign_count=factor.counter, require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException as error:
        log.warning("login.passkey_refused", reason=type(error).__name__)
        return None
    if not await factors.used(session, factor, proven.new_sign_count, hub.clock()):
        return None
    person = await session.get(tables.Person, factor.person_id)
    return person if person and person.active else None


@router.post("/account/passkeys/options")
async def new_options(hub: TheHub, visitor: Enrolling) -> Response:
    """What the browser needs to make a key for the one who is logged in."""
    me = visitor.person
    async with hub.database.write() as session:
        mine = [one.credential for one in await factors.of_person(session, me.id) if one.credential]
        options = generate_registration_options(
            rp_id=_host(hub), rp_name=f"CareHub {hub.municipality}", user_id=me.id.encode(), user_name=me.username,
            user_display_name=me.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in mine],
        )  # fmt: skip
        return await _remembering(hub, session, _NEW, options, person=me.id)


@router.post("/account/passkeys")
async def new(request: Request, hub: TheHub, visitor: Enrolling, credential: Credential) -> Response:
    """The key that the device made: kept, and the login is whole with it."""
    me = visitor.person
    async with hub.database.write() as session:
        asked = await factors.take_step(session, _NEW, request.cookies.get(_step_cookie(hub), ""), hub.clock())
        if asked is None or asked["person"] != me.id:
            raise HTTPException(403)
        try:
            made = verify_registration_response(
                credential=credential, expected_challenge=base64url_to_bytes(asked["challenge"]),
                expected_rp_id=_host(hub), expected_origin=_origin(hub), require_user_verification=True,
            )  # fmt: skip
        except WebAuthnException as error:
            log.warning("account.passkey_refused", reason=type(error).__name__)
            return JSONResponse({"message": _("Nøkkelen ble ikke godtatt. Prøv en gang til.")}, 422)
        factors.add(
            session, me.id, FactorKind.PASSKEY, browser_of(request), bytes_to_base64url(made.credential_public_key),
            hub.clock(), credential=bytes_to_base64url(made.credential_id), counter=made.sign_count,
        )  # fmt: skip
        answer = JSONResponse({"to": "/account"})
        await open_session(request, hub, session, me, answer, origin=visitor.login.origin)
    return answer
