"""People as other providers know them: by issuer and subject, never by a national id or an e-mail address."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session


async def find(session: Session, issuer: str, subject: str, now: datetime) -> tables.Person | None:
    """The active person who was linked to this; None for everybody else. Its use is noted."""
    known = await session.get(tables.PersonIdentity, (issuer, subject))
    person = await session.get(tables.Person, known.person_id) if known else None
    if known is None or person is None or not person.active:
        return None
    known.used_at = now
    return person


async def link(session: Session, row: tables.PersonIdentity) -> bool:
    """Let a provider vouch for a person from now on; False where it is somebody else's already."""
    known = await session.get(tables.PersonIdentity, (row.issuer, row.subject))
    if known is not None:
        return known.person_id == row.person_id
    session.add(row)
    await session.flush()
    return True


async def of_person(session: Session, person_id: str) -> list[tables.PersonIdentity]:
    """Who vouches for a person, oldest first."""
    one = tables.PersonIdentity
    return list((await session.exec(select(one).where(one.person_id == person_id).order_by(col(one.linked_at)))).all())


async def unlink(session: Session, person_id: str, issuer: str, subject: str) -> bool:
    """That provider vouches no more, and what it vouched for ends; False where there was nothing."""
    one, login = tables.PersonIdentity, tables.LoginSession
    mine = (col(one.person_id) == person_id, col(one.issuer) == issuer, col(one.subject) == subject)
    done = await session.exec(delete(one).where(*mine))
    await session.exec(delete(login).where(col(login.person_id) == person_id, col(login.issuer) == issuer))
    return bool(done.rowcount)
