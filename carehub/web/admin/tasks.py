"""Administration of tasks: what somebody should look at in working hours."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.access import Permission, Role
from carehub.flow.hub import Hub
from carehub.flow.watching.worn import KIND
from carehub.store import logins, registers, tables, tasks
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import Near, near
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin/tasks")


def roles_of(visitor: Visitor) -> list[Role]:
    """Whose tasks somebody sees: a technician their own, whoever coordinates everybody's."""
    return list(Role) if visitor.may(Permission.SEE_RESIDENTS) else [visitor.person.role]


@router.get("")
async def listed(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """What is open, and what was done lately."""
    return await _listed(request, hub, visitor)


async def _listed(request: Request, hub: Hub, visitor: Visitor, wrong: str = "") -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        close = await near(session, visitor, now)
        lines = [one for one in await tasks.shown(session, roles_of(visitor), now) if _opens(close, visitor, one.task)]
        worn = [one.task.subject for one in lines if one.task.kind == KIND]
        devices = {row.device.id: row for row in await registers.devices_of(session, worn)}
    may_see = visitor.may(Permission.SEE_RESIDENTS)
    if may_see and any(line.resident for line in lines):
        async with hub.database.write() as session:
            seen: list[tuple[str | None, str]] = [
                (line.resident.id, f"task:{line.task.id}") for line in lines if line.resident
            ]
            await logins.log_list(session, visitor.person.id, "tasks", seen, now)
    return page(
        request, "admin_tasks.html", visitor, status=409 if wrong else 200, may_see=may_see, wrong=wrong,
        devices=devices,
        open_tasks=[line for line in lines if line.task.done_at is None],
        over=[line for line in lines if line.task.done_at is not None],
    )  # fmt: skip


def _opens(close: Near, visitor: Visitor, task: tables.Task) -> bool:
    """Whether a task is the visitor's: of their units, and about a resident whom they may see."""
    if not visitor.may(Permission.SEE_RESIDENTS):
        return True  # a technician's own, which show no resident
    return close.sight.covers(task.unit_id) and close.sees(task.resident_id)


_ACTS = {"done", "undo"}


@router.post("/{task_id}/{act}")
async def change(request: Request, hub: TheHub, visitor: Administering, task_id: str, act: str) -> Response:
    """It is done, or it was not after all. What somebody else did meanwhile stands."""
    if act not in _ACTS:
        raise HTTPException(404)
    now = hub.clock()
    async with hub.database.write() as session:
        task = await session.get(tables.Task, task_id)
        if task is None:
            raise HTTPException(404)
        if task.role not in roles_of(visitor) or not _opens(await near(session, visitor, now), visitor, task):
            raise NotAllowed
        by = visitor.person.id
        changed = await (tasks.do(session, task_id, by, now) if act == "done" else tasks.undo(session, task_id))
        if changed:
            logins.log_reading(session, by, f"task.{act}", [(task.resident_id, f"task:{task_id}")], now)
            return onwards(hub, "/admin/tasks")
        await session.refresh(task)
        done_by = await session.get(tables.Person, task.done_by_id) if task.done_by_id else None
    return await _listed(request, hub, visitor, _meanwhile(act, task, done_by))


def _meanwhile(act: str, task: tables.Task, done_by: tables.Person | None) -> str:
    """What became of it before this press."""
    if task.done_at is None:
        return _("Den er alt åpnet igjen.")
    if act == "undo":
        return _("Det samme er bedt om på nytt, og står øverst.")
    return _("%(name)s har alt meldt den som gjort.", name=done_by.name) if done_by else _("Den trengs ikke lenger.")
