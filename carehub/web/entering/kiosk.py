"""A tablet that a ward shares: the board for whoever passes, and a PIN for whoever acts. No more is opened."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.kit.ids import new_token
from carehub.store import factors, logins, tables, tablets
from carehub.store.database import Session
from carehub.store.logins import Limits, Origin
from carehub.web import at_the_doors
from carehub.web.entering.entry import open_session
from carehub.web.entering.locked import on_the_wall
from carehub.web.entering.passwords import Passwords
from carehub.web.entering.shared import TheTablet, is_told_unsent, tablet_cookie, unsent_is_over
from carehub.web.render import page
from carehub.web.security import MaybeVisitor, TheHub, cookie_name, is_https, local_path
from carehub.web.tongue import _, ngettext

router = APIRouter(prefix="/kiosk")
ENROL = "tablet"
_A_SHIFT = timedelta(hours=13)
_LOOKS_AGAIN_S = 30
"""What was said to one person goes from the locked board by itself."""
_YEAR_S = 365 * 24 * 3600
Digits = Annotated[str, Form(max_length=12)]


@router.get("")
async def locked(
    request: Request, hub: TheHub, tablet: TheTablet, visitor: MaybeVisitor, next: str = "",  # noqa: A002
) -> Response:  # fmt: skip
    """The board with nobody logged in; whoever is logged in is led to their own."""
    onwards = local_path(next, "")
    if visitor is not None:
        return RedirectResponse(onwards or f"/tablet?unit={tablet.unit_id}", status_code=303)
    async with hub.database.read() as session:
        wall = await on_the_wall(session, tablet)
    return page(
        request, "kiosk.html", tablet=tablet, next=onwards, every=_LOOKS_AGAIN_S, unsent=is_told_unsent(request, hub),
        **wall,
    )  # fmt: skip


@router.get("/in")
async def who(request: Request, hub: TheHub, tablet: TheTablet, next: str = "") -> Response:  # noqa: A002
    """Names to tap: those of the unit first."""
    async with hub.database.read() as session:
        found = await tablets.people(session, tablet, hub.clock())
        wall = await on_the_wall(session, tablet)
    answer = page(
        request, "kiosk_who.html", tablet=tablet, next=local_path(next, ""), **wall,
        here_now=[one for one, near in found if near],
        others=[one for one, near in found if not near],
    )  # fmt: skip
    unsent_is_over(hub, answer)
    return answer


@router.get("/in/{person_id}")
async def ask(request: Request, hub: TheHub, tablet: TheTablet, person_id: str, next: str = "") -> Response:  # noqa: A002
    """Their PIN."""
    async with hub.database.read() as session:
        person = await _somebody(session, hub, tablet, person_id)
    return await _pin_page(request, hub, tablet, person, local_path(next, ""))


async def _somebody(session: Session, hub: Hub, tablet: tables.Tablet, person_id: str) -> tables.Person:
    found = await tablets.people(session, tablet, hub.clock())
    person = next((one for one, _near in found if one.id == person_id), None)
    if person is None:
        raise HTTPException(404)
    return person


async def _pin_page(  # noqa: PLR0913 - what the form shows
    request: Request, hub: Hub, tablet: tables.Tablet, person: tables.Person, onwards: str, *, status: int = 200,
    wrong: str | None = None, shut: bool = False,
) -> Response:  # fmt: skip
    async with hub.database.read() as session:
        wall = await on_the_wall(session, tablet)
    return page(
        request, "kiosk_pin.html", status=status, tablet=tablet, person=person, next=onwards, wrong=wrong, shut=shut,
        **wall,
    )  # fmt: skip


async def _shut_page(
    request: Request, hub: Hub, tablet: tables.Tablet, person: tables.Person, onwards: str, *, status: int
) -> Response:
    """No PIN opens it any more, so that none is asked for."""
    words = _("PIN-koden er sperret etter for mange feil. Logg inn med passord, og velg en ny.")
    return await _pin_page(request, hub, tablet, person, onwards, status=status, wrong=words, shut=True)


@router.post("/in/{person_id}")
async def enter(
    request: Request, hub: TheHub, tablet: TheTablet, person_id: str, pin: Digits,
    next: Annotated[str, Form(max_length=400)] = "",  # noqa: A002
) -> Response:  # fmt: skip
    """In by PIN, on this tablet, as care-centre staff of its unit, and in one's own name."""
    now, onwards = hub.clock(), local_path(next, "")
    passwords: Passwords = request.app.state.passwords
    async with hub.database.write() as session:
        person = await _somebody(session, hub, tablet, person_id)
        known = await session.get_one(tables.TabletPin, person_id)
        heard = await tablets.may_try(session, person_id, tablet.id, now)
    if not heard:
        at_the_doors.was_held_back(request, "pin")
        return await _shut_page(request, hub, tablet, person, onwards, status=429)
    right, _better = await passwords.fits(pin, known.pin_hash)
    if not right:
        at_the_doors.was_wrong(request, "pin", person.id)
        return await _wrong(request, hub, tablet, person, onwards)
    answer = RedirectResponse(onwards or f"/tablet?unit={tablet.unit_id}", status_code=303)
    limits = Limits(idle=timedelta(seconds=tablet.lock_after_s), absolute=_A_SHIFT)
    async with hub.database.write() as session:
        await tablets.forgive(session, person_id, tablet.id)
        origin = Origin(tablet=tablet.id)
        await open_session(request, hub, session, person, answer, origin=origin, limits=limits)
    unsent_is_over(hub, answer)
    hub.live.change()
    return answer


