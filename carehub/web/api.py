"""The API for programs: events in, alerts out, and the same four actions as on the pages."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from carehub.contracts import DecodeError, HubError, Message
from carehub.core.answers.alerts import Action, Aftermath, Cause, Contact, Status
from carehub.core.people.access import Permission
from carehub.core.severity import Severity
from carehub.core.showing.wording import alert_number
from carehub.flow.hub import Hub
from carehub.flow.receiving.intake import MAX_PAYLOAD
from carehub.flow.respond import Answer
from carehub.store import devices, logins, pages, tables, ties
from carehub.store.errors import STORE_FAILED
from carehub.web.actions import act, finish, why_not
from carehub.web.cards import opens
from carehub.web.errors import problem
from carehub.web.security import (
    Answering,
    LoginNeeded,
    MaybeVisitor,
    NotAllowed,
    Staff,
    TheHub,
    Visitor,
    bearer_of,
)

router = APIRouter(prefix="/api/v1")
_STORED_WITHIN_S = 10.0
_NOT_STORED: tuple[type[Exception], ...] = (HubError, *STORE_FAILED)


# --- events in -----------------------------------------------------------------------------


@router.post("/events")
async def receive_events(request: Request, hub: TheHub, visitor: MaybeVisitor) -> Response:
    """The second road in. 200 means stored for good; 422 that it never will be, anything else: send it again."""
    device = await _sender(request, hub, visitor)
    body = await request.body()
    if hub.read_body is None or hub.submit is None:
        return problem(503, "This hub takes no events here. Try again, or another way.")
    try:
        messages = hub.read_body(body, hub.clock())
    except DecodeError as error:
        return problem(422, str(error))
    if any(len(message.payload) > MAX_PAYLOAD for message in messages):  # kept as a dead letter, it would alarm nobody
        return problem(422, f"An event is too large: at most {MAX_PAYLOAD} are read.")
    if device is not None and any(not message.topic.startswith(f"carehub/v1/{device}/") for message in messages):
        raise NotAllowed
    try:
        # Shielded: what is under way is stored all the same, and a repeat is known by its id.
        async with asyncio.timeout(_STORED_WITHIN_S):
            await asyncio.shield(hub.submit(messages))
    except _NOT_STORED:
        return problem(503, "Not stored. Send it again.")
    return JSONResponse({"stored": [_id_in(message) for message in messages]})


async def _sender(request: Request, hub: Hub, visitor: Visitor | None) -> str | None:
    """The device whose token was sent, or None for a person who may send for any device."""
    token = bearer_of(request.headers)
    if token is not None:
        async with hub.database.read() as session:
            device = await devices.address_of_token(session, logins.hash_of(token))
        if device is None:
            raise LoginNeeded
        return device
    if visitor is None:
        raise LoginNeeded
    if not visitor.may(Permission.SEND_EVENTS):
        raise NotAllowed
    return None


class _Named(msgspec.Struct):
    id: str | int | None = None


def _id_in(message: Message) -> str | None:
    """The sender's own id of an event that `read_body` has read already; whatever else stands there is passed over."""
    found = msgspec.json.decode(message.payload, type=_Named).id
    return None if found is None else str(found)


# --- alerts out ----------------------------------------------------------------------------


class AlertOut(BaseModel):
    """An alert as programs see it: no name, no note, no cause."""

    id: str
    number: str
    kind: str
    severity: Severity
    alert_code: str | None
    status: Status
    scope: str
    unit: str | None
    place: str | None
    raised_at: datetime
    due_at: datetime | None
    presses: int
    owner: str | None
    taken_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None


def _out(alert: tables.Alert) -> AlertOut:
    return AlertOut(
        id=alert.id, number=alert_number(alert.id), kind=alert.kind, severity=alert.severity,
        alert_code=alert.alert_code, status=alert.status, scope=alert.scope_id, unit=alert.unit_id, place=alert.place,
        raised_at=alert.raised_at, due_at=alert.due_at, presses=alert.presses,
        owner=alert.owner_id if alert.status is not Status.OPEN else None,
        taken_at=alert.taken_at, arrived_at=alert.arrived_at, closed_at=alert.closed_at,
    )  # fmt: skip


@router.get("/alerts")
async def list_alerts(hub: TheHub, visitor: Staff, unit: str | None = None) -> Sequence[AlertOut]:
    """Everything that is open: the most urgent first, then what nobody has, then the oldest."""
    async with hub.database.read() as session:
        cards = await pages.open_alerts(session)
        sight = await ties.sight_of(session, visitor.person, hub.clock())
    asked = [card.alert for card in cards if unit is None or card.alert.unit_id in {unit, None}]
    return [_out(alert) if opens(sight, alert) else _shut(alert) for alert in asked]


def _shut(alert: tables.Alert) -> AlertOut:
    """Of another unit: that it waits, how urgent it is and for how long; neither where nor what."""
    return _out(alert).model_copy(update={"scope": "", "place": None, "alert_code": None, "kind": "", "presses": 1})


class Closing(BaseModel, extra="forbid"):
    """Why it happened, what was done, and whether the resident was seen or spoken with."""

    cause: Cause
    aftermath: Aftermath
    contact: Contact | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


@router.post("/alerts/{alert_id}/take", response_model=AlertOut)
async def take(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """From now on the visitor has it."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.TAKE))


@router.post("/alerts/{alert_id}/arrive", response_model=AlertOut)
async def arrive(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """The visitor is with the resident."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.ARRIVE))


@router.post("/alerts/{alert_id}/release", response_model=AlertOut)
async def release(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """Open again, and it climbs at once."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.RELEASE))


@router.post("/alerts/{alert_id}/close", response_model=AlertOut)
async def close(hub: TheHub, visitor: Answering, alert_id: str, closing: Closing) -> Response | AlertOut:
    """Handled."""
    answer = await finish(hub, visitor, alert_id, closing.cause, closing.aftermath, closing.contact, closing.note)
    return _answered(hub, visitor, answer)


def _answered(hub: Hub, visitor: Visitor, answer: Answer) -> Response | AlertOut:
    """The alert as it is now; 409 with its owner for whoever came second."""
    if answer.alert is None:
        return problem(404, "There is no such alert.")
    if answer.done:
        return _out(answer.alert)
    now = _out(answer.alert)
    return problem(409, why_not(hub, answer, visitor), owner=now.owner, alert_status=now.status)
