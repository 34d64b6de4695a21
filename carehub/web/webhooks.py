"""The SMS provider's webhooks. Nothing in them is believed before their signature is."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from carehub.contracts import Fate, Webhooks
from carehub.flow import deliver
from carehub.flow.answering import calls
from carehub.flow.answering.promptly import NotStored, note_status, note_text
from carehub.flow.hub import Hub
from carehub.kit.failpoints import fail_at
from carehub.web import at_the_doors
from carehub.web.problems import not_stored
from carehub.web.security import TheHub

router = APIRouter(prefix="/webhooks/twilio")
_MOST_FIELDS = 100


def public_address(hub: Hub, request: Request) -> str:
    """The address that the provider called, from the settings: never from what the request says of itself."""
    address = f"{hub.public_url.rstrip('/')}{request.url.path}"
    return f"{address}?{request.url.query}" if request.url.query else address


async def provider(hub: TheHub) -> Webhooks:
    """Who speaks at this door; 403 where nobody should."""
    if hub.webhooks is None:
        raise HTTPException(403)
    return hub.webhooks


Provider = Annotated[Webhooks, Depends(provider)]


async def signed_form(request: Request, hub: TheHub, provider: Provider) -> FormData:
    """The form, if one of our tokens signed it; 403 for everything else."""
    signature = request.headers.get("x-twilio-signature")
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    if not provider.verify(public_address(hub, request), form, signature, hub.twilio_tokens):
        at_the_doors.was_forged(request, "signature")
        raise HTTPException(403)
    fail_at("webhook.received")
    return form


Signed = Annotated[FormData, Depends(signed_form)]
Tries = Annotated[int, Query(ge=0, le=1000)]


@router.post("/status")
async def status(form: Signed, hub: TheHub, provider: Provider) -> Response:
    """What became of a message; reports come doubled, late and out of order."""
    report = provider.status_of(form)
    if report is None:
        raise HTTPException(422)
    try:
        await note_status(hub, report)
    except NotStored:
        return not_stored()
    fail_at("webhook.committed")
    return Response(status_code=204)


@router.post("/sms")
async def sms(form: Signed, hub: TheHub, provider: Provider) -> Response:
    """A reply from a telephone; the answer is sent back as an SMS."""
    text = provider.inbound_of(form)
    if text is None:
        raise HTTPException(422)
    try:
        words = await note_text(hub, text)
    except NotStored:  # it is worked on all the same, and the answer goes out by itself
        return not_stored()
    return Response(provider.answer(words), media_type="text/xml")


@router.post("/call")
async def call(form: Signed, hub: TheHub, provider: Provider) -> Response:
    """What became of a call; one that ended without the right keys has reached nobody."""
    report = provider.call_status_of(form)
    if report is None:
        raise HTTPException(422)
    try:
        await note_status(hub, report)
    except NotStored:
        return not_stored()
    return Response(status_code=204)


@router.post("/voice/{notice_id}")
async def voice(form: Signed, hub: TheHub, provider: Provider, notice_id: str, tries: Tries = 0) -> Response:
    """Somebody lifted the telephone, or pressed keys: what the voice says next. Voicemail is told nothing.

    This one waits for the store (C20): somebody listens, what they hear is what came of it, and the provider waits for
    fifteen seconds. What cannot be stored is an error that ends the call, and a call without an answer is passed on.
    """
    moment = provider.moment_of(form)
    if moment is None:
        raise HTTPException(422)
    if moment.by_machine:
        await deliver.receive_status(hub, moment.reference, "voicemail", None, Fate.FAILED_FOR_NOW)
        return Response(provider.hang_up(), media_type="text/xml")
    if moment.keys is None:
        speech = await calls.answered(hub, notice_id, moment.number)
    else:
        tries += 1
        speech = await calls.pressed(hub, notice_id, moment.number, moment.keys, tries)
    ask_at = f"{hub.public_url}/webhooks/twilio/voice/{notice_id}?tries={tries}"
    said = provider.speak(speech.words, keys=speech.keys, ask_at=ask_at, language=speech.language)
    return Response(said, media_type="text/xml")
