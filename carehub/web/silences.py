"""What is silent: a list that everybody on the staff sees, with an end and an undo for each."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.folding.silence import LONGEST_ALONE, Why
from carehub.core.people.access import Permission
from carehub.flow.hub import Hub
from carehub.flow.watching import silences as flow
from carehub.flow.watching.silences import Wish
from carehub.store import logins, registers, silences, tables
from carehub.store.database import Session
from carehub.store.silences import Line
from carehub.web import words
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import Near, near
from carehub.web.security import NotAllowed, StaffOrTechnician, TheHub, Visitor
from carehub.web.tongue import _, later

router = APIRouter(prefix="/silences")
_SHOWN = timedelta(hours=24)
_HOURS = (1, 2, 4, 8, 12, 24, 48, 72, 168, 336)
_DEVICE_TERMS = {"test": (Why.TEST, timedelta(minutes=10)), "service": (Why.IN_SERVICE, timedelta(hours=2))}
_REFUSED = later("Det gikk ikke. Se på listen: noen andre kan ha gjort det alt, eller du er den som ba om det.")
_AIMLESS = later("Velg hvem det gjelder. Den du velger, må bo et sted som huben kjenner.")


@router.get("")
async def everything(request: Request, hub: TheHub, visitor: StaffOrTechnician) -> Response:
    """What is silent now, and what was until lately."""
    return await _listed(request, hub, visitor)


async def _listed(
    request: Request, hub: Hub, visitor: Visitor, *, status: int = 200, wrong: str | None = None
) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        close = await near(session, visitor, now)
        lines = [one for one in await silences.shown(session, now, now - _SHOWN) if _opens(close, visitor, one)]
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
    await _log(hub, visitor, "silences", [one.silence for one in lines if close.sees(one.silence.resident_id)])
    return page(
        request, "silences.html", visitor, status=status, wrong=wrong, residents=residents, hours=_HOURS,
        alone=LONGEST_ALONE // timedelta(hours=1), whys=[why for why in Why if why is not Why.TEST],
        running=[(one, about(one, close)) for one in lines if _may_hold(one.silence, hub)],
        over=[(one, about(one, close)) for one in lines if not _may_hold(one.silence, hub)],
    )  # fmt: skip


def _opens(close: Near, visitor: Visitor, line: Line) -> bool:
    """Whether a silence is the visitor's to see: of their units, of a resident whom they see, or of no place.

    A technician sees all of them, without whose they are: a sensor that is silent is a sensor to look after.
    """
    if not visitor.may(Permission.SEE_RESIDENTS):
        return True
    if line.silence.resident_id:
        return close.sees(line.silence.resident_id)
    return close.sight.covers(line.scope.unit_id if line.scope else None)


def _may_hold(silence: tables.Silence, hub: Hub) -> bool:
    """In force, or waiting for a second person."""
    return silence.ended_at is None and silence.wanted_until > hub.clock()


def about(line: Line, close: Near) -> str:
    """What a silence is about, in words."""
    parts = []
    if line.resident and close.sees(line.resident.id):
        parts.append(f"{line.resident.given_name} {line.resident.family_name}")
    if line.device:
        parts.append(line.device.label or line.device.address)
    if line.scope:
        parts.append(line.scope.name)
    if line.silence.kind:
        parts.append(words.kind_name(line.silence.kind))
    return " · ".join(parts) or _("Alle")


@router.post("")
async def begin(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: StaffOrTechnician,
    resident_id: Annotated[str, Form(max_length=32)] = "",
    why: Annotated[Why, Form()] = Why.AWAY,
    hours: Annotated[int, Form(ge=1, le=336)] = 4,
    device_id: Annotated[str, Form(max_length=32)] = "",
    terms: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Begin one: for a resident by staff, for a device also by a technician."""
    now = hub.clock()
    wish = Wish(why=why, until=now + timedelta(hours=hours), resident=resident_id or None)
    if terms in _DEVICE_TERMS:
        reason, how_long = _DEVICE_TERMS[terms]
        wish = Wish(why=reason, until=now + how_long, device=device_id)
    else:
        async with hub.database.read() as session:
            if not visitor.may(Permission.SEE_RESIDENTS) or not (await near(session, visitor, now)).sees(resident_id):
                raise NotAllowed
    silence = await flow.begin(hub, wish, visitor.person.id)
    if silence is None:
        return await _listed(request, hub, visitor, status=422, wrong=_(_AIMLESS))
    await _log(hub, visitor, "silence.begun", [silence])
    return onwards(hub, "/silences")


_ACTS = {"end": flow.end, "agree": flow.agree, "resume": flow.resume}


@router.post("/{silence_id}/{act}")
async def change(request: Request, hub: TheHub, visitor: StaffOrTechnician, silence_id: str, act: str) -> Response:
    """End it now, agree to it as the second person, or undo an end."""
    if act not in _ACTS:
        raise HTTPException(404)
    if act == "agree" and not visitor.may(Permission.SEE_RESIDENTS):
        raise NotAllowed
    async with hub.database.read() as session:
        await _must_open(session, visitor, silence_id, hub.clock())
    if not await _ACTS[act](hub, silence_id, visitor.person.id):
        return await _listed(request, hub, visitor, status=409, wrong=_(_REFUSED))
    async with hub.database.read() as session:
        silence = await session.get_one(tables.Silence, silence_id)
    await _log(hub, visitor, f"silence.{act}", [silence])
    return onwards(hub, "/silences")


@router.get("/{silence_id}")
async def one(request: Request, hub: TheHub, visitor: StaffOrTechnician, silence_id: str) -> Response:
    """What one silence held back."""
    async with hub.database.read() as session:
        line, close = await _must_open(session, visitor, silence_id, hub.clock())
        rows = await silences.held_by(session, silence_id)
    await _log(hub, visitor, "silence", [line.silence])
    held = [(row, words.title_of(row.kind, hub.rulebook, hub.gone), scope) for row, scope in rows]
    return page(request, "silence.html", visitor, line=line, about=about(line, close), held=held)


async def _must_open(session: Session, visitor: Visitor, silence_id: str, now: datetime) -> tuple[Line, Near]:
    """The silence, for whoever may see it; raises for whoever may not."""
    line, close = await silences.line(session, silence_id), await near(session, visitor, now)
    if line is None:
        raise HTTPException(404)
    if not _opens(close, visitor, line):
        raise NotAllowed
    return line, close


async def _log(hub: Hub, visitor: Visitor, action: str, seen: list[tables.Silence]) -> None:
    """Who looked at or changed whose silence."""
    pairs = [(one.resident_id, f"silence:{one.id}") for one in seen]
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, action, pairs, hub.clock())
