"""The register of legal bases: what each resident's functions rest on, and who says no."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel import col, or_, select

from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function, Ground
from carehub.store import sql, tables
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
    told = ("id", "resident_id", "function", "basis", "since", "until", "objection")
    asked, values = (_GROUNDS, ()) if only is None else (_GROUNDS_OF, (tuple(only),))
    columns = await sql.columns(session, f"{asked} ORDER BY made_at, id", told, *values)
    return [
        Ground(
            id=one, resident=resident, function=_FUNCTIONS[function], basis=_BASES[basis], since=sql.moment(since),
            until=None if until is None else sql.moment(until), objection=bool(objection),
        )
        for one, resident, function, basis, since, until, objection in zip(*columns, strict=True)
    ]  # fmt: skip


class Sort(NamedTuple):
    """What decides which rules a ground lets judge, as it is stored: of two thousand grounds there are a few sorts."""

    function: str
    basis: str
    objection: bool
    begun: bool
    over: bool

    def ground(self, now: datetime) -> Ground:
        """Any ground of this sort."""
        return Ground(
            id="", resident="", function=_FUNCTIONS[self.function], basis=_BASES[self.basis],
            since=now if self.begun else datetime.max.replace(tzinfo=UTC), until=now if self.over else None,
            objection=self.objection,
        )  # fmt: skip


async def sorts(session: Session, now: datetime, only: Collection[str] | None = None) -> dict[str, frozenset[Sort]]:
    """By resident: the same rows as `grounds`, as they stand now. Who has but one of a sort shares its set."""
    told, at = ("resident_id", "function", "basis", "since", "until", "objection"), sql.moments_of(session)(now)
    asked, values = (_SORTS, ()) if only is None else (_SORTS_OF, (tuple(only),))
    found: dict[str, frozenset[Sort]] = {}
    alone: dict[tuple[str, str, bool, bool, bool], frozenset[Sort]] = {}
    for resident, function, basis, since, until, objection in zip(
        *await sql.columns(session, asked, told, *values), strict=True
    ):
        sort = (function, basis, bool(objection), since <= at, until is not None and until <= at)
        one = alone.get(sort)
        if one is None:
            one = alone[sort] = frozenset((Sort(*sort),))
        before = found.get(resident)
        found[resident] = one if before is None else before | one
    return found


_SORTS = "SELECT resident_id, function, basis, since, until, objection FROM legal_basis WHERE ended_at IS NULL"
_GROUNDS = _SORTS.replace("SELECT", "SELECT id,")
_SORTS_OF, _GROUNDS_OF = (f"{asked} AND resident_id = ANY (?)" for asked in (_SORTS, _GROUNDS))
_FUNCTIONS, _BASES = {one.value: one for one in Function}, {one.value: one for one in Basis}


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
