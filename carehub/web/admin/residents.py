"""Administration of one resident's protection: what was decided about rules, and the legal bases under them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.basis import NAMES as BASES
from carehub.core.people.basis import Basis
from carehub.core.people.legal import NAMES, Function
from carehub.flow.hub import Hub
from carehub.flow.watching import bounds, protection
from carehub.flow.watching import tuning as flow
from carehub.kit.ids import new_id
from carehub.store import legal, logins, tables, tuning
from carehub.store.database import Session
from carehub.web import words
from carehub.web.admin import states
from carehub.web.admin.rules import Day, Deciding, said, stands
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import _
from carehub.web.typed import typed
from carehub.web.wording import tuning_words

router = APIRouter(prefix="/admin/residents/{resident_id}")
_GROUNDS = [one for one in Basis if one is not Basis.NONE]


async def _known(hub: Hub, session: Session, visitor: Visitor, resident_id: str) -> tables.Resident:
    """A resident of the visitor's own units; of others there is nothing to decide."""
    return await must_see(session, visitor, resident_id, hub.clock())


@router.get("")
async def one(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """What watches over one resident, on what ground, and what does not."""
    return await _shown(request, hub, visitor, resident_id)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, *, wrong: str | None = None
) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        resident = await _known(hub, session, visitor, resident_id)
        lines = await tuning.lines(session, resident=resident_id)
        grounds = await legal.of_resident(session, resident_id)
        told = await states.known(session, resident_id, now)
        missing = (await protection.unprotected(hub, session, now, [resident_id])).get(resident_id, [])
    async with hub.database.write() as session:
        seen: list[tuple[str | None, str]] = [(resident_id, "protection")]
        logins.log_reading(session, visitor.person.id, "protection", seen, now)
    held = await typed(request) if wrong else ""
    return page(
        request, "admin_resident.html", visitor, status=422 if wrong else 200, wrong=wrong, typed=held,
        resident=resident,
        standing=[line for line in lines if stands(line, now)], past=[line for line in lines if not stands(line, now)],
        said=said, titles={rule.id: words.own(rule.title) for rule in hub.rulebook.rules.values()}, missing=missing,
        states=told,
        grounds=[line for line in grounds if line.row.ended_at is None],
        ended=[line for line in grounds if line.row.ended_at is not None], functions=NAMES,
        bases={one: BASES[one][words.spoken()] for one in _GROUNDS}, back=f"/admin/residents/{resident_id}",
        beyond=lambda line: bounds.beyond(hub.rulebook, line.row),
    )  # fmt: skip


@router.post("/basis")
async def add(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    resident_id: str,
    function: Annotated[Function, Form()],
    basis: Annotated[Basis | Literal["objection"], Form()],
    first: Day = "",
    last: Day = "",
    reference: Annotated[str, Form(max_length=120)] = "",
    note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Write down a ground, or that the resident says no."""
    now = hub.clock()
    since, until = tuning_words.span_of(first or None, last or None, now, hub.zone)
    if until is not None and until <= since:
        return await _shown(request, hub, visitor, resident_id, wrong=_("Slutten må være etter begynnelsen."))
    if basis in {Basis.DECISION, Basis.CHAPTER_4A} and until is None:
        return await _shown(request, hub, visitor, resident_id, wrong=_("Et vedtak må ha en dato for ny vurdering."))
    row = tables.LegalBasis(
        id=new_id(), resident_id=resident_id, function=function, since=since, until=until, reference=reference.strip(),
        basis=Basis.NONE if basis == "objection" else basis, objection=basis == "objection", note=note.strip(),
        made_at=now, made_by_id=visitor.person.id,
    )  # fmt: skip
    async with hub.database.write() as session:
        await _known(hub, session, visitor, resident_id)
        session.add(row)
        _note(session, visitor, "basis.added", row, hub)
    return await _settled(hub, visitor, resident_id)


@router.post("/basis/{basis_id}/{act}")
async def change(hub: TheHub, visitor: Deciding, resident_id: str, basis_id: str, act: str) -> Response:
    """End a row now, or undo that."""
    if act not in {"end", "resume"}:
        raise HTTPException(404)
    async with hub.database.write() as session:
        await _known(hub, session, visitor, resident_id)
        row = await session.get(tables.LegalBasis, basis_id, with_for_update=True)
        if row is None or row.resident_id != resident_id:
            raise HTTPException(404)
        over = act == "end"
        if (row.ended_at is None) == over:
            row.ended_at, row.ended_by_id = (hub.clock(), visitor.person.id) if over else (None, None)
            session.add(row)
            _note(session, visitor, f"basis.{act}", row, hub)
    return await _settled(hub, visitor, resident_id)


async def _settled(hub: Hub, visitor: Visitor, resident_id: str) -> Response:
    """The folds hear of an objection at once, and so does whoever has the task."""
    await flow.tell(hub, visitor.person.id)
    await protection.review(hub)
    return onwards(hub, f"/admin/residents/{resident_id}")


def _note(session: Session, visitor: Visitor, act: str, row: tables.LegalBasis, hub: Hub) -> None:
    seen: list[tuple[str | None, str]] = [(row.resident_id, f"basis:{row.id}")]
    logins.log_reading(session, visitor.person.id, act, seen, hub.clock())
