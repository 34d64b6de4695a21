"""A telephone exchange that stands in for Twilio, on this machine only.

It refuses what Twilio refuses, signs what Twilio signs, and misbehaves on demand. Its own
doors begin with `/_exchange`; its page shows the telephones, so that a demonstration needs none.
"""

import asyncio
import base64
import binascii
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from carehub.village import calls, telephones_page, twilio_rules
from carehub.village.behaviour import Behaviour, Callbacks, Order, Refuse
from carehub.village.switchboard import ExchangeSettings, Message, Switchboard, Telephone, as_queued, as_twilio_json

__all__ = ["ExchangeSettings", "Switchboard", "Telephone", "create_exchange"]


def create_exchange(settings: ExchangeSettings) -> FastAPI:
    """Build the exchange; run it with uvicorn, bound to loopback. `app.state.board` is its memory."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.board, app.state.calls = Switchboard(settings), []
        yield
        await app.state.board.close()

    app = _Line(title="CareHub telephone exchange", lifespan=lifespan, docs_url=None, redoc_url=None)
    for router in (_twilio, _by_hand, _page):
        app.include_router(router)
    return app


class _Line(FastAPI):
    """FastAPI that can also let a connection break, as networks do."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Only the server's own `send` knows its transport; every layer inside wraps it.
        scope["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


async def _break_off(request: Request) -> Response:
    """Reset the connection; what is returned is never seen."""
    transport = request.scope["transport"]
    if transport is None:
        raise ConnectionResetError
    # Lingering for no time at all makes the kernel send RST instead of an orderly end.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(0)
    return Response(status_code=204)


def _board(request: Request) -> Switchboard:
    board: Switchboard = request.app.state.board
    return board


def _calls(request: Request) -> list[calls.Call]:
    placed: list[calls.Call] = request.app.state.calls
    return placed


Board = Annotated[Switchboard, Depends(_board)]
Calls = Annotated[list[calls.Call], Depends(_calls)]


# --- what Twilio offers --------------------------------------------------------------------

_twilio = APIRouter(prefix="/2010-04-01/Accounts/{sid}")


def _is_the_account(request: Request, sid: str, settings: ExchangeSettings) -> bool:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    token = settings.auth_token.get_secret_value()
    known = secrets.compare_digest(password.encode(), token.encode())
    return scheme.lower() == "basic" and known and name == sid == settings.account_sid


def _refused(refusal: twilio_rules.Refusal) -> Response:
    return JSONResponse(refusal.as_json(), refusal.status, refusal.headers)


@_twilio.post("/Messages.json", operation_id="CreateMessage")
async def create_message(sid: str, request: Request, board: Board) -> Response:
    """Queue a message, as the document says, or as the behaviour ordered for its number says."""
    if not _is_the_account(request, sid, board.settings):
        return _refused(twilio_rules.UNAUTHENTICATED)
    form = await _form_of(request)
    behaviour = board.behaviours.next_for(form.get("To", [""])[0])
    await asyncio.sleep(behaviour.slow_s)
    if behaviour.refuse in _NOT_EVEN_READ:
        return await _turn_away(request, behaviour)
    settings = board.settings
    refusal = twilio_rules.refuse(form, senders=settings.numbers, services=settings.services, opted_out=board.opted_out)
    if refusal:
        return _refused(refusal)
    return await _accept(request, board, {name: values[0] for name, values in form.items()}, behaviour)


@_twilio.post("/Calls.json", operation_id="CreateCall")
async def create_call(sid: str, request: Request, board: Board, placed: Calls) -> Response:
    """Place a call, as the document says, or as the behaviour ordered for its number says."""
    if not _is_the_account(request, sid, board.settings):
        return _refused(twilio_rules.UNAUTHENTICATED)
    form = await _form_of(request)
    behaviour = board.behaviours.next_for(form.get("To", [""])[0])
    await asyncio.sleep(behaviour.slow_s)
    if behaviour.refuse in _NOT_EVEN_READ:
        return await _turn_away(request, behaviour)
    refusal = twilio_rules.refuse_call(form, numbers=board.settings.numbers)
    if refusal:
        return _refused(refusal)
    call = calls.placed(form)
    placed.append(call)
    board.in_background(calls.ring(board, call, behaviour))
    return JSONResponse(calls.as_twilio_json(call, board.settings.account_sid), 201)


async def _form_of(request: Request) -> dict[str, list[str]]:
    multi = await request.form()
    return {name: [str(value) for value in multi.getlist(name)] for name in multi}


_NOT_EVEN_READ = frozenset({Refuse.TOO_MANY, Refuse.SERVER_ERROR, Refuse.RESET})


async def _turn_away(request: Request, behaviour: Behaviour) -> Response:
    if behaviour.refuse is Refuse.RESET:
        return await _break_off(request)
    if behaviour.refuse is Refuse.TOO_MANY:
        return _refused(twilio_rules.too_many(behaviour.retry_after_s))
    return _refused(twilio_rules.SERVER_ERROR)


async def _accept(request: Request, board: Switchboard, form: dict[str, str], behaviour: Behaviour) -> Response:
    message = board.accept(form)
    if behaviour.callbacks is Callbacks.EARLY:
        await board.deliver(message, behaviour)
    else:
        board.in_background(board.deliver(message, behaviour))
    if behaviour.refuse is Refuse.RESET_AFTER_ACCEPTING:
        return await _break_off(request)
    return JSONResponse(as_twilio_json(as_queued(message), board.settings), 201)


@_twilio.get("/Messages/{message_sid}.json", operation_id="FetchMessage")
async def fetch_message(sid: str, message_sid: str, request: Request, board: Board) -> Response:
    """One message as it stands now."""
    if not _is_the_account(request, sid, board.settings):
        return _refused(twilio_rules.UNAUTHENTICATED)
    found = next((message for message in board.messages if message.sid == message_sid), None)
    if found is None:
        return _refused(twilio_rules.NO_SUCH_RESOURCE)
    return JSONResponse(as_twilio_json(found, board.settings))


# --- what a test or a simulated telephone does ---------------------------------------------

_by_hand = APIRouter(prefix="/_exchange")


class Inbound(BaseModel):
    """A message from a telephone; without `to`, an answer to whoever wrote last."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    sender: str = Field(alias="from", pattern=twilio_rules.E164.pattern)
    to: str | None = None
    body: str = Field(max_length=1600)


def _shown(message: Message) -> dict[str, Any]:
    return {
        "seq": message.seq, "sid": message.sid, "to": message.to, "from": message.sender, "body": message.body,
        "direction": message.direction, "status": message.status, "arrived": message.arrived,
        "created_at": message.created_at.isoformat(), "fields": message.fields,
    }  # fmt: skip


@_by_hand.get("/messages")
async def messages(board: Board, to: str | None = None, after: int = 0) -> list[dict[str, Any]]:
    """Every message, oldest first: those to one number, those after a `seq`."""
    return [_shown(each) for each in board.messages[after:] if to is None or each.to == to.replace(" ", "+")]


@_by_hand.get("/calls")
async def placed_calls(placed: Calls) -> list[dict[str, Any]]:
    """Every call, oldest first: what was said, and what was pressed."""
    return [
        {"sid": c.sid, "to": c.to, "status": c.status, "said": c.said, "pressed": c.pressed, "fields": c.fields}
        for c in placed
    ]


@_by_hand.get("/reports")
async def reports(board: Board) -> list[dict[str, Any]]:
    """Every request the exchange made to the hub, and how it was answered."""
    return [{"url": r.url, "form": r.form, "status": r.status, "answer": r.answer} for r in board.reports]


@_by_hand.post("/behaviour", status_code=204)
async def order_behaviour(order: Order, board: Board) -> None:
    """Behave so from now on."""
    board.behaviours.order(order)


@_by_hand.delete("/behaviour", status_code=204)
async def forget_behaviour(board: Board) -> None:
    """Behave well again, towards everybody."""
    board.behaviours.forget()


@_by_hand.post("/inbound")
async def inbound(message: Inbound, board: Board) -> dict[str, Any]:
    """Let a telephone write to the hub; the answer says what the hub's webhook said."""
    to = message.to or board.last_correspondent(message.sender)
    report = await board.receive(message.sender, to, message.body)
    return {"sid": report.form["MessageSid"], "status": report.status, "answer": report.answer}


# --- what a person sees --------------------------------------------------------------------

_page = APIRouter()


@_page.get("/", response_class=HTMLResponse)
async def telephones(board: Board) -> str:
    """All the telephones, those with messages first."""
    return telephones_page.overview(board)


@_page.get("/telefon/{number}", response_class=HTMLResponse)
async def telephone(number: str, board: Board) -> str:
    """One telephone: an address of its own for each role."""
    for each in board.settings.telephones:
        if each.number == number:
            return telephones_page.single(board, each)
    raise HTTPException(404, "Ingen slik telefon")


@_page.post("/telefon/{number}", response_class=RedirectResponse)
async def reply(number: str, request: Request, board: Board) -> Response:
    """Send what somebody wrote in the reply box, then show the telephone again."""
    body = str((await request.form()).get("svar", "")).strip()
    if body:
        await board.receive(number, board.last_correspondent(number), body)
    return RedirectResponse(f"/telefon/{number}", status_code=303)
