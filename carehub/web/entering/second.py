"""The second factor at the login: six digits from an app, or a passkey."""

import hmac
from datetime import datetime
from typing import Annotated

import pyotp
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.store import factors, tables
from carehub.store.database import Session
from carehub.store.tables.logins import FactorKind, Proof
from carehub.web import at_the_doors
from carehub.web.entering.entry import allowed, enter
from carehub.web.entering.locked import still_here
from carehub.web.entering.passkeys import can_passkeys
from carehub.web.entering.throttle import Throttle
from carehub.web.render import page
from carehub.web.security import LoginNeeded, Somebody, TheHub, Visitor, local_path
from carehub.web.tongue import _, later

router = APIRouter(prefix="/login/second")
_STEP_S = 30
_SLACK = (0, -1, 1)
"""Clocks differ: the code before and the one after are right too (RFC 6238, 5.2)."""
_WRONG = later("Koden stemmer ikke. Vent til appen viser en ny, og prøv den.")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step whose code this is; None for none of the three that count."""
    typed = code.replace(" ", "").encode()
    step = int(now.timestamp()) // _STEP_S
    right = pyotp.TOTP(secret)
    found = [
        step + slack for slack in _SLACK if hmac.compare_digest(right.at((step + slack) * _STEP_S).encode(), typed)
    ]
    return found[0] if found else None


def _owing(visitor: Visitor | None) -> Visitor:
    if visitor is None or visitor.login.proof is not Proof.HALF:
        raise LoginNeeded
    return visitor


@router.get("")
async def ask(request: Request, hub: TheHub, visitor: Somebody, next: str = "") -> Response:  # noqa: A002
    """Which of their factors, and the way to prove it."""
    if visitor and visitor.login.proof is Proof.WHOLE:
        return RedirectResponse(allowed(visitor.person, local_path(next, "")), status_code=303)
    return await _page(request, hub, _owing(visitor), local_path(next, ""))


async def _page(
    request: Request, hub: Hub, visitor: Visitor, onwards: str, *, status: int = 200, wrong: str | None = None
) -> Response:
    async with hub.database.read() as session:
        kinds = {one.kind for one in await factors.of_person(session, visitor.person.id)}
    return page(
        request, "second.html", status=status, next=onwards, wrong=wrong, by_app=FactorKind.TOTP in kinds,
        by_passkey=FactorKind.PASSKEY in kinds and can_passkeys(hub), **await still_here(request, hub),
    )  # fmt: skip


@router.post("")
async def prove(
    request: Request,
    hub: TheHub,
    visitor: Somebody,
    code: Annotated[str, Form(max_length=12)],
    next: Annotated[str, Form(max_length=400)] = "",  # noqa: A002
) -> Response:
    """Six digits from the app: in, or try again, a few times."""
    owing, onwards, now = _owing(visitor), local_path(next, ""), hub.clock()
    throttle: Throttle = request.app.state.throttle
    # Whoever knows the password may try from many addresses: all their tries are counted together, and nobody else's.
    account = f"second:{owing.person.id}"
    wait = throttle.wait_s(account, account, hub.passed())
    if wait:
        at_the_doors.was_held_back(request, "code")
        words = _(
            "For mange forsøk. Vent %(minutes)s min, eller få hjelp på vaktrommet.", minutes=max(1, round(wait / 60))
        )
        return await _page(request, hub, owing, onwards, status=429, wrong=words)
    async with hub.database.write() as session:
        right = await is_right(session, owing.person, code, now)
    if not right:
        at_the_doors.was_wrong(request, "code", owing.person.id)
        throttle.failed(account, account, hub.passed())
        return await _page(request, hub, owing, onwards, status=401, wrong=_(_WRONG))
    throttle.succeeded(account, account, hub.passed())
    return await enter(request, hub, owing.person, allowed(owing.person, onwards), origin=owing.login.origin)


async def is_right(session: Session, person: tables.Person, code: str, now: datetime) -> bool:
    """Whether one of the person's apps shows this code now, and nobody has used it yet."""
    for factor in await factors.of_person(session, person.id):
        step = matching_step(factor.secret, code, now) if factor.kind is FactorKind.TOTP else None
        if step is not None and await factors.used(session, factor, step, now):
            return True
    return False
