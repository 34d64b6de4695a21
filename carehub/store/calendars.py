"""Calendar feeds and their secrets, and whom a calendar's e-mail addresses belong to."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func
from sqlmodel import col, select

from carehub.kit.ids import new_token
from carehub.store import tables
from carehub.store.database import Session


async def issue(
    session: Session, now: datetime, by: str, *, person_id: str | None = None, unit_id: str | None = None
) -> str:
    """A new secret, shown once; the one before is worth nothing from now on."""
    await revoke(session, person_id=person_id, unit_id=unit_id)
    token = new_token()
    session.add(
        tables.CalendarFeed(
            token_hash=_hash(token), person_id=person_id, unit_id=unit_id, created_at=now, created_by_id=by
        )
    )
    return token


async def revoke(session: Session, *, person_id: str | None = None, unit_id: str | None = None) -> None:
    """Whoever has the address sees nothing any more."""
    feed = tables.CalendarFeed
    mine = col(feed.person_id) == person_id if person_id else col(feed.unit_id) == unit_id
    await session.exec(delete(feed).where(mine))


async def has_feed(session: Session, *, person_id: str | None = None, unit_id: str | None = None) -> bool:
    """Whether there is an address that somebody may be reading."""
    feed = tables.CalendarFeed
    mine = col(feed.person_id) == person_id if person_id else col(feed.unit_id) == unit_id
    return (await session.exec(select(feed.token_hash).where(mine))).first() is not None


async def of_token(session: Session, token: str) -> tables.CalendarFeed | None:
    """The feed that this secret opens; a person who has left has none."""
    feed = await session.get(tables.CalendarFeed, _hash(token))
    if feed is None or feed.person_id is None:
        return feed
    person = await session.get(tables.Person, feed.person_id)
    return feed if person and person.active else None


async def of_unit(session: Session, unit_id: str, since: datetime, until: datetime) -> list[tuple[tables.Duty, str]]:
    """A unit's duties, each with the person's name."""
    duty, person = tables.Duty, tables.Person
    statement = (
        select(duty, person.name)
        .join(person, col(person.id) == col(duty.person_id))
        .where(duty.unit_id == unit_id, duty.until > since, duty.since < until)
        .order_by(col(duty.since), person.name)
    )
    return [(one, name) for one, name in (await session.exec(statement)).all()]


async def staff_by_address(session: Session) -> dict[str, str]:
    """E-mail address or user name, lower case, to the person."""
    person, method = tables.Person, tables.ContactMethod
    names = await session.exec(select(func.lower(person.username), person.id).where(person.active))
    mails = await session.exec(
        select(func.lower(method.address), person.id)
        .join(person, col(person.id) == col(method.person_id))
        .where(method.channel == "email", col(method.verified_at).is_not(None), person.active)
    )
    return {**dict(names.all()), **dict(mails.all())}


async def imported(session: Session, unit_id: str, source: str) -> Sequence[tables.ShiftLine]:
    """The lines that came from this calendar."""
    line = tables.ShiftLine
    mine = col(line.uid).startswith(f"{source}/", autoescape=True)
    return (await session.exec(select(line).where(line.unit_id == unit_id, mine))).all()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
