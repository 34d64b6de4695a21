"""Messages that could not be read: listed, read once more, or set aside."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.store import tables
from carehub.store.holding import holds
from carehub.store.tables.stream import Settled

LETTERS = 20
"""So many unreadable messages stand on a page: each is as long as it was."""
_Letter = tables.DeadLetter


async def listed(
    session: AsyncSession, words: str = "", number: int = 1
) -> tuple[Sequence[tuple[tables.DeadLetter, str | None]], int]:
    """The newest first, with who settled each, by pages of `LETTERS` from 1; and how many there are."""
    wanted = [holds(words, _Letter.topic, _Letter.error)] if words else []
    many = (await session.exec(select(func.count()).select_from(_Letter).where(*wanted))).one()
    statement = (
        select(_Letter, tables.Person.name)
        .join(tables.Person, col(tables.Person.id) == col(_Letter.settled_by_id), isouter=True)
        .where(*wanted).order_by(col(_Letter.at).desc(), col(_Letter.id).desc())
        .limit(LETTERS).offset((number - 1) * LETTERS)
    )  # fmt: skip
    return (await session.exec(statement)).all(), many


async def how_many(session: AsyncSession, since: datetime) -> int:
    """How many messages could not be read since then."""
    return await _count(session, col(_Letter.at) >= since)


async def waiting(session: AsyncSession, since: datetime) -> int:
    """How many of them nobody has looked at and settled."""
    return await _count(session, col(_Letter.at) >= since, col(_Letter.settled).is_(None))


async def _count(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    return (await session.exec(select(func.count()).select_from(_Letter).where(*conditions))).one()


async def settle(session: AsyncSession, letter_id: str, how: Settled, by: str, why: str, now: datetime) -> bool:
    """Somebody saw to it; False where it was read once more already. What was set aside may still be read."""
    letter = await session.get(_Letter, letter_id, with_for_update=True)
    if letter is None or letter.settled is Settled.READ:
        return False
    letter.settled, letter.settled_at, letter.settled_by_id, letter.settled_why = how, now, by, why
    session.add(letter)
    return True
