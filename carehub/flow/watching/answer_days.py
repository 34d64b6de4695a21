"""Whole days of answer times, kept as sums of what cannot change any more: a year is then read in a breath.

What is read is always the truth of `alert`: of a day, what was left out of its sums is read as it is now, and a day
without sums, or with sums of another number of alerts than there are, is read alert by alert.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from carehub.core.answers.answer_times import Parts, packed, settled
from carehub.flow.hub import Hub
from carehub.flow.respond import UNDO_WITHIN
from carehub.kit.log import log
from carehub.store import answers
from carehub.store.answers import Kept
from carehub.store.database import Session

_DAY = timedelta(days=1)
_BACK = timedelta(days=366)
_SLICE = 31
"""So many days are written at once: nobody should wait long for the writer."""


async def sum_up(hub: Hub) -> int:
    """Keep the sums of days that are over; write anew what was not whole, or is not the truth. Gives how many."""
    now, zone = hub.clock(), hub.zone
    first, last = _local(now - _BACK, zone), _local(now, zone) - _DAY
    async with hub.database.read() as session:
        kept = await answers.kept(session, zone.key, first, last)
        slices = _sliced(list(_days(first, last)))
        missing = [day for some in slices for day in await _missing(session, zone, kept, some)]
    for some in _sliced(missing):
        async with hub.database.read() as session:
            found = await _all_summed(session, zone, some, now)
        async with hub.database.write() as session:
            await answers.keep(session, zone.key, found)
    log.info("answers.summed", days=len(missing))
    return len(missing)


async def _missing(session: Session, zone: ZoneInfo, kept: dict[date, Kept], days: Sequence[date]) -> list[date]:
    """Those whose sums are not there, not whole or not the truth; one question tells that all are as they should be."""
    whole = [day for day in days if day in kept and not kept[day].left_out]
    if len(whole) == len(days) and await _holds(session, zone, kept, days):
        return []
    return [day for day in days if day not in whole or not await _holds(session, zone, kept, [day])]


async def _all_summed(session: Session, zone: ZoneInfo, days: Sequence[date], now: datetime) -> dict[date, Kept]:
    """One question tells that there was nothing in all of them: a new hub has a whole year of such days."""
    if not await answers.many(session, _start(days[0], zone), _start(days[-1] + _DAY, zone)):
        return {day: Kept(alerts=0, left_out=[], parts={}) for day in days}
    return {day: await _summed(session, zone, day, now) for day in days}


async def _summed(session: Session, zone: ZoneInfo, day: date, now: datetime) -> Kept:
    since, until = _start(day, zone), _start(day + _DAY, zone)
    rest, moving = await answers.at_rest(session, since, until, now - UNDO_WITHIN)
    parts = packed(rest, zone).get(day, {})
    return Kept(alerts=await answers.many(session, since, until), left_out=moving, parts=parts)


async def days(session: Session, zone: ZoneInfo, since: datetime, now: datetime) -> list[tuple[date, Parts]]:
    """All alerts raised in [since, now) that are settled, by local day; a day may come in several parts."""
    first, today = _local(since, zone) + _DAY, _local(now, zone)
    kept = await answers.kept(session, zone.key, first, today - _DAY)
    found, left_out = list[tuple[date, Parts]](), list[str]()
    live = [(since, _start(first, zone)), (_start(today, zone), now)] if first <= today else [(since, now)]
    for is_kept, group in groupby(_days(first, today - _DAY), key=lambda day: day in kept):
        stretch = list(group)
        if is_kept and await _holds(session, zone, kept, stretch):
            found += [(day, kept[day].parts) for day in stretch]
            left_out += [one for day in stretch for one in kept[day].left_out]
        else:
            live.append((_start(stretch[0], zone), _start(stretch[-1] + _DAY, zone)))
    each = [one for start, end in live for one in await answers.answered(session, start, end)]
    each += await answers.these(session, left_out)
    return found + list(packed(settled(each, now), zone).items())


async def _holds(session: Session, zone: ZoneInfo, kept: dict[date, Kept], stretch: Sequence[date]) -> bool:
    """Whether the sums of days that follow each other are of as many alerts as there are."""
    there = await answers.many(session, _start(stretch[0], zone), _start(stretch[-1] + _DAY, zone))
    return there == sum(kept[day].alerts for day in stretch)


def _sliced(days: Sequence[date]) -> Iterator[Sequence[date]]:
    return (days[place : place + _SLICE] for place in range(0, len(days), _SLICE))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * number for number in range((last - first).days + 1))


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _local(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
