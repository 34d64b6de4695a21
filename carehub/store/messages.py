"""Messages between a resident's family, or the resident, and the care team: a thread for each, and who has read."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, update
from sqlmodel import col, func, select

from carehub.core.people.access import Sight
from carehub.kit.ids import new_id
from carehub.store import places, sql, tables
from carehub.store.database import Session
from carehub.store.registers import Named

_select: Any = select  # more columns than its types know
MOST = 200
_MOST_THREADS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message and who wrote it."""

    message: tables.CareMessage
    author: str


async def thread(session: Session, resident_id: str, person_id: str) -> list[Line]:
    """One person's messages about one resident, the oldest first; of very many the newest."""
    row, person = tables.CareMessage, tables.Person
    statement = (
        select(row, person.name)
        .join(person, col(person.id) == col(row.author_id))
        .where(row.resident_id == resident_id, row.person_id == person_id)
        .order_by(col(row.sent_at).desc(), col(row.id).desc())
        .limit(MOST)
    )
    return [Line(message=one, author=name) for one, name in reversed((await session.exec(statement)).all())]


async def write(  # noqa: PLR0913 - one message
    session: Session, resident_id: str, person_id: str, author_id: str, text: str, now: datetime, *, by_staff: bool
) -> tables.CareMessage:
    """Add a message to a thread."""
    row = tables.CareMessage(
        id=new_id(), resident_id=resident_id, person_id=person_id, author_id=author_id, by_staff=by_staff, text=text,
        sent_at=now,
    )  # fmt: skip
    session.add(row)
    return row


async def mark_read(session: Session, resident_id: str, person_id: str, now: datetime, *, by_staff: bool) -> bool:
    """Whoever opens the thread has read what the other side wrote; True where something was new."""
    row = tables.CareMessage
    statement = (
        update(row)
        .where(
            col(row.resident_id) == resident_id, col(row.person_id) == person_id, col(row.read_at).is_(None),
            col(row.by_staff).is_(not by_staff),
        )
        .values(read_at=now)
    )  # fmt: skip
    return (await session.exec(statement)).rowcount > 0


async def unread_by(session: Session, person_id: str) -> dict[str, int]:
    """How many messages from the care team this person has not seen, by resident."""
    row = tables.CareMessage
    statement = (
        select(row.resident_id, func.count())
        .where(row.person_id == person_id, col(row.by_staff), col(row.read_at).is_(None))
        .group_by(row.resident_id)
    )
    return dict((await session.exec(statement)).all())


class Writer(NamedTuple):
    """Who has written, as a list names them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread in the care team's list."""

    resident: Named
    person: Writer
    unit: str | None
    last_at: datetime
    unread: int


async def threads(session: Session, sight: Sight, now: datetime) -> list[Thread]:
    """Threads about residents whom this sight covers; those with something unread first, then the newest."""
    row = tables.CareMessage
    fresh = func.sum(case((col(row.by_staff).is_(False) & col(row.read_at).is_(None), 1), else_=0))
    grouped = (
        _select(row.resident_id, row.person_id, func.max(row.sent_at), fresh)
        .group_by(row.resident_id, row.person_id)
        .order_by(case((fresh > 0, 0), else_=1), func.max(row.sent_at).desc())
    )
    written = (await session.exec(grouped)).all()
    live_in = await places.units_of_residents(session, now)
    every = [one for one in written if sight.covers(live_in.get(one[0]))]
    rows = every[:_MOST_THREADS]
    who, by = {one[0] for one in rows}, {one[1] for one in rows}
    whose = {one[0]: Named(*one) for one in await sql.ask(session, _RESIDENTS, who)}
    writers = {one[0]: Writer(*one) for one in await sql.ask(session, _WRITERS, by)}
    return [
        Thread(
            resident=whose[about], person=writers[writer], unit=live_in.get(about), last_at=last, unread=int(new or 0)
        )
        for about, writer, last, new in rows
    ]


_RESIDENTS = "SELECT id, given_name, family_name FROM resident WHERE id = ANY (?)"
_WRITERS = "SELECT id, name FROM person WHERE id = ANY (?)"


async def waiting(session: Session, now: datetime) -> dict[str | None, int]:
    """How many threads wait for the care team, by the unit that looks after whom they are about."""
    row = tables.CareMessage
    unread = select(row.resident_id).where(col(row.by_staff).is_(False), col(row.read_at).is_(None))
    about = (await session.exec(unread.group_by(row.resident_id, row.person_id))).all()
    live_in = await places.units_of_residents(session, now) if about else {}  # a long list, and every board asks
    return Counter(live_in.get(one) for one in about)
