"""Rules as they were: every version that was ever in force stays readable."""

from datetime import datetime

from sqlmodel import col, select

from carehub.core.rules.language import content_hash
from carehub.core.rules.rulebook import Rulebook
from carehub.store import tables
from carehub.store.database import Session


async def note_versions(session: Session, rulebook: Rulebook, now: datetime) -> list[str]:
    """Keep each rule's present version, and close those that are no longer in force; gives what changed."""
    statement = select(tables.RuleVersion).where(col(tables.RuleVersion.deactivated_at).is_(None))
    active = {(row.rule_id, row.version): row for row in (await session.exec(statement)).all()}
    wanted = {(rule.id, content_hash(rule)): rule for rule in rulebook.rules.values() if rule.enabled}
    for key, row in active.items():
        if key not in wanted:
            row.deactivated_at = now
    changed = [key for key in wanted if key not in active]
    for key in changed:
        known = await session.get(tables.RuleVersion, key)
        if known is not None:
            known.activated_at, known.deactivated_at = now, None
        else:
            session.add(
                tables.RuleVersion(rule_id=key[0], version=key[1], body=wanted[key].model_dump_json(), activated_at=now)
            )
    return [rule for rule, _ in changed]
