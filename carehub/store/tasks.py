"""Tasks are asked for, done, and asked for again where what they were about has not been mended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, or_, select

from carehub.core.people.access import Role
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session

UNDO_FOR = timedelta(days=7)
"""So long what is done is listed, with its undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for.

    Attributes:
        kind: What sort of task ("basis-expired"); with `subject` it names the one task there may be.
        words: What to do, in bokmål, without a resident's name.
        link: Where it is done: a path of our own.
        again_after: One that was done is not asked for anew before this; then what it is about still holds.
    """

    kind: str
    subject: str
    words: str
    due_at: datetime
    role: Role = Role.COORDINATOR
    unit: str | None = None
    resident: str | None = None
    link: str | None = None
    again_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task as a list shows it."""

    task: tables.Task
    resident: tables.Resident | None
    unit: str | None
    done_by: str | None


async def ask(session: Session, wanted: Wanted, now: datetime) -> tables.Task | None:
    """Ask for a task, once: one that is open is brought up to date; None where it was done lately."""
    task = await _newest(session, wanted.kind, wanted.subject)
    if task is not None and task.done_at is not None and task.done_by_id and now - task.done_at < wanted.again_after:
        return None
    if task is None or task.done_at is not None:
        task = tables.Task(
            id=new_id(), kind=wanted.kind, subject=wanted.subject, words=wanted.words, role=wanted.role,
            asked_at=now, due_at=wanted.due_at,
        )  # fmt: skip
    task.words, task.role = wanted.words[:400], wanted.role
    task.due_at = min(task.due_at, wanted.due_at)  # to be asked again gives nobody more time
    task.unit_id, task.resident_id, task.link = wanted.unit, wanted.resident, wanted.link
    session.add(task)
    await session.flush()
    return task


async def _newest(session: Session, kind: str, subject: str) -> tables.Task | None:
    task = tables.Task
    about = select(task).where(task.kind == kind, task.subject == subject)
    open_first = (col(task.done_at).is_not(None), col(task.done_at).desc())
    return (await session.exec(about.order_by(*open_first).limit(1))).first()


async def waiting(session: Session, kinds: Collection[str]) -> set[tuple[str, str]]:
    """What is open of these kinds: kind and subject."""
    task = tables.Task
    statement = select(task.kind, task.subject).where(col(task.kind).in_(kinds), col(task.done_at).is_(None))
    return {(kind, subject) for kind, subject in (await session.exec(statement)).all()}


async def settle(session: Session, kind: str, subject: str, now: datetime) -> bool:
    """What it was about has been mended: an open task is over. False where there was none."""
    task = await _newest(session, kind, subject)
    if task is None or task.done_at is not None:
        return False
    task.done_at = now
    session.add(task)
    return True


async def do(session: Session, task_id: str, by: str, now: datetime) -> bool:
    """Somebody did it; False where it is not open."""
    task = await session.get(tables.Task, task_id, with_for_update=True)
    if task is None or task.done_at is not None:
        return False
    task.done_at, task.done_by_id = now, by
    session.add(task)
    return True


async def undo(session: Session, task_id: str) -> bool:
    """It was not done after all; False where it is open, or another of its kind is."""
    task = await session.get(tables.Task, task_id, with_for_update=True)
    if task is None or task.done_at is None:
        return False
    newest = await _newest(session, task.kind, task.subject)
    if newest is not None and newest.done_at is None:
        return False
    task.done_at = task.done_by_id = None
    session.add(task)
    return True


async def shown(session: Session, roles: Collection[Role], now: datetime) -> list[Line]:
    """Open ones, the most urgent first, and then what was done lately, the newest first."""
    task = tables.Task
    statement = (
        select(task, tables.Resident, tables.Unit.name, tables.Person.name)
        .join(tables.Resident, col(tables.Resident.id) == col(task.resident_id), isouter=True)
        .join(tables.Unit, col(tables.Unit.id) == col(task.unit_id), isouter=True)
        .join(tables.Person, col(tables.Person.id) == col(task.done_by_id), isouter=True)
        .where(col(task.role).in_(roles), or_(col(task.done_at).is_(None), col(task.done_at) > now - UNDO_FOR))
        .order_by(col(task.done_at).is_not(None), col(task.done_at).desc(), col(task.due_at), col(task.id))
        .limit(500)
    )
    return [
        Line(task=one, resident=resident, unit=unit, done_by=done_by)
        for one, resident, unit, done_by in (await session.exec(statement)).all()
    ]


async def how_many(session: Session, roles: Collection[Role]) -> int:
    """How many are open."""
    statement = select(func.count()).select_from(tables.Task).where(
        col(tables.Task.done_at).is_(None), col(tables.Task.role).in_(roles)
    )  # fmt: skip
    return (await session.exec(statement)).one()
