"""Decisions about rules: which there are, for whom, and what the folds have heard of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, true
from sqlmodel import col, or_, select

from carehub.core.events import Command, CommandKind, Tick
from carehub.core.rules.overrides import Level, Number, Override
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.residencies import lives_now

Residents = Mapping[str, Sequence[str]]
"""By scope: who lives there now."""

_decode = msgspec.json.Decoder(tuple[Override, ...]).decode
_values = msgspec.json.Decoder(dict[str, Number]).decode


def values_of(body: str) -> dict[str, Number]:
    """What a row has kept, by path."""
    return _values(body)


def stored(values: Mapping[str, Number]) -> str:
    """Values as a row keeps them."""
    return msgspec.json.encode(dict(values)).decode()


async def note_told(session: Session, given: Sequence[Tick | Command]) -> None:
    """What these commands told the folds, in the transaction in which they did."""
    for one in given:
        if isinstance(one, Command) and one.kind is CommandKind.TUNED:
            body = msgspec.json.encode(one.overrides).decode()
            await session.merge(tables.ScopeTuning(scope_id=one.scope, body=body))


async def told(session: Session) -> dict[str, tuple[Override, ...]]:
    """What the fold of each scope heard last."""
    return {row.scope_id: _decode(row.body) for row in (await session.exec(select(tables.ScopeTuning))).all()}


async def standing(session: Session, now: datetime) -> Sequence[tables.RuleOverride]:
    """Decisions that hold, or will."""
    row = tables.RuleOverride
    statement = select(row).where(col(row.ended_at).is_(None), or_(col(row.until).is_(None), col(row.until) > now))
    return (await session.exec(statement.order_by(col(row.made_at), col(row.id)))).all()


async def living(session: Session, now: datetime, only: Collection[str] | None = None) -> dict[str, list[str]]:
    """By scope: who lives there now; of these residents, or of all."""
    asked, values = (_LIVING, ()) if only is None else (_LIVING_OF, (tuple(only),))
    found: dict[str, list[str]] = {}
    for scope, who in zip(
        *await sql.columns(session, asked, ("scope_id", "resident_id"), now, now, *values), strict=True
    ):
        found.setdefault(scope, []).append(who)
    return found


_LIVING = "SELECT scope_id, resident_id FROM residency WHERE since <= ? AND (until IS NULL OR until > ?)"
_LIVING_OF = f"{_LIVING} AND resident_id = ANY (?)"


async def scopes_by_unit(session: Session) -> dict[str, list[str]]:
    """By unit: its homes and rooms."""
    found: dict[str, list[str]] = {}
    for scope, unit in (await session.exec(select(tables.Scope.id, tables.Scope.unit_id))).all():
        if unit is not None:
            found.setdefault(unit, []).append(scope)
    return found


def override_of(row: tables.RuleOverride, *, shared: bool = False) -> Override:
    """A decision as the fold of one scope is told it.

    Args:
        shared: Others live there too: then it is switched off for this one alone.
    """
    return Override(
        id=row.id, rule=row.rule_id, level=Level.RESIDENT if row.resident_id else Level.UNIT,
        whom=row.resident_id or row.unit_id or "", since=row.since, until=row.until,
        values=tuple(sorted(values_of(row.body).items())), off=row.off,
        resident=row.resident_id if shared and row.off else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A decision with the names that its ids stand for."""

    row: tables.RuleOverride
    resident: tables.Resident | None
    unit: str | None
    by: str | None

    @property
    def values(self) -> dict[str, Number]:
        """What it gives, by path."""
        return values_of(self.row.body)

    @property
    def was(self) -> dict[str, Number]:
        """What the rulebook said there, when it was decided."""
        return values_of(self.row.was)


async def lines(
    session: Session, *, rule: str | None = None, resident: str | None = None, ids: Sequence[str] | None = None
) -> list[Line]:
    """Decisions about a rule, of a resident, or these; the newest first."""
    row = tables.RuleOverride
    statement = (
        select(row, tables.Resident, tables.Unit.name, tables.Person.name)
        .join(tables.Resident, col(tables.Resident.id) == col(row.resident_id), isouter=True)
        .join(tables.Unit, col(tables.Unit.id) == col(row.unit_id), isouter=True)
        .join(tables.Person, col(tables.Person.id) == col(row.made_by_id), isouter=True)
        .order_by(col(row.made_at).desc(), col(row.id))
        .limit(1000)
    )
    if rule is not None:
        statement = statement.where(row.rule_id == rule)
    if resident is not None:
        statement = statement.where(row.resident_id == resident)
    if ids is not None:
        statement = statement.where(col(row.id).in_(ids))
    return [
        Line(row=one, resident=who, unit=unit, by=by) for one, who, unit, by in (await session.exec(statement)).all()
    ]


_DECIDED = select(tables.RuleOverride.resident_id, tables.RuleOverride.rule_id).where(
    tables.RuleOverride.off == true(),
    col(tables.RuleOverride.ended_at).is_(None),
    tables.RuleOverride.since <= bindparam("now"),
    or_(col(tables.RuleOverride.until).is_(None), col(tables.RuleOverride.until) > bindparam("now")),
)
_OBJECTED = select(tables.LegalBasis.resident_id).where(
    col(tables.LegalBasis.objection),
    col(tables.LegalBasis.ended_at).is_(None),
    tables.LegalBasis.since <= bindparam("now"),
    or_(col(tables.LegalBasis.until).is_(None), col(tables.LegalBasis.until) > bindparam("now")),
)
"""Built once: each board asks both at each turn."""


async def off_for_residents(session: Session, now: datetime) -> list[tuple[tables.Resident, tables.Scope, str | None]]:
    """For whom a rule was switched off, where they live, and which; None for what the resident has said no to."""
    lives, at = tables.Residency, {"now": now}
    off: list[tuple[str | None, str | None]] = [
        (who, rule) for who, rule in (await session.exec(_DECIDED, params=at)).all()
    ]
    off += [(who, None) for who in (await session.exec(_OBJECTED, params=at)).all()]
    if not off:
        return []
    homes = (
        select(tables.Resident, tables.Scope)
        .join(lives, col(lives.resident_id) == col(tables.Resident.id))
        .join(tables.Scope, col(tables.Scope.id) == col(lives.scope_id))
        .where(col(tables.Resident.id).in_({who for who, _ in off}), lives_now(now))
    )
    at_home = {resident.id: (resident, scope) for resident, scope in (await session.exec(homes)).all()}
    return [(*at_home[who], rule) for who, rule in off if who in at_home]
