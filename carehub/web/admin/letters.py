"""Administration of messages that could not be read: as they came, read once more, or set aside with a reason."""

import asyncio
import re
import string
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.contracts import HubError
from carehub.flow.hub import Hub
from carehub.flow.receiving import again
from carehub.flow.receiving.again import Refused
from carehub.store import letters, logins, tables
from carehub.store.database import Session
from carehub.store.errors import STORE_FAILED
from carehub.store.tables.stream import Settled
from carehub.web.done import onwards
from carehub.web.paging import PageNumber, page_of
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.tongue import Spoken, _

router = APIRouter(prefix="/admin/dead-letters")
_SHOWN_BYTES = 2_000
_POSITION = re.compile(
    rb'("(?:lat|lon|lng|latitude|longitude|altitude|alt|desc|SSID|BSSID)"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[0-9.eE+-]+)',
    re.IGNORECASE,
)
_READABLE = frozenset(string.printable) - frozenset("\x0b\x0c\r")
_STORED_WITHIN_S = 10.0
_NOT_STORED: tuple[type[Exception], ...] = (HubError, *STORE_FAILED)
_REFUSED: Spoken[Refused] = Spoken({
    Refused.TAKEN_IN: "Den er tatt inn.",
    Refused.ENDED_US: "Huben stanset mens den leste denne meldingen, gang på gang. Den leses ikke igjen.",
    Refused.KEPT: "MQTT-tjeneren har den fortsatt, og gir den til huben ved neste oppstart. Den sier hvordan noe "
    "står, og ikke at noe skjedde.",
    Refused.TOO_OLD: "Den er eldre enn 30 dager. Tatt inn nå ville den se ut som noe nytt.",
    Refused.NO_ROAD: "Ingen av kildene som huben har, leser dette emnet.",
})  # fmt: skip


@router.get("")
async def listed(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    q: Annotated[str, Query(max_length=80)] = "",
    number: PageNumber = 1,
) -> Response:
    """Messages that could not be read, as they came, the newest first; searched by topic or reason."""
    async with hub.database.read() as session:
        found, many = await letters.listed(session, q.strip(), number)
    rows = [
        (letter, by, readable(raw), hexadecimal(raw))
        for letter, by in found for raw in [without_position(letter.payload)]
    ]  # fmt: skip
    shown = page_of(rows, many, number, "/admin/dead-letters", letters.LETTERS, q=q)
    return page(request, "admin_dead_letters.html", visitor, shown=shown, q=q)


@router.get("/{letter_id}")
async def one(request: Request, hub: TheHub, visitor: Administering, letter_id: str) -> Response:
    """One of them, and what would come of it if it were read once more now."""
    return await _shown(request, hub, visitor, letter_id)


async def _shown(request: Request, hub: Hub, visitor: Visitor, letter_id: str, wrong: str = "") -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        letter = await _known(session, letter_id)
        look = await again.look(hub, session, letter, now)
        by = await session.get(tables.Person, letter.settled_by_id) if letter.settled_by_id else None
    raw = without_position(letter.payload)
    return page(
        request, "admin_dead_letter.html", visitor, status=409 if wrong else 200, letter=letter, look=look,
        by=by and by.name, refused=_REFUSED[look.refused] if look.refused else "", Settled=Settled, text=readable(raw),
        bytes=hexadecimal(raw), wrong=wrong,
    )  # fmt: skip


async def _known(session: Session, letter_id: str) -> tables.DeadLetter:
    letter = await session.get(tables.DeadLetter, letter_id)
    if letter is None:
        raise HTTPException(404)
    return letter


@router.post("/{letter_id}/read")
async def read(request: Request, hub: TheHub, visitor: Administering, letter_id: str) -> Response:
    """Read it once more for good: what it says goes the ordinary way, late, and alerts whom it should."""
    now, by = hub.clock(), visitor.person.id
    try:
        async with asyncio.timeout(_STORED_WITHIN_S):
            found = await asyncio.shield(again.take_in(hub, letter_id, by, now))
    except _NOT_STORED:
        return await _shown(request, hub, visitor, letter_id, _("Den ble ikke lagret. Prøv igjen om litt."))
    if found is None:
        raise HTTPException(404)
    if not found.can_be_taken_in:
        return await _shown(request, hub, visitor, letter_id, _("Den ble ikke tatt inn. Under står det hvorfor."))
    await _log(hub, visitor, letter_id, "read")
    return onwards(hub, f"/admin/dead-letters/{letter_id}")


@router.post("/{letter_id}/aside")
async def aside(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    letter_id: str,
    why: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Nothing is to be done about it, and why."""
    if not why.strip():
        return await _shown(request, hub, visitor, letter_id, _("Skriv hvorfor den legges til side."))
    now = hub.clock()
    async with hub.database.write() as session:
        await _known(session, letter_id)
        is_done = await letters.settle(session, letter_id, Settled.ASIDE, visitor.person.id, why.strip(), now)
    if not is_done:
        return await _shown(request, hub, visitor, letter_id, _("Den er tatt inn i mellomtiden."))
    await _log(hub, visitor, letter_id, "aside")
    return onwards(hub, f"/admin/dead-letters/{letter_id}")


async def _log(hub: Hub, visitor: Visitor, letter_id: str, act: str) -> None:
    async with hub.database.write() as session:
        about: list[tuple[str | None, str]] = [(None, f"letter:{letter_id}")]
        logins.log_reading(session, visitor.person.id, f"letter.{act}", about, hub.clock())


def without_position(raw: bytes) -> bytes:
    """What a locator sent, without where it was: that is told nobody (`access.Where.POSITION`)."""
    return _POSITION.sub(rb'\1"..."', raw)


def readable(raw: bytes) -> str:
    """Bytes as text to look at: what is no plain text shows as a dot."""
    text = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    return "".join(sign if sign in _READABLE or (sign.isprintable() and sign != "\ufffd") else "·" for sign in text)


def hexadecimal(raw: bytes) -> str:
    """The bytes themselves, sixteen a line."""
    shown = raw[: _SHOWN_BYTES // 4]
    return "\n".join(shown[at : at + 16].hex(" ") for at in range(0, len(shown), 16))
