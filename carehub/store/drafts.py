"""Drafts of rules: which wait, which are in force, and who did what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from carehub.core.rules.rule_drafts import DraftState
from carehub.store import tables
from carehub.store.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A draft with the names of who wrote it and who agreed."""

    row: tables.RuleDraft
    made_by: str | None
    approved_by: str | None


async def lines(session: Session, rule: str | None = None) -> list[Line]:
    """Drafts of a rule, or all; the newest first."""
    row = tables.RuleDraft
    statement = select(row).order_by(col(row.changed_at).desc(), col(row.id)).limit(200)
    if rule is not None:
        statement = statement.where(row.rule_id == rule)
    rows = (await session.exec(statement)).all()
    people = {one for row_ in rows for one in (row_.made_by_id, row_.approved_by_id) if one}
    found = select(tables.Person.id, tables.Person.name).where(col(tables.Person.id).in_(people))
    names = dict((await session.exec(found)).all())
    return [
        Line(row=one, made_by=names.get(one.made_by_id or ""), approved_by=names.get(one.approved_by_id or ""))
        for one in rows
    ]


async def active(session: Session) -> Sequence[tables.RuleDraft]:
    """Those that stand above the files, the newest of each rule last."""
    row = tables.RuleDraft
    statement = select(row).where(row.state == DraftState.ACTIVE).order_by(col(row.approved_at), col(row.id))
    return (await session.exec(statement)).all()
