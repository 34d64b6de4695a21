"""The door for a browser's notifications: switch on, switch off, and the device's word that one was shown."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from carehub.contracts import Subscribing
from carehub.flow.hub import Hub
from carehub.flow.reaching import push
from carehub.flow.reaching.telling import PUSH
from carehub.web.security import Staff, TheHub
from carehub.web.tongue import _

router = APIRouter()
_Key = Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")]


class Keys(BaseModel, extra="forbid"):
    """What encrypts for this browser alone."""

    p256dh: _Key
    auth: _Key


class Subscription(BaseModel):
    """A browser's own words: `PushSubscription.toJSON()`."""

    model_config = ConfigDict(extra="ignore")

    endpoint: Annotated[str, StringConstraints(max_length=600)]
    keys: Keys


class Endpoint(BaseModel, extra="forbid"):
    """Which subscription is over."""

    endpoint: Annotated[str, StringConstraints(max_length=600)]


def subscribing(hub: Hub) -> Subscribing | None:
    """The channel that browsers can subscribe to; None where it is not set up."""
    channel: object = hub.channels.get(PUSH)
    return channel if isinstance(channel, Subscribing) else None


def key_of(hub: Hub) -> str | None:
    """What a page needs to offer notifications; None where they are not set up."""
    channel = subscribing(hub)
    return channel.public_key if channel else None


@router.post("/push/subscribe")
async def subscribe(hub: TheHub, visitor: Staff, wanted: Subscription) -> Response:
    """Notifications on this device; only push services that we know are ever asked (C27)."""
    channel = subscribing(hub)
    if channel is None or not channel.accepts(wanted.endpoint):
        raise HTTPException(422, _("Nettleseren din bruker en varslingstjeneste som vi ikke kan bruke."))
    await push.subscribe(hub, visitor.person.id, wanted.endpoint, wanted.model_dump_json())
    return Response(status_code=204)


@router.post("/push/unsubscribe")
async def unsubscribe(hub: TheHub, visitor: Staff, over: Endpoint) -> Response:
    """No more on this device."""
    await push.unsubscribe(hub, visitor.person.id, over.endpoint)
    return Response(status_code=204)


@router.post("/push/seen/{notice_id}")
async def seen(hub: TheHub, notice_id: str) -> Response:
    """The device showed it. The worker may have outlived the login, so the notice's id is the proof."""
    await push.shown(hub, notice_id[:32])
    return Response(status_code=204)
