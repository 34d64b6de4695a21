"""Administration: what is wrong, devices, and dead letters."""

import string
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.audit import words_of
from carehub.core.events import CommandKind
from carehub.core.supervision import DeviceKind, needs_test
from carehub.flow.hub import Hub
from carehub.store import canary, logins, pages, registers, registry, tables
from carehub.store import devices as device_questions
from carehub.store.database import Session
from carehub.store.registers import Show
from carehub.web import words
from carehub.web.health import REASONS, auditor_says, not_ready
from carehub.web.near import near
from carehub.web.render import page
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor, local_path

router = APIRouter(prefix="/admin")
_SHOWN_BYTES = 2_000
_READABLE = frozenset(string.printable) - frozenset("\x0b\x0c\r")


@router.get("")
async def overview(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """The hub's health, and the numbers that need somebody."""
    now = hub.clock()
    async with hub.database.read() as session:
        shown: dict[str, Any] = {
            "devices": await registers.device_counts(session, now - hub.test_every),
            "dead": await registers.dead_letter_count(session, now - timedelta(days=1)),
            "waiting": await registers.waiting_notices(session),
            "open": sum((await registers.open_by_severity(session)).values()),
            "last_event_at": await pages.last_event_at(session),
            "canary": await canary.months(session),
        }
    return page(
        request,
        "admin.html",
        visitor,
        health=hub.health,
        reasons=[REASONS[one][1] for one in await not_ready(hub)],
        auditor=auditor_says(hub),
        concerns=[words_of(*one) for one in (hub.health.auditor.concerns if hub.health.auditor else {}).items()],
        **shown,
    )


@router.get("/devices")
async def devices(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    q: Annotated[str, Query(max_length=80)] = "",
    show: Show = Show.ALL,
) -> Response:
    """Devices, searched; the ones that nobody has placed come first."""
    now = hub.clock()
    async with hub.database.read() as session:
        rows = await registers.devices(session, show, q.strip(), now - hub.test_every)
        counts = await registers.device_counts(session, now - hub.test_every)
    return page(request, "admin_devices.html", visitor, rows=rows, counts=counts, q=q, show=show, Show=Show)


@router.get("/devices/{device_id}")
async def one_device(request: Request, hub: TheHub, visitor: Administering, device_id: str) -> Response:
    """One device, and the form that places it."""
    async with hub.database.read() as session:
        device = await session.get(tables.Device, device_id)
        if device is None:
            raise HTTPException(404)
        rows = await registers.devices(session, Show.ALL, device.address)
        scopes = await registers.places_to_stand(session)
        close = await near(session, visitor, hub.clock())
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
        test = await device_questions.waits_for_test(session, device_id)
    return page(
        request, "admin_device.html", visitor, device=device, scopes=scopes, residents=residents, places=_PLACES,
        test=test, kinds=words.DEVICE_KINDS,
        overdue=needs_test(device.kind, device.tested_at, hub.clock(), hub.test_every),
        row=next((one for one in rows if one.device.id == device_id), None),
    )  # fmt: skip


_PLACES = sorted({(name, english) for english, name in reversed(words.PLACES.items())})
"""Places to choose from, one word for each Norwegian name."""


@router.post("/devices/{device_id}/about")
async def about(  # noqa: PLR0913 - one form
    hub: TheHub,
    visitor: Administering,
    device_id: str,
    kind: Annotated[DeviceKind, Form()],
    gateway: Annotated[str, Form(max_length=80)] = "",
    bearer: Annotated[str, Form(max_length=40)] = "",
    operator: Annotated[str, Form(max_length=40)] = "",
    bearer_ends_on: Annotated[date | Literal[""], Form()] = "",
) -> Response:
    """What a device is, and what carries its messages until when."""
    async with hub.database.write() as session:
        device = await session.get(tables.Device, device_id)
        if device is None:
            raise HTTPException(404)
        device.kind, device.gateway = kind, gateway.strip() or None
        device.bearer, device.operator = bearer.strip() or None, operator.strip() or None
        device.bearer_ends_on = bearer_ends_on or None
        seen = [(None, f"device:{device_id}")]
        logins.log_reading(session, visitor.person.id, "device.described", seen, hub.clock())
    return RedirectResponse(f"/admin/devices/{device_id}", status_code=303)


@router.post("/devices/{device_id}/assign")
async def assign(  # noqa: PLR0913 - one form
    hub: TheHub,
    visitor: Administering,
    device_id: str,
    scope_id: Annotated[str, Form(max_length=80)],
    resident_id: Annotated[str, Form(max_length=32)] = "",
    place: Annotated[str, Form(max_length=40)] = "",
    back: Annotated[str, Form(max_length=400)] = "/admin/devices",
) -> Response:
    """Place a device: the old place ends now, and what was pending there is forgotten."""
    now = hub.clock()
    async with hub.database.write() as session:
        if resident_id and not (await near(session, visitor, now)).sees(resident_id):
            raise NotAllowed
        await _must_exist(session, device_id, scope_id, resident_id)
        touched = await registry.assign_device(session, device_id, scope_id, resident_id or None, place or None, now)
        seen = [(resident_id or None, f"device:{device_id}")]
        logins.log_reading(session, visitor.person.id, "device.assigned", seen, now)
    await _tell_fold(hub, visitor, touched)
    return RedirectResponse(local_path(back, "/admin/devices"), status_code=303)


async def _must_exist(session: Session, device_id: str, scope_id: str, resident_id: str) -> None:
    found: list[object | None] = [
        await session.get(tables.Device, device_id),
        await session.get(tables.Scope, scope_id),
    ]
    if resident_id:
        found.append(await session.get(tables.Resident, resident_id))
    if not all(found):
        raise HTTPException(404)


async def _tell_fold(hub: Hub, visitor: Visitor, scopes: set[str]) -> None:
    """Look the devices up anew, and let each scope forget what no longer holds."""
    if hub.reload is not None:
        await hub.reload()
    for scope in sorted(scopes):
        if hub.command is not None:
            await hub.command(scope, CommandKind.REASSIGNED, by=visitor.person.id)
    hub.live.change()


@router.get("/dead-letters")
async def dead_letters(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """Messages that could not be read, as they came."""
    async with hub.database.read() as session:
        letters = await registers.dead_letters(session)
    rows = [(letter, readable(letter.payload), hexadecimal(letter.payload)) for letter in letters]
    return page(request, "admin_dead_letters.html", visitor, rows=rows)


def readable(raw: bytes) -> str:
    """Bytes as text to look at: what is no plain text shows as a dot."""
    text = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    return "".join(sign if sign in _READABLE or (sign.isprintable() and sign != "\ufffd") else "·" for sign in text)


def hexadecimal(raw: bytes) -> str:
    """The bytes themselves, sixteen a line."""
    shown = raw[: _SHOWN_BYTES // 4]
    return "\n".join(shown[at : at + 16].hex(" ") for at in range(0, len(shown), 16))
