"""What ties people outside the staff to residents: read for one request, never kept over two."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select

from carehub.core.people.access import About
from carehub.core.people.consent import Consent
from carehub.store import sql, tables
from carehub.store.database import Session


def consent_of(relation: tables.Relation) -> Consent:
    """A relation as the value that decides."""
    return Consent(
        standing=relation.standing, insight=relation.insight, since=relation.since, until=relation.until
    )  # fmt: skip


async def to_resident(
    session: Session, person_id: str, resident_id: str, about: About, now: datetime
) -> tables.Resident | None:
    """The resident, if this person may read this of them now; None says nothing of whether there is such a one."""
    relation = tables.Relation
    rows = await session.exec(
        select(relation, tables.Resident)
        .join(tables.Resident, col(tables.Resident.id) == col(relation.resident_id))
        .where(relation.person_id == person_id, relation.resident_id == resident_id)
    )
    return next((resident for row, resident in rows.all() if consent_of(row).sees(about, now)), None)


async def residents_of(session: Session, person_id: str) -> frozenset[str]:
    """Whom somebody is or was tied to, whatever holds now."""
    relation = tables.Relation
    return frozenset((await session.exec(select(relation.resident_id).where(relation.person_id == person_id))).all())


async def people_of_others(session: Session, residents: Collection[str]) -> frozenset[str]:
    """Who is tied to residents, and to none of these."""
    who, whose = await sql.columns(session, "SELECT person_id, resident_id FROM relation", ("person_id", "resident_id"))
    return frozenset(who) - frozenset(one for one, resident in zip(who, whose, strict=True) if resident in residents)
