"""The register of legal bases: what each resident's functions rest on, and who says no."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import col, or_, select

from carehub.core.people.legal import Ground
from carehub.store import tables
from carehub.store.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the register with who wrote it."""

    row: tables.LegalBasis
    by: str | None


def ground_of(row: tables.LegalBasis) -> Ground:
    """A row as it is judged."""
    return Ground(
        id=row.id, resident=row.resident_id, function=row.function, basis=row.basis, since=row.since,
        until=row.until, objection=row.objection,
    )  # fmt: skip


async def grounds(session: Session, only: Collection[str] | None = None) -> list[Ground]:
    """Every row that nobody has ended, also those that have run out; of these residents, or of all."""
    row = tables.LegalBasis
    columns: tuple[Any, ...] = (row.id, row.resident_id, row.function, row.basis, row.since, row.until, row.objection)
    statement = core_select(*columns).where(col(row.ended_at).is_(None)).order_by(col(row.made_at), col(row.id))
    if only is not None:
        statement = statement.where(col(row.resident_id).in_(only))
    rows = (await (await session.connection()).execute(statement)).all()
    return [
        Ground(id=id_, resident=resident, function=function, basis=basis, since=since, until=until, objection=objection)
        for id_, resident, function, basis, since, until, objection in rows
    ]


async def of_resident(session: Session, resident: str) -> list[Line]:
    """All of a resident's rows, the newest first; ended ones too, for their history."""
    row = tables.LegalBasis
    statement = (
        select(row, tables.Person.name)
        .join(tables.Person, col(tables.Person.id) == col(row.made_by_id), isouter=True)
        .where(row.resident_id == resident)
        .order_by(col(row.made_at).desc(), col(row.id))
    )
    return [Line(row=one, by=by) for one, by in (await session.exec(statement)).all()]


async def no_longer(session: Session, now: datetime) -> Sequence[tables.LegalBasis]:
    """Objections that hold now, or will."""
    row = tables.LegalBasis
    statement = select(row).where(
        col(row.objection), col(row.ended_at).is_(None), or_(col(row.until).is_(None), col(row.until) > now)
    )
    return (await session.exec(statement)).all()
