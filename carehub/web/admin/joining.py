"""A device joins, by telephone in the home: its code is read, it is placed, and its alarm is tried."""

import io
from datetime import datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from carehub.core.folding.silence import LONGEST_TEST, Why
from carehub.core.showing import labels
from carehub.core.showing.labels import Label, LabelError
from carehub.core.watching.supervision import LIFE_CRITICAL, DeviceKind
from carehub.flow.hub import Hub
from carehub.flow.watching import silences as quiet
from carehub.flow.watching.silences import Wish
from carehub.kit.ids import new_id
from carehub.store import devices, fitting, joining, logins, registers, registry, silences, tables, ties
from carehub.store.database import Session
from carehub.store.fitting import NotReplaced
from carehub.store.tables.places import DeviceStatus
from carehub.web import words
from carehub.web.admin.devices import known, mine, tell_fold
from carehub.web.done import Done, onwards
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.tongue import Spoken, _, later

router = APIRouter(prefix="/admin/join")
SOURCES = {labels.OWN: later("CareHubs egne (MQTT eller HTTP)"), labels.ZIGBEE: "Zigbee", labels.LORA: "LoRaWAN"}
THINGS_STACK = "things_stack"
_NOT_REPLACED: Spoken[NotReplaced] = Spoken(
    {
        NotReplaced.SAME: "Det er koden på utstyret som skal byttes ut. Les koden på det nye.",
        NotReplaced.NOWHERE: "Det gamle står ingen steder, og har ingen plass å gi fra seg. Sett opp det nye for seg.",
        NotReplaced.ELSEWHERE: "Dette utstyret står et annet sted fra før. Er det det rette, tar du det ned der først.",
        NotReplaced.NO_ALARM: "Det gamle kan varsle om hjelp, og det kan ikke det nye. Se at du har riktig utstyr.",
    }
)
_CAMERA = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
Code = Annotated[str, Form(max_length=400)]
Road = Annotated[str, Form(max_length=40)]


@router.get("")
async def join(
    request: Request, hub: TheHub, visitor: Administering, scope: Annotated[str, Query(max_length=80)] = "",
    instead: Annotated[str, Query(max_length=32)] = "",
) -> Response:  # fmt: skip
    """Read the code on a device: by camera, from a picture, or typed; it may take another's place."""
    return await _asked(request, hub, visitor, scope, instead)


async def _asked(  # noqa: PLR0913 - one form, as it was sent
    request: Request, hub: Hub, visitor: Visitor, scope: str, instead: str, *, code: str = "", source: str = "",
    wrong: str | None = None,
) -> Response:  # fmt: skip
    async with hub.database.read() as session:
        units = (await ties.sight_of(session, visitor.person, hub.clock())).units
        unfinished = [] if instead else await joining.unfinished(session, units)
        old = await mine(hub, session, visitor, instead) if instead else None
        row = await registers.device_row(session, instead) if instead else None
    answer = page(
        request, "admin_join.html", visitor, status=422 if wrong else 200, wrong=wrong, code=code, scope=scope,
        sources=SOURCES, source=source or (old.source if old else ""), old=old, row=row, kinds=words.DEVICE_KINDS,
        unfinished=unfinished,
    )  # fmt: skip
    answer.headers["Permissions-Policy"] = _CAMERA
    return answer


@router.post("")
async def joined(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Administering, code: Code = "", source: Road = "",
    scope: Annotated[str, Form(max_length=80)] = "", instead: Annotated[str, Form(max_length=32)] = "",
) -> Response:  # fmt: skip
    """The device that the code names is in the register; one that is new is added, and may take another's place."""
    try:
        label = labels.named(source if source in SOURCES else "", code)
    except LabelError as why:
        return await _asked(request, hub, visitor, scope, instead, code=code, source=source, wrong=_(str(why)))
    async with hub.database.write() as session:
        device_id, new = await _registered(hub, session, label)
        seen = [(None, f"device:{device_id}")]
        logins.log_reading(session, visitor.person.id, "device.joined", seen, hub.clock())
        wrong = await _replaced(hub, session, visitor, instead, device_id) if instead else None
    if wrong is not None:
        return await _asked(request, hub, visitor, scope, instead, code=code, source=source, wrong=_NOT_REPLACED[wrong])
    if new or instead:
        await tell_fold(hub, visitor)
    if label.secret:
        return page(
            request, "admin_join_secret.html", visitor, secret=label.secret, address=label.address, scope=scope,
            device_id=device_id,
        )  # fmt: skip
    here = f"/admin/join/{device_id}{f'?scope={scope}' if scope else ''}"
    return onwards(hub, here, Done.SAVED if new else None)


async def _replaced(hub: Hub, session: Session, visitor: Visitor, old: str, new: str) -> NotReplaced | None:
    await mine(hub, session, visitor, old)
    await mine(hub, session, visitor, new)
    wrong = await fitting.replace(session, old, new, hub.clock())
    if wrong is None:
        seen = [(None, f"device:{old}"), (None, f"device:{new}")]
        logins.log_reading(session, visitor.person.id, "device.replaced", seen, hub.clock())
    return wrong


