"""What became of everything: why an alert rose and who was told, what was held back, and what waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from carehub.core.rules.language import Rule
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.rulebooks import read_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stored event with the device that told it and where that was."""

    event: tables.Event
    device: tables.Device | None
    scope: tables.Scope | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A rule as it was, and how long that held.

    Attributes:
        rule: None where this release cannot read what an earlier one wrote.
    """

    row: tables.RuleVersion
    rule: Rule | None


async def told(session: Session, seqs: Collection[int]) -> dict[int, Told]:
    """These events, by number; one that is no longer stored is left out."""
    statement = (
        select(tables.Event, tables.Device, tables.Scope)
        .join(tables.Device, col(tables.Device.id) == col(tables.Event.device_id), isouter=True)
        .join(tables.Scope, col(tables.Scope.id) == col(tables.Event.scope_id), isouter=True)
        .where(col(tables.Event.seq).in_(seqs))
    )
    rows = (await session.exec(statement)).all()
    return {event.seq: Told(event=event, device=device, scope=scope) for event, device, scope in rows}


async def reports(session: Session, alert_id: str) -> Sequence[tables.AlertEvent]:
    """Each time that an alert was reported, with its trace, in order."""
    statement = select(tables.AlertEvent).where(tables.AlertEvent.alert_id == alert_id)
    return (await session.exec(statement.order_by(col(tables.AlertEvent.id)))).all()


async def versions(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Version]:
    """These versions of rules, by rule and content hash."""
    wanted = {rule for rule, _ in keys}
    rows = (await session.exec(select(tables.RuleVersion).where(col(tables.RuleVersion.rule_id).in_(wanted)))).all()
    return {
        (row.rule_id, row.version): Version(row=row, rule=read_body(row.body))
        for row in rows if (row.rule_id, row.version) in keys
    }  # fmt: skip


async def notices(session: Session, alert_id: str) -> list[tuple[tables.Notice, str | None]]:
    """Everybody who was told of an alert, in order, with the person's name; a tablet is nobody."""
    statement = (
        select(tables.Notice, tables.Person.name)
        .join(tables.Person, col(tables.Person.id) == col(tables.Notice.person_id), isouter=True)
        .where(tables.Notice.alert_id == alert_id)
        .order_by(col(tables.Notice.created_at), col(tables.Notice.id))
    )
    return [(notice, name) for notice, name in (await session.exec(statement)).all()]
