"""A protected address (adressesperre): set by one, with a reason; lowered or lifted by two."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.access import STRICTEST, Mark
from carehub.flow.hub import Hub
from carehub.store import logins, protected
from carehub.store.database import Session
from carehub.web.admin.devices import tell_fold
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import Spoken, _, later

router = APIRouter(prefix="/admin/residents/{resident_id}/address")
Reason = Annotated[str, Form(min_length=4, max_length=400)]
MARKS = Spoken({
    Mark.NONE: "Ingen sperre", Mark.CONFIDENTIAL: "Fortrolig adresse (kode 7)",
    Mark.STRICT: "Strengt fortrolig adresse (kode 6)",
})  # fmt: skip
_NOT_RAISED = later("Adressen har den sperren alt, eller en strengere. En lavere må to bli enige om.")
_NOT_LOWERED = later("Det gikk ikke. Noen har bedt om det alt, eller sperren er ikke slik lenger.")
_NOT_AGREED = later("Det gikk ikke. Den som ba om det, kan ikke selv bekrefte.")


@router.get("")
async def looked(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """What holds now, what it does, and what there was."""
    return await _shown(request, hub, visitor, resident_id)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, wrong: str | None = None
) -> Response:  # fmt: skip
    async with hub.database.read() as session:
        resident = await must_see(session, visitor, resident_id, hub.clock())
        rows = await protected.history(session, resident_id)
        telling = await protected.telling_devices(session, resident_id)
    now = next((row for row in rows if row.ended_at is None), None)
    mark = now.mark if now else Mark.NONE
    async with hub.database.write() as session:
        _note(session, visitor, "address", resident_id, hub)
    return page(
        request, "admin_address.html", visitor, status=409 if wrong else 200, wrong=wrong, resident=resident, now_=now,
        mark=mark, past=[row for row in rows if row.ended_at is not None], marks=MARKS, telling=telling,
        higher=[one for one in reversed(STRICTEST) if STRICTEST.index(one) < STRICTEST.index(mark)],
        lower=[one for one in STRICTEST if STRICTEST.index(one) > STRICTEST.index(mark)],
        mine=now is not None and now.lower_asked_by_id == visitor.person.id,
    )  # fmt: skip


@router.post("")
async def grade(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Deciding, resident_id: str, mark: Annotated[Mark, Form()], reason: Reason,
    checked: Annotated[bool, Form()],
) -> Response:  # fmt: skip
    """From now on, at once: a mistake that hides too much harms nobody whose address is known to those who go there."""
    if not checked:
        raise HTTPException(422)
    async with hub.database.write() as session:
        await must_see(session, visitor, resident_id, hub.clock())
        done = await protected.grade(session, resident_id, mark, reason.strip(), visitor.person.id, hub.clock())
        if done:
            _note(session, visitor, "address.graded", resident_id, hub)
    return await _after(request, hub, visitor, resident_id, None if done else _(_NOT_RAISED))


@router.post("/lower")
async def ask_to_lower(
    request: Request, hub: TheHub, visitor: Deciding, resident_id: str, mark: Annotated[Mark, Form()], reason: Reason
) -> Response:
    """Ask for a lower one, or none; a second person confirms."""
    now, me = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        await must_see(session, visitor, resident_id, now)
        asked = await protected.ask_to_lower(session, resident_id, mark, reason.strip(), me, now)
        if asked:
            _note(session, visitor, "address.lowering", resident_id, hub)
    return await _after(request, hub, visitor, resident_id, None if asked else _(_NOT_LOWERED))


@router.post("/lower/{act}")
async def answer(request: Request, hub: TheHub, visitor: Deciding, resident_id: str, act: str) -> Response:
    """Confirm as the second person, and it is done; or leave the protection as it is."""
    async with hub.database.write() as session:
        await must_see(session, visitor, resident_id, hub.clock())
        if act not in {"agree", "keep"}:
            raise HTTPException(404)
        if act == "agree":
            done = await protected.agree(session, resident_id, visitor.person.id, hub.clock())
        else:
            done = await protected.keep(session, resident_id)
        if done:
            _note(session, visitor, "address.lowered" if act == "agree" else "address.kept", resident_id, hub)
    return await _after(request, hub, visitor, resident_id, None if done else _(_NOT_AGREED))


async def _after(request: Request, hub: Hub, visitor: Visitor, resident_id: str, wrong: str | None) -> Response:
    if wrong:
        return await _shown(request, hub, visitor, resident_id, wrong)
    await tell_fold(hub, visitor)
    return onwards(hub, f"/admin/residents/{resident_id}/address")


def _note(session: Session, visitor: Visitor, action: str, resident_id: str, hub: Hub) -> None:
    """Without the reason: it stands with the grading, and not where relatives with the right to the log read it."""
    seen: list[tuple[str | None, str]] = [(resident_id, "address")]
    logins.log_reading(session, visitor.person.id, action, seen, hub.clock())
