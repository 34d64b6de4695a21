"""The roster: what people change in the plan, and the duties that follow from it in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from carehub.core.people.shifts import nights_between
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import shifts, tables
from carehub.store.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A shift that somebody wants in the plan (`core.shifts.Line`)."""

    unit: str
    person: str
    first_day: date
    starts: time
    ends: time
    every_weeks: int = 0
    last_day: date | None = None
    nights: int | None = None
    """How many midnights it passes; None for a shift of less than a day."""
    uid: str | None = None


async def renew(hub: Hub) -> int:
    """Write down the duties of the next fortnight; gives how many rows that changed."""
    async with hub.database.write() as session:
        changed = await shifts.rebuild(session, hub.zone, hub.clock())
    if changed:
        log.info("roster.renewed", rows=changed)
        hub.live.change()
    return changed


async def add(hub: Hub, session: Session, wishes: Sequence[Wish], by: str | None) -> list[tables.ShiftLine]:
    """Put shifts in the plan."""
    now = hub.clock()
    lines = [
        tables.ShiftLine(
            id=new_id(), unit_id=one.unit, person_id=one.person, first_day=one.first_day, last_day=one.last_day,
            every_weeks=one.every_weeks, starts=one.starts, ends=one.ends, uid=one.uid, created_at=now,
            nights=nights_between(one.starts, one.ends) if one.nights is None else one.nights, created_by_id=by,
        )
        for one in wishes
    ]  # fmt: skip
    session.add_all(lines)
    await _follow(hub, session)
    return lines


async def give(hub: Hub, session: Session, line_id: str, day: date, person_id: str | None, by: str) -> None:
    """One shift is another's, or nobody's; the owner of the line gets it back by the same way."""
    line = await session.get_one(tables.ShiftLine, line_id)
    await shifts.forget_change(session, line_id, day)
    if person_id != line.person_id:
        session.add(
            tables.ShiftChange(
                id=new_id(), line_id=line_id, day=day, person_id=person_id, created_at=hub.clock(), created_by_id=by
            )
        )
    await _follow(hub, session)


async def end(hub: Hub, session: Session, line_id: str, last_day: date | None) -> None:
    """The line comes for the last time on this day; None for until further notice."""
    (await session.get_one(tables.ShiftLine, line_id)).last_day = last_day
    await _follow(hub, session)


async def absent(
    hub: Hub, session: Session, person_id: str, since: datetime, until: datetime | None, by: str
) -> tables.Absence:
    """Somebody is not there: their shifts are nobody's until another has them."""
    absence = tables.Absence(
        id=new_id(), person_id=person_id, since=since, until=until, created_at=hub.clock(), created_by_id=by
    )
    session.add(absence)
    await _follow(hub, session)
    return absence


async def back(hub: Hub, session: Session, absence_id: str) -> None:
    """They are there after all, or again: what is left of the absence falls away."""
    absence = await session.get(tables.Absence, absence_id)
    if absence is None:
        return
    if absence.since < hub.clock():
        absence.until = hub.clock()
    else:
        await session.delete(absence)
    await _follow(hub, session)


async def _follow(hub: Hub, session: Session) -> None:
    await session.flush()
    await shifts.rebuild(session, hub.zone, hub.clock())
