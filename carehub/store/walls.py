"""Screens on walls: each has a secret of its own that opens one unit's wall page, until it is taken down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from carehub.kit.ids import new_id, new_token
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.logins import hash_of

_SEEN_EVERY = timedelta(minutes=10)


def hang(session: Session, unit: str, by: str, now: datetime) -> str:
    """A new screen; gives its secret, of which only the hash is stored."""
    secret = new_token()
    session.add(tables.WallLink(id=new_id(), unit_id=unit, token_hash=hash_of(secret), made_at=now, made_by_id=by))
    return secret


async def of_secret(session: Session, secret: str | None) -> tables.WallLink | None:
    """The screen that this secret opens; None where it never did, or does no more."""
    if not secret:
        return None
    link = tables.WallLink
    statement = select(link).where(link.token_hash == hash_of(secret), col(link.ended_at).is_(None))
    return (await session.exec(statement)).first()


def is_worth_noting(link: tables.WallLink, now: datetime) -> bool:
    """Whether that it was seen should be written down again."""
    return link.seen_at is None or now - link.seen_at >= _SEEN_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """A screen on a wall as the coordinator sees it."""

    link: tables.WallLink
    unit: str
    made_by: str


async def hung(session: Session) -> Sequence[Hung]:
    """Those that open something, by unit."""
    link = tables.WallLink
    statement = (
        select(link, tables.Unit.name, tables.Person.name)
        .join(tables.Unit, col(tables.Unit.id) == col(link.unit_id))
        .join(tables.Person, col(tables.Person.id) == col(link.made_by_id))
        .where(col(link.ended_at).is_(None))
        .order_by(tables.Unit.name, col(link.made_at))
    )
    return [Hung(link=row, unit=unit, made_by=by) for row, unit, by in (await session.exec(statement)).all()]