async def _wrong(request: Request, hub: Hub, tablet: tables.Tablet, person: tables.Person, onwards: str) -> Response:
    async with hub.database.write() as session:
        left = await tablets.left(session, person.id, tablet.id)
        if not left:
            subjects = [(None, f"person:{person.id}")]
            logins.log_reading(session, person.id, "account.pin_locked", subjects, hub.clock(), because=tablet.name)
    if not left:
        return await _shut_page(request, hub, tablet, person, onwards, status=401)
    words = ngettext("Feil PIN-kode. Du har %(num)d forsøk igjen.", "Feil PIN-kode. Du har %(num)d forsøk igjen.", left)
    return await _pin_page(request, hub, tablet, person, onwards, status=401, wrong=words)


@router.post("/switch")
async def switch(request: Request, hub: TheHub, _tablet: TheTablet) -> Response:
    """Out, and on to the names, in one tap.

    Nobody is told of it: this very page would hear of its own end, and go elsewhere before the answer leads it on.
    """
    secret = request.cookies.get(cookie_name(hub))
    if secret:
        async with hub.database.write() as session:
            await logins.end(session, logins.hash_of(secret))
    answer = RedirectResponse("/kiosk/in", status_code=303)
    answer.delete_cookie(cookie_name(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/enrol/{token}")
async def offer(request: Request, hub: TheHub, token: str) -> Response:
    """What this device is about to become; looking does not spend the link."""
    async with hub.database.read() as session:
        tablet = await _offered(session, hub, token)
    return page(request, "kiosk_enrol.html", status=200 if tablet else 410, tablet=tablet)


async def _offered(session: Session, hub: Hub, token: str) -> tables.Tablet | None:
    step = await factors.look_at_step(session, ENROL, token, hub.clock())
    return await session.get(tables.Tablet, step["tablet"]) if step else None


@router.post("/enrol/{token}")
async def become(request: Request, hub: TheHub, token: str) -> Response:
    """This device is that tablet from now on; whoever was logged in in this browser is out."""
    now, secret = hub.clock(), new_token()
    async with hub.database.write() as session:
        step = await factors.take_step(session, ENROL, token, now)
        tablet = await session.get(tables.Tablet, step["tablet"]) if step else None
        if tablet is None:
            return page(request, "kiosk_enrol.html", status=410, tablet=None)
        await tablets.enrol(session, tablet, secret, now)
        if old := request.cookies.get(cookie_name(hub)):
            await logins.end(session, logins.hash_of(old))
    hub.live.change()
    answer = RedirectResponse("/kiosk", status_code=303)
    answer.delete_cookie(cookie_name(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
    answer.set_cookie(
        tablet_cookie(hub), secret, max_age=_YEAR_S, path="/", secure=is_https(hub), httponly=True, samesite="lax"
    )
    return answer
