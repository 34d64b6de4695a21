"""Administration of devices: the list, what each is, and where it stands from when to when."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.events import CommandKind
from carehub.core.people.access import Permission
from carehub.core.watching.supervision import DeviceKind, needs_test
from carehub.flow.hub import Hub
from carehub.flow.watching import fitting as going
from carehub.store import devices as device_questions
from carehub.store import fitting, logins, registers, registry, residents, tables, ties
from carehub.store.database import Session
from carehub.store.registers import Show
from carehub.web import words
from carehub.web.done import onwards
from carehub.web.paging import PageNumber, page_of
from carehub.web.render import page
from carehub.web.rights.near import near
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor, local_path

router = APIRouter(prefix="/admin/devices")


@router.get("")
async def devices(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    q: Annotated[str, Query(max_length=80)] = "",
    show: Show = Show.ALL,
    number: PageNumber = 1,
) -> Response:
    """Devices, searched; the ones that nobody has placed come first."""
    before = hub.clock() - hub.test_every
    async with hub.database.read() as session:
        rows, many = await registers.device_page(session, show, q.strip(), before, number)
        counts = await registers.device_counts(session, before)
    shown = page_of(rows, many, number, "/admin/devices", registers.PAGE, show=show.value, q=q)
    return page(request, "admin_devices.html", visitor, shown=shown, counts=counts, q=q, show=show, Show=Show)


@router.get("/{device_id}")
async def one_device(request: Request, hub: TheHub, visitor: Administering, device_id: str) -> Response:
    """One device, where it stood when, and the form that places it."""
    now = hub.clock()
    async with hub.database.read() as session:
        device = await known(session, device_id)
        row = await registers.device_row(session, device_id)
        scopes = await registers.places_to_stand(session)
        sees = visitor.may(Permission.SEE_RESIDENTS)
        close = await near(session, visitor, now)
        here = row.scope.id if sees and row and row.scope else None
        people = [one for one in await residents.living_in(session, here) if close.sees(one.id)] if here else []
        test = await device_questions.waits_for_test(session, device_id)
        stood = await device_questions.stood(session, device_id)
        successor = await session.get(tables.Device, device.replaced_by_id) if device.replaced_by_id else None
        before = await fitting.replaces(session, device_id)
    history = [(it, scope, who if who and sees and close.sees(who.id) else None) for it, scope, who in stood]
    if named := sorted({who.id for _it, _scope, who in history if who}):
        async with hub.database.write() as session:
            seen: list[tuple[str | None, str]] = [(who, f"device:{device_id}") for who in named]
            logins.log_reading(session, visitor.person.id, "device.history", seen, now)
    return page(
        request, "admin_device.html", visitor, device=device,
        scopes=[one for one in scopes if close.sight.covers(one.unit_id)],
        residents=people, places=words.places(), test=test, kinds=words.DEVICE_KINDS, row=row, history=history,
        sees=sees, successor=successor, before=before,
        overdue=needs_test(device.kind, device.tested_at, now, hub.test_every),
    )  # fmt: skip


async def known(session: Session, device_id: str) -> tables.Device:
    """A device of the register; 404 for any other."""
    device = await session.get(tables.Device, device_id)
    if device is None:
        raise HTTPException(404)
    return device


async def mine(hub: Hub, session: Session, visitor: Visitor, device_id: str) -> tables.Device:
    """A device that stands in a unit of the visitor's, or nowhere; 404 for none, 403 for another unit's."""
    device, row = await known(session, device_id), await registers.device_row(session, device_id)
    sight = await ties.sight_of(session, visitor.person, hub.clock())
    if row is not None and row.scope is not None and not sight.covers(row.scope.unit_id):
        raise NotAllowed
    return device


@router.post("/{device_id}/about")
async def about(  # noqa: PLR0913 - one form
    hub: TheHub,
    visitor: Administering,
    device_id: str,
    kind: Annotated[DeviceKind, Form()],
    label: Annotated[str | None, Form(max_length=80)] = None,
    gateway: Annotated[str | None, Form(max_length=80)] = None,
    bearer: Annotated[str | None, Form(max_length=40)] = None,
    operator: Annotated[str | None, Form(max_length=40)] = None,
    bearer_ends_on: Annotated[date | Literal[""] | None, Form()] = None,
    back: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """What a device is, what people call it, and what carries its messages until when. What is not sent stays."""
    async with hub.database.write() as session:
        device = await mine(hub, session, visitor, device_id)
        device.kind = kind
        said = {"label": label, "gateway": gateway, "bearer": bearer, "operator": operator}
        for name, text in said.items():
            if text is not None:
                setattr(device, name, text.strip() or None)
        if bearer_ends_on is not None:
            device.bearer_ends_on = bearer_ends_on or None
        seen = [(None, f"device:{device_id}")]
        logins.log_reading(session, visitor.person.id, "device.described", seen, hub.clock())
    return onwards(hub, local_path(back, f"/admin/devices/{device_id}"))


@router.post("/{device_id}/assign")
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
    await put(hub, visitor, device_id, scope_id, resident_id, place)
    return onwards(hub, local_path(back, "/admin/devices"))


async def put(
    hub: Hub, visitor: Visitor, device_id: str, scope_id: str, resident_id: str, place: str
) -> None:  # fmt: skip
    """Place a device from now on, and let the folds know.

    Raises:
        NotAllowed: It stands in another unit, or would; or it is for somebody whom the visitor may not see.
        HTTPException: 404 where one of them is not there.
    """
    now = hub.clock()
    async with hub.database.write() as session:
        if resident_id and not (await near(session, visitor, now)).sees(resident_id):
            raise NotAllowed
        await _must_exist(session, device_id, scope_id, resident_id)
        await mine(hub, session, visitor, device_id)
        scope = await session.get_one(tables.Scope, scope_id)
        if not (await ties.sight_of(session, visitor.person, now)).covers(scope.unit_id):
            raise NotAllowed
        touched = await registry.assign_device(session, device_id, scope_id, resident_id or None, place or None, now)
        seen = [(resident_id or None, f"device:{device_id}")]
        logins.log_reading(session, visitor.person.id, "device.assigned", seen, now)
    await tell_fold(hub, visitor, refitted=touched)


@router.post("/{device_id}/{act}")
async def take_down(hub: TheHub, visitor: Administering, device_id: str, act: str) -> Response:
    """It stands nowhere from now on, or is out of use for good; or as it was before that or a successor."""
    acts = {"take-down": fitting.take_down, "retire": fitting.retire, "restore": fitting.restore}
    if act not in acts:
        raise HTTPException(404)
    now = hub.clock()
    async with hub.database.write() as session:
        device = await mine(hub, session, visitor, device_id)
        moved = [device_id, *([device.replaced_by_id] if act == "restore" and device.replaced_by_id else [])]
        touched = await acts[act](session, device_id, now)
        if act != "restore":
            await going.end_alerts(session, device_id, now, "Utstyret er tatt ned.", by=visitor.person.id)
        logins.log_reading(session, visitor.person.id, f"device.{act}", [(None, f"device:{device_id}")], now)
    for one in moved:
        await tell_fold(hub, visitor, refitted=touched, device=one)
    return onwards(hub, f"/admin/devices/{device_id}")


async def _must_exist(session: Session, device_id: str, scope_id: str, resident_id: str) -> None:
    found: list[object | None] = [
        await session.get(tables.Device, device_id),
        await session.get(tables.Scope, scope_id),
    ]
    if resident_id:
        found.append(await session.get(tables.Resident, resident_id))
    if not all(found):
        raise HTTPException(404)


async def tell_fold(
    hub: Hub, visitor: Visitor, scopes: Collection[str] = (), *, refitted: Collection[str] = (),
    device: str | None = None,
) -> None:  # fmt: skip
    """Look devices and residents up anew, and let each scope forget what no longer holds.

    Args:
        scopes: Where others live from now on, or nobody.
        refitted: Where devices came and went, or one of several who live there, and somebody stayed.
        device: The only one that came or went: nothing else is forgotten where it did.
    """
    if hub.reload is not None:
        await hub.reload()
    for scope in sorted({*scopes, *refitted}):
        if hub.command is not None:
            kind = CommandKind.REASSIGNED if scope in scopes else CommandKind.REFITTED
            await hub.command(scope, kind, by=visitor.person.id, device=device)
    hub.live.change()