async def _registered(hub: Hub, session: Session, label: Label) -> tuple[str, bool]:
    """The device's id, and whether it is new. What somebody has said of a known one stands."""
    found = next((one for one in await devices.by_address(session, label.address) if one.source == label.source), None)
    if found is None and label.source == labels.LORA:  # by the code alone nobody knows which server hears it
        found = await devices.named_by_eui(session, THINGS_STACK, label.address)
    new = found is None
    if found is None:
        known_as = registry.KnownDevice(new_id(), label.address, label.source, can_alarm=True)
        await registry.add_unknown(session, [known_as], hub.clock())
        found = await session.get_one(tables.Device, known_as.id)
        found.last_seen_at = None  # it has said nothing yet
    if found.status is DeviceStatus.RETIRED:
        found.status, found.tested_at, found.retired_at, found.replaced_by_id = DeviceStatus.UNKNOWN, None, None, None
    if found.kind is DeviceKind.UNKNOWN:
        found.kind = label.kind
    return found.id, new


# --- the steps -------------------------------------------------------------------------------


@router.get("/{device_id}")
async def steps(
    request: Request, hub: TheHub, visitor: Administering, device_id: str,
    scope: Annotated[str, Query(max_length=80)] = "",
) -> Response:  # fmt: skip
    """What is done, what comes next, and what to do; the page asks again by itself while it waits for the device."""
    now = hub.clock()
    async with hub.database.read() as session:
        device = await known(session, device_id)
        row = await registers.device_row(session, device_id)
        sight = await ties.sight_of(session, visitor.person, now)
        scopes = [one for one in await registers.places_to_stand(session) if sight.covers(one.unit_id)]
        alarm = await devices.waits_for_test(session, device_id)
        before = await fitting.replaces(session, device_id)
        on_test = next((one for one in await silences.in_force(session, now) if _tests(one, device_id)), None)
        tried = await _tried(session, device_id, row.scope if row else None, now)
    since = row.assignment.since if row and row.assignment else None
    stands = row.scope.id if row and row.scope else None
    critical = device.kind in LIFE_CRITICAL
    heard = bool(since and device.last_seen_at and device.last_seen_at >= since)
    done = {
        "kind": device.kind is not DeviceKind.UNKNOWN, "place": since is not None, "heard": heard,
        "tested": device.status is DeviceStatus.IN_SERVICE and device.kind is not DeviceKind.UNKNOWN
        and (device.tested_at is not None or not critical),
    }  # fmt: skip
    return page(
        request, "admin_join_steps.html", visitor, device=device, row=row, scopes=scopes, scope=scope,
        places=words.places(), kinds=words.DEVICE_KINDS, done=done, critical=critical, alarm=alarm, on_test=on_test,
        before=before, **tried,
        other_server=device.source == labels.LORA and any(one.name == THINGS_STACK for one in hub.sources),
        elsewhere=next((one for one in scopes if stands and one.id == scope != stands), None),
        step=next((name for name, is_done in done.items() if not is_done), "over"),
    )  # fmt: skip


async def _tried(session: Session, device_id: str, scope: tables.Scope | None, now: datetime) -> dict[str, Any]:
    """How its test went so far: what else alarmed meanwhile, whether its time ran out, and who is to answer."""
    last = await joining.last_test(session, device_id, now) if scope else None
    return {
        "others": await joining.alarmed_instead(session, device_id, scope.id, last.since) if scope and last else (),
        "in_vain": last if last and last.until <= now and last.ended_at is None else None,
        "unit": await session.get(tables.Unit, scope.unit_id) if scope and scope.unit_id else None,
    }


def _tests(one: tables.Silence, device_id: str) -> bool:
    return one.device_id == device_id and one.why is Why.TEST


@router.post("/{device_id}/test")
async def test(hub: TheHub, visitor: Administering, device_id: str) -> Response:
    """For ten minutes its next alarm is the test; whoever answers that puts it in service."""
    await begin_test(hub, visitor, device_id)
    return onwards(hub, f"/admin/join/{device_id}", Done.BEGUN)


async def begin_test(hub: Hub, visitor: Visitor, device_id: str) -> tables.Silence:
    """Put a device on test.

    Raises:
        NotAllowed: It stands in another unit.
        HTTPException: 404 where there is none, 409 where it stands nowhere.
    """
    now = hub.clock()
    async with hub.database.read() as session:
        await mine(hub, session, visitor, device_id)
    wish = Wish(why=Why.TEST, until=now + LONGEST_TEST, device=device_id)
    begun = await quiet.begin(hub, wish, visitor.person.id)
    if begun is None:
        raise HTTPException(409)
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "device.on_test", [(None, f"device:{device_id}")], now)
    return begun


@router.get("/{device_id}/label")
async def label(request: Request, hub: TheHub, visitor: Administering, device_id: str) -> Response:
    """A label to print and put on the device: a code that this page reads, and its name. No resident, no place."""
    async with hub.database.read() as session:
        device = await known(session, device_id)
    drawn = io.BytesIO()
    code = segno.make(labels.written(device.source, device.kind, device.address), error="m")
    code.save(drawn, kind="svg", scale=5, border=2, xmldecl=False, svgns=True, dark="#000", light="#fff")
    picture = Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by us
    return page(request, "admin_join_label.html", visitor, device=device, picture=picture, kinds=words.DEVICE_KINDS)
