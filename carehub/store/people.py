"""Questions about people with a login."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from carehub.core.access import Role
from carehub.store import tables
from carehub.store.database import Session


async def administrators(session: Session) -> int:
    """How many can log in and administer."""
    statement = select(func.count()).where(
        tables.Person.role == Role.ADMINISTRATOR,
        tables.Person.active,
        col(tables.Person.password_hash).is_not(None),
    )
    return (await session.exec(statement)).one()


async def by_username(session: Session, username: str) -> tables.Person | None:
    """Whoever logs in with this name."""
    return (await session.exec(select(tables.Person).where(tables.Person.username == username))).first()


async def everybody(session: Session) -> Sequence[tables.Person]:
    """All people, by username."""
    return (await session.exec(select(tables.Person).order_by(tables.Person.username))).all()
