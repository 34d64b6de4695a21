"""Twilio's webhooks. Nothing in them is believed before their signature is."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from carehub.contracts import Fate
from carehub.flow import deliver, replies
from carehub.flow.hub import Hub
from carehub.web.security import TheHub

router = APIRouter(prefix="/webhooks/twilio")
_MOST_FIELDS = 100
_LONGEST_BODY = 1600

FATES: dict[str, Fate] = {
    "accepted": Fate.ACCEPTED,
    "scheduled": Fate.ACCEPTED,
    "queued": Fate.ACCEPTED,
    "sending": Fate.ACCEPTED,
    "sent": Fate.ACCEPTED,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED_FOR_GOOD,
    "failed": Fate.FAILED_FOR_GOOD,
    "canceled": Fate.FAILED_FOR_GOOD,
}
"""What each of Twilio's words means to us; a new word is kept and moves nothing."""


def public_address(hub: Hub, request: Request) -> str:
    """The address that Twilio called, from the settings: never from what the request says of itself."""
    address = f"{hub.public_url.rstrip('/')}{request.url.path}"
    return f"{address}?{request.url.query}" if request.url.query else address


async def signed_form(request: Request, hub: TheHub) -> FormData:
    """The form, if one of our tokens signed it; 403 for everything else."""
    signature = request.headers.get("x-twilio-signature", "")
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    address = public_address(hub, request)
    validators = [RequestValidator(token) for token in hub.twilio_tokens]
    if not signature or not any(validator.validate(address, form, signature) for validator in validators):
        raise HTTPException(403)
    return form


Signed = Annotated[FormData, Depends(signed_form)]


@router.post("/status")
async def status(form: Signed, hub: TheHub) -> Response:
    """What became of a message; reports come doubled, late and out of order."""
    reference, word = _text(form, "MessageSid"), _text(form, "MessageStatus")
    if not reference or not word:
        raise HTTPException(422)
    await deliver.receive_status(hub, reference[:80], word[:40], _text(form, "ErrorCode")[:40] or None, FATES.get(word))
    return Response(status_code=204)


@router.post("/sms")
async def sms(form: Signed, hub: TheHub) -> Response:
    """A reply from a telephone; the answer is sent back as an SMS."""
    words = await replies.receive_reply(hub, _text(form, "From")[:20], _text(form, "Body")[:_LONGEST_BODY])
    answer = MessagingResponse()
    if words:
        answer.message(words)
    return Response(str(answer), media_type="text/xml")


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found if isinstance(found, str) else ""
