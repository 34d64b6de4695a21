"""What other providers report later. The channel that sent it knows whether a report proves whose it is (C28)."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from carehub.contracts import DecodeError, Reporting
from carehub.flow.answering.promptly import NotStored, note_status
from carehub.web.problems import not_stored
from carehub.web.security import TheHub

router = APIRouter(prefix="/webhooks/report")


@router.post("/{channel}/{token}")
async def report(request: Request, hub: TheHub, channel: str, token: str) -> Response:
    """Keep it, and move the notice forward; 403 for whoever proves nothing."""
    known: object = hub.channels.get(channel)
    if not isinstance(known, Reporting):
        raise HTTPException(404)
    try:
        read = known.report_of(token, await request.body(), request.headers.get("x-signature"))
    except DecodeError as error:
        raise HTTPException(422) from error
    if read is None:
        raise HTTPException(403)
    try:
        await note_status(hub, read)
    except NotStored:
        return not_stored()
    return Response(status_code=204)
