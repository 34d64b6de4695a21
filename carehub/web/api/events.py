"""Events by HTTP: the second road in, with the same bodies and ids as `carehub/v1` by MQTT."""

import asyncio

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from carehub.contracts import DecodeError, HubError, Message
from carehub.core.people.access import Permission
from carehub.flow.hub import Hub
from carehub.flow.receiving.intake import MAX_PAYLOAD
from carehub.store import devices, logins
from carehub.store.errors import STORE_FAILED
from carehub.web import at_the_doors
from carehub.web.problems import problem, told
from carehub.web.security import LoginNeeded, MaybeVisitor, NotAllowed, TheHub, Visitor, bearer_of

router = APIRouter(prefix="/api/v1", tags=["events"], responses=told(401, 403, 422))
_STORED_WITHIN_S = 10.0
_NOT_STORED: tuple[type[Exception], ...] = (HubError, *STORE_FAILED)
_EVENT = {
    "type": "object",
    "required": ["device", "id", "kind"],
    "properties": {
        "device": {"type": "string", "description": "the sender's own name"},
        "id": {"type": ["string", "integer"], "description": "unique per device for ever, at most 64 characters"},
        "kind": {"type": "string", "description": "one of the hub's words, such as button.pressed"},
        "at": {"type": "string", "format": "date-time", "description": "when it happened, as the device claims"},
        "seq": {"type": "integer", "description": "one more with each event of the device"},
        "value": {"type": ["number", "string", "boolean", "null"]},
        "unit": {"type": "string", "description": "of the value, such as °C"},
    },
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"oneOf": [
            _EVENT, {"type": "array", "maxItems": 500, "items": _EVENT}]}}},
    }
}  # fmt: skip


class Stored(BaseModel):
    """What is stored for good, by the senders' own ids and in their order."""

    stored: list[str | None]


@router.post(
    "/events", summary="Send events", response_model=Stored, responses=told(413, _503="Not stored. Send it again."),
    openapi_extra=_BODY,
)  # fmt: skip
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
            at_the_doors.was_wrong(request, "token")
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
