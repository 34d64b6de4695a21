"""Alerts by the API: what is open, one of them, and the same four actions as on the pages. One winner each time.

The field says taken, there, done; the interface that was promised says acknowledge, arrive, resolve. Both names of an
action are one route's, so that they cannot come to mean different things.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, Field

from carehub.core.answers.alerts import Action, Aftermath, Cause, Contact, Status
from carehub.core.severity import Severity
from carehub.core.showing.wording import alert_number
from carehub.flow.hub import Hub
from carehub.flow.respond import Answer
from carehub.store import logins, pages, tables, ties
from carehub.web.actions import act, finish, why_not
from carehub.web.api.parts import MOST, After, Limit, Part, part_of
from carehub.web.cards import opens, tie_to
from carehub.web.problems import problem, told
from carehub.web.security import Answering, Staff, TheHub, Visitor

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], responses=told(401, 403, 422))
_REFUSED = told(404, _409="Somebody else has it, or it is closed: `owner` and `alert_status` say so.")


class AlertOut(BaseModel):
    """An alert as programs see it: no name, no note, no cause.

    Of another unit's, `kind`, `scope`, `place` and `alert_code` are empty: that it waits, how urgent and how long.
    """

    id: str
    number: str = Field(description="what people call it, such as A4F2")
    kind: str
    severity: Severity = Field(description="10 normal, 20 moderate, 30 serious, 40 critical")
    alert_code: str | None = Field(description="national code (vkp-alert-code)")
    status: Status
    scope: str = Field(description="id of the home, room, ward or device that it is about")
    unit: str | None
    place: str | None
    raised_at: datetime
    due_at: datetime | None = Field(description="when somebody else is asked, or this owner is reminded")
    presses: int
    owner: str | None = Field(description="id of the person who has it")
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


@router.get("", summary="Open alerts")
async def list_alerts(
    hub: TheHub, visitor: Staff, unit: str | None = None, after: After = "", limit: Limit = MOST
) -> Part[AlertOut]:
    """Everything that is open; within a page the most urgent first, then what nobody has, then the oldest.

    Where there are more than one page holds, the pages go from the oldest to the newest: an alert that is taken or
    raised between two of them is on neither twice nor on none. Read until `next` is null.
    """
    async with hub.database.read() as session:
        cards = await pages.open_alerts(session)
        sight = await ties.sight_of(session, visitor.person, hub.clock())
    asked = [card.alert for card in cards if unit is None or card.alert.unit_id in {unit, None}]
    part, following = part_of(asked, _age, after, limit)
    shown = {alert.id for alert in part}
    items = [_out(alert) if opens(sight, alert) else _shut(alert) for alert in asked if alert.id in shown]
    return Part(items=items, next=following)


def _age(alert: tables.Alert) -> str:
    """What never changes of an alert, and orders all: in letters that an address may carry as they are."""
    return f"{alert.raised_at:%Y%m%dT%H%M%S.%f}-{alert.id}"


def _shut(alert: tables.Alert) -> AlertOut:
    """Of another unit: that it waits, how urgent it is and for how long; neither where nor what."""
    return _out(alert).model_copy(update={"scope": "", "place": None, "alert_code": None, "kind": "", "presses": 1})


@router.get("/{alert_id}", summary="One alert", responses=told(404))
async def one(hub: TheHub, visitor: Staff, alert_id: str) -> AlertOut:
    """Open or closed. A look at one of a resident whom you may see is logged."""
    now = hub.clock()
    async with hub.database.read() as session:
        card = await pages.card_of(session, alert_id)
        sight = await ties.sight_of(session, visitor.person, now)
    if card is None:
        raise HTTPException(404)
    if not opens(sight, card.alert):
        return _shut(card.alert)
    async with hub.database.write() as session:
        seen = [(card.alert.resident_id, f"alert:{alert_id}")]
        logins.log_reading(session, visitor.person.id, "alert", seen, now, because=tie_to(sight, card.alert))
    return _out(card.alert)


class Closing(BaseModel, extra="forbid"):
    """Why it happened, what was done, and whether the resident was seen or spoken with."""

    cause: Cause
    aftermath: Aftermath
    contact: Contact | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


@router.post("/{alert_id}/acknowledge", summary="Take an alert", responses=_REFUSED, response_model=AlertOut)
@router.post("/{alert_id}/take", summary="Take an alert", responses=_REFUSED, response_model=AlertOut)
async def take(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """From now on the visitor has it."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.TAKE))


@router.post("/{alert_id}/arrive", summary="Say that you are there", responses=_REFUSED, response_model=AlertOut)
async def arrive(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """The visitor is with the resident."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.ARRIVE))


@router.post("/{alert_id}/release", summary="Give an alert back", responses=_REFUSED, response_model=AlertOut)
async def release(hub: TheHub, visitor: Answering, alert_id: str) -> Response | AlertOut:
    """Open again, and it climbs at once."""
    return _answered(hub, visitor, await act(hub, visitor, alert_id, Action.RELEASE))


@router.post("/{alert_id}/resolve", summary="Close an alert", responses=_REFUSED, response_model=AlertOut)
@router.post("/{alert_id}/close", summary="Close an alert", responses=_REFUSED, response_model=AlertOut)
async def close(hub: TheHub, visitor: Answering, alert_id: str, closing: Closing) -> Response | AlertOut:
    """Handled: why it happened, what was done, and whether the resident was seen or spoken with."""
    answer = await finish(hub, visitor, alert_id, closing.cause, closing.aftermath, closing.contact, closing.note)
    return _answered(hub, visitor, answer)


def _answered(hub: Hub, visitor: Visitor, answer: Answer) -> Response | AlertOut:
    """The alert as it is now; 409 with its owner for whoever came second."""
    if answer.alert is None:
        return problem(404)
    if answer.done:
        return _out(answer.alert)
    now = _out(answer.alert)
    return problem(409, why_not(hub, answer, visitor), owner=now.owner, alert_status=now.status)
