"""What needs somebody who coordinates, today: one number each, and each cheap to ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select as columns
from sqlmodel import col, func, select

from carehub.core.people.basis import Basis
from carehub.core.people.coverage import Horizon
from carehub.core.people.legal import Function
from carehub.core.rules.rule_drafts import DraftState
from carehub.store import load, staffing, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

REVIEW_WITHIN = timedelta(days=30)
_NIGHT = timedelta(hours=24)
Covers = Callable[[str | None], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A legal basis that must be looked at again, and when."""

    id: str
    resident_id: str
    name: str
    """Family name first."""
    function: Function
    basis: Basis
    reference: str
    until: datetime
    unit_id: str | None
    unit: str | None


async def uncovered(session: Session, now: datetime, covers: Covers) -> dict[Horizon, int]:
    """Minutes in which nobody can be reached, of the units that are covered, for each horizon."""
    found = dict.fromkeys(Horizon, 0)
    for unit, horizons in (await staffing.gaps_ahead(session, now)).items():
        for horizon, gaps in horizons.items() if covers(unit) else ():
            found[horizon] += sum(round((gap.until - gap.since) / timedelta(minutes=1)) for gap in gaps)
    return found


async def reviews(session: Session, before: datetime, covers: Covers) -> list[Review]:
    """Legal bases that end before then and nobody has ended, the first first; of residents who live with us."""
    row, lives, scope, unit = tables.LegalBasis, tables.Residency, tables.Scope, tables.Unit
    who = tables.Resident
    statement = (
        columns(
            col(row.id),
            col(who.id),
            col(who.family_name),
            col(who.given_name),
            col(row.function),
            col(row.basis),
            col(row.reference),
            col(row.until),
            col(unit.id),
            col(unit.name),
        )
        .join(who, col(who.id) == col(row.resident_id))
        .join(lives, (col(lives.resident_id) == col(row.resident_id)) & col(lives.until).is_(None))
        .join(scope, col(scope.id) == col(lives.scope_id))
        .join(unit, col(unit.id) == col(scope.unit_id), isouter=True)
        .where(col(row.ended_at).is_(None), col(row.until) < before, ~col(row.objection))
        .order_by(col(row.until), col(row.id))
    )
    found = await (await session.connection()).execute(statement)
    return [
        Review(
            id=key,
            resident_id=who_id,
            name=f"{family}, {given}",
            function=function,
            basis=basis,
            reference=reference,
            until=until,
            unit_id=unit_id,
            unit=name,
        )
        for key, who_id, family, given, function, basis, reference, until, unit_id, name in found.all()
        if covers(unit_id) and until is not None
    ]


async def most_asked(session: Session, now: datetime, covers: Covers) -> int:
    """How many messages the one who got most of them got in the last day and night; nobody is named."""
    counts: dict[str, int] = {}
    for person, unit, many in await load.asked(session, now - _NIGHT, now):
        if covers(unit):
            counts[person] = counts.get(person, 0) + many
    return max(counts.values(), default=0)


async def drafts_to_agree(session: Session, person_id: str) -> int:
    """Drafts of rules that wait for a second person, and that this one has not written."""
    row = tables.RuleDraft
    others = (col(row.made_by_id) != person_id) & (col(row.changed_by_id) != person_id)
    statement = select(func.count()).select_from(row).where(row.state == DraftState.WAITING, others)
    return (await session.exec(statement)).one()


async def oldest_unsent(session: Session) -> datetime | None:
    """Since when the message has waited that has waited longest to be handed to a channel."""
    row = tables.Notice
    waiting: Sequence[NoticeState] = (NoticeState.WAITING, NoticeState.SENDING)
    return (await session.exec(select(func.min(row.not_before)).where(col(row.state).in_(waiting)))).one()


async def overdue_tasks(session: Session, roles: Sequence[str], now: datetime) -> int:
    """Tasks whose time is over."""
    row = tables.Task
    late = (col(row.done_at).is_(None), col(row.role).in_(roles), row.due_at < now)
    return (await session.exec(select(func.count()).select_from(row).where(*late))).one()
