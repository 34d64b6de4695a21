"""Import and export: lists as files for a spreadsheet, each row tried before anything is changed."""

from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import Response

from carehub.core.showing.spreadsheet import SheetError, read, written
from carehub.flow.staff import roster
from carehub.store import logins
from carehub.web.admin.devices import tell_fold
from carehub.web.admin.transfer import Outcome, Planned, Sort, known, planned
from carehub.web.admin.transfer_sorts import SORTS
from carehub.web.paging import Paged
from carehub.web.render import page
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin/transfer")
_LARGEST = 1024 * 1024
_SHOWN = 200
"""So many rows of a plan are shown; of those with a fault, all that there are room for come first."""


def _sort(visitor: Visitor, name: str) -> Sort:
    sort = SORTS.get(name)
    if sort is None:
        raise HTTPException(404)
    if not visitor.may(sort.may):
        raise NotAllowed
    return sort


@router.get("")
async def overview(request: Request, visitor: Administering) -> Response:
    """The lists that the visitor may take out and bring in."""
    return _page(request, visitor)


def _page(
    request: Request, visitor: Visitor, *, status: int = 200, wrong: str | None = None, done: str = ""
) -> Response:
    mine = [one for one in SORTS.values() if visitor.may(one.may)]
    return page(request, "admin_transfer.html", visitor, status=status, wrong=wrong, sorts=mine, done=done)


@router.get("/{name}.csv")
async def export(hub: TheHub, visitor: Administering, name: str) -> Response:
    """The list as a file, of the visitor's own units; whose data is in it is logged."""
    sort = _sort(visitor, name)
    async with hub.database.read() as session:
        rows, seen = await sort.export(await known(hub, session, visitor), session)
    if seen:
        async with hub.database.write() as session:
            logins.log_reading(session, visitor.person.id, "exported", seen, hub.clock())
    day = hub.clock().astimezone(hub.zone).date()
    headers = {"content-disposition": f'attachment; filename="{sort.name}-{day}.csv"'}
    return Response(written(sort.columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{name}/try")
async def attempt(
    request: Request, hub: TheHub, visitor: Administering, name: str, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """What the file would do, row by row; nothing is changed."""
    sort = _sort(visitor, name)
    raw = await file.read(_LARGEST + 1) if file is not None else b""
    if len(raw) > _LARGEST:
        return _page(request, visitor, status=413, wrong=_("Filen er større enn 1 MB. Del den opp."))
    try:
        rows = read(raw, sort.needed, sort.also)
    except SheetError as why:
        return _page(request, visitor, status=422, wrong=_(str(why)))
    async with hub.database.read() as session:
        plan = planned(sort, await known(hub, session, visitor), rows)
    return _plan_page(request, visitor, sort, plan, written(tuple(rows[0].cells) if rows else sort.columns,
                      [tuple(one.cells.values()) for one in rows]).decode("utf-8-sig"))  # fmt: skip


def _plan_page(
    request: Request, visitor: Visitor, sort: Sort, plan: list[Planned], text: str, *, status: int = 200
) -> Response:
    wrong = [one for one in plan if one.wrong]
    shown = Paged(rows=[*wrong, *(one for one in plan if not one.wrong)][:_SHOWN], number=1, many=len(plan), path="")
    return page(
        request, "admin_transfer_plan.html", visitor, status=status, sort=sort, wrong=len(wrong), shown=shown,
        text=text, doing=sum(one.change is not None for one in plan),
    )  # fmt: skip


@router.post("/{name}/do")
async def carry_out(
    request: Request, hub: TheHub, visitor: Administering, name: str, text: Annotated[str, Form(max_length=_LARGEST)]
) -> Response:
    """The same file once more, tried anew and carried out: every row, or none."""
    sort = _sort(visitor, name)
    try:
        rows = read(text.encode(), sort.needed, sort.also)
    except SheetError as why:
        return _page(request, visitor, status=422, wrong=_(str(why)))
    out = Outcome()
    async with hub.database.write() as session:
        plan = planned(sort, await known(hub, session, visitor), rows)
        if any(one.wrong for one in plan):
            return _plan_page(request, visitor, sort, plan, text, status=409)
        for one in plan:
            if one.change is not None:
                await one.change(session, out)
        if out.wishes:
            await roster.add(hub, session, out.wishes, visitor.person.id)
        logins.log_reading(session, visitor.person.id, "imported", [*out.seen, (None, sort.name)], hub.clock())
    hub.wake.deliver.set()
    await tell_fold(hub, visitor, out.scopes, refitted=out.refitted)
    return _page(request, visitor, done=_("%(list)s er hentet inn.", list=_(sort.title)))
