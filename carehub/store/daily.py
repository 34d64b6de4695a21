"""The residents' days in numbers: what models are trained on, written while the days pass."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, func, select

from carehub.contracts import Activity, DayTable
from carehub.core.days.dayrow import LAYOUT, Day, unpack
from carehub.core.days.features import Span
from carehub.core.folding.silence import Why
from carehub.store import sql, tables
from carehub.store.database import Database, Session
from carehub.store.history import IS_ACTIVITY, IS_ACTIVITY_SQL
from carehub.store.residencies import events_of, events_of_each

_KEEP = """
    INSERT INTO daily_feature (resident_id, day, layout, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (resident_id, day) DO UPDATE SET layout = excluded.layout, body = excluded.body
"""
_HEARD_AFTER = f"""
    SELECT seq, resident_id, at, kind, place FROM event
    WHERE seq > ? AND resident_id IS NOT NULL AND {IS_ACTIVITY_SQL} ORDER BY seq LIMIT ?
"""  # noqa: S608 - ours
_PAGE = 20_000
_select: Any = select  # more columns than its types know


async def keep(session: Session, rows: Iterable[tuple[str, date, bytes]]) -> None:
    """Write days down, in the place of what was known of them."""
    values = [(resident, day, LAYOUT, body) for resident, day, body in rows]
    if values:
        await sql.write(session, _KEEP, values)


async def days_of(session: Session, resident: str, since: date, until: date) -> list[Day]:
    """One resident's days from `since` to before `until`, as they are written down."""
    row = tables.DailyFeature
    statement = select(row.body).where(
        row.resident_id == resident, row.layout == LAYOUT, row.day >= since, row.day < until
    )
    return [unpack(body) for body in (await session.exec(statement.order_by(col(row.day)))).all()]


async def newest_day(session: Session) -> date | None:
    """The newest day that is written down."""
    found = select(func.max(tables.DailyFeature.day)).where(tables.DailyFeature.layout == LAYOUT)
    return (await session.exec(found)).one()


async def residents(session: Session, since: datetime) -> Sequence[str]:
    """Whose events there are since then."""
    heard = select(tables.Event.seq).where(events_of_each(), tables.Event.at >= since).exists()
    who = col(tables.Resident.id)
    return (await session.exec(select(who).where(heard).order_by(who))).all()


async def of(session: Session, resident: str, since: datetime, to_seq: int) -> list[Activity]:
    """One resident's activity since then, up to a place in the hub's order."""
    event = tables.Event
    statement = (
        select(event.at, event.kind, event.place)
        .where(events_of(resident), event.at >= since, event.seq <= to_seq, IS_ACTIVITY)
        .order_by(col(event.at), col(event.seq))
    )
    return [Activity(at=at, kind=kind, place=place) for at, kind, place in (await session.exec(statement)).all()]


async def heard_after(session: Session, seq: int, limit: int) -> Sequence[tuple[int, str, Activity]]:
    """What residents' sensors have told since a place in the hub's order, in that order."""
    rows = await sql.ask(session, _HEARD_AFTER, seq, limit)
    return [(seq, who, Activity(at=sql.moment(at), kind=kind, place=place)) for seq, who, at, kind, place in rows]


async def newest_seq(session: Session) -> int:
    """How far the hub's order has come."""
    return (await session.exec(select(func.coalesce(func.max(tables.Event.seq), 0)))).one()


async def away(session: Session, since: datetime) -> dict[str, list[Span]]:
    """When each resident was said to be away."""
    silence = tables.Silence
    statement = select(silence).where(silence.why == Why.AWAY, col(silence.resident_id).is_not(None))
    found: dict[str, list[Span]] = {}
    for one in (await session.exec(statement.where(silence.until >= since))).all():
        found.setdefault(one.resident_id or "", []).append((one.since, min(one.until, one.ended_at or one.until)))
    return found


async def table(database: Database, since: date, until: date) -> DayTable:
    """Everybody's days from `since` to before `until` as one table."""
    names: list[str] = []
    counts: list[int] = []
    days, values = bytearray(), bytearray()
    async for who, day, body in _rows(database, since, until):
        if not names or names[-1] != who:
            names.append(who)
            counts.append(0)
        counts[-1] += 1
        days += day.toordinal().to_bytes(4, "little")
        values += body
    return DayTable(residents=tuple(names), counts=tuple(counts), days=bytes(days), values=bytes(values))


async def _rows(database: Database, since: date, until: date) -> AsyncIterator[tuple[str, date, bytes]]:
    """Page by page: neither database keeps a reader for minutes."""
    row = tables.DailyFeature
    after = ("", since - timedelta(days=1))
    while True:
        later = (row.resident_id > after[0]) | ((row.resident_id == after[0]) & (row.day > after[1]))
        statement = (
            _select(row.resident_id, row.day, row.body)
            .where(row.layout == LAYOUT, row.day >= since, row.day < until, later)
            .order_by(col(row.resident_id), col(row.day))
            .limit(_PAGE)
        )
        async with database.read() as session:
            page = (await session.exec(statement)).all()
        for one in page:
            yield one
        if len(page) < _PAGE:
            return
        after = page[-1][0], page[-1][1]
