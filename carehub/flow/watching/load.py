"""What alerts asked of people in a time: read for the page, the table in a file and the command line alike."""

import asyncio
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from carehub.core.answers.caseload import Caseload, Cases
from carehub.core.answers.local_hours import LocalHour, Shift, local_hours
from carehub.core.answers.summons import Night, Summons, by_hour, nights
from carehub.core.answers.usefulness import FALSE_CAUSES, Answers, Hour, Load, loads
from carehub.core.showing.wording import CAUSE_NB
from carehub.store import load
from carehub.store.database import Database, Session

SHIFT_NB: dict[Shift, str] = {Shift.DAY: "dag", Shift.EVENING: "kveld", Shift.NIGHT: "natt"}
_CAUSES = sorted(FALSE_CAUSES)
MOST = 20
"""So many devices and residents have a name, which is as many as the page shows; the file has them all, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The load of a time.

    Attributes:
        names: What staff call the "residents", "devices" and "people" that are named here, by id.
    """

    since: datetime
    until: datetime
    alerts: int
    rules: Sequence[Load]
    devices: Sequence[Load]
    residents: Sequence[Load]
    hours: Sequence[Hour]
    nights: Sequence[Night]
    answers: Sequence[Answers]
    names: Mapping[str, Mapping[str, str]]


async def report(
    database: Database, zone: ZoneInfo, since: datetime, until: datetime,
    covers: Callable[[str | None], bool] = lambda _: True, *, most: int | None = None,
) -> Report:  # fmt: skip
    """Everything that the page shows, of [since, until); residents only of units that are covered.

    Args:
        most: So many devices and residents, the heaviest; by default all of them.
    """
    of_hour = await asyncio.to_thread(local_hours, since, until, zone)
    # Side by side: each is tens of thousands of rows, which the database gathers while the other's are counted.
    (ids, cases, every), (summons, at_night) = await asyncio.gather(
        _cases(database, since, until, of_hour), _summons(database, since, until, of_hour)
    )

    def counted(units: Sequence[str | None]) -> dict[str, Any]:
        """In a thread: everybody else would wait for it."""
        return {
            "rules": every.by_rule(), "devices": every.by_device(most),
            "residents": every.by_resident(covers, most), "hours": every.hours(by_hour(summons)),
            "nights": nights(summons, units), "answers": every.answers(until),
        }  # fmt: skip

    whose = dict(zip(ids, cases.unit, strict=True))
    async with database.read() as session:
        whose |= await load.units(session, set(at_night).difference(whose))
        parts = await asyncio.to_thread(counted, [whose[one] for one in at_night])
        told = Report(since=since, until=until, alerts=len(ids), names={}, **parts)
        residents, devices = ({one.key for one in rows[:MOST]} for rows in (told.residents, told.devices))
        who, what = await load.names(session, residents, devices)
        staff = await load.people(session, {person for night in told.nights for person in night.woken})
    return replace(told, names={"residents": who, "devices": what, "people": staff})


_Hours = Sequence[tuple[datetime, LocalHour]]


async def _cases(
    database: Database, since: datetime, until: datetime, hours: _Hours
) -> tuple[Sequence[str], Cases, Caseload]:
    async with database.read() as session:
        ids, cases = await load.caseload(session, since, until)
    return ids, cases, await asyncio.to_thread(Caseload, cases, hours)


async def _summons(database: Database, since: datetime, until: datetime, hours: _Hours) -> tuple[Summons, list[str]]:
    async with database.read() as session:
        return await load.summons(session, since, until, hours)


async def by_rule(session: Session, zone: ZoneInfo, since: datetime, until: datetime) -> dict[str, Load]:
    """What each rule asked of people in [since, until), without all the rest of a report."""
    return {one.key: one for one in loads(await load.cases(session, since, until, zone), lambda case: case.rule, zone)}


def as_csv(report: Report, *, residents: bool) -> str:
    """The tables of rules, devices and (where they may be seen) residents, by id and never by name."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ["hva", "id", "varsler", "vurdert", "fulgt opp", "til nytte", "falske"]
        + [f"falske: {CAUSE_NB[cause].lower()}" for cause in _CAUSES]
        + list(SHIFT_NB.values())
    )
    parts = [("regel", report.rules), ("utstyr", report.devices)]
    for what, rows in [*parts, ("beboer", report.residents)] if residents else parts:
        writer.writerows(_cells(what, one) for one in rows)
    return file.getvalue()


def _cells(what: str, one: Load) -> Iterator[str | int]:
    yield from (what, one.key, one.alerts, one.useful.whole, one.acted_on.part, one.useful.part, one.false.part)
    yield from (one.false_by_cause.get(cause, 0) for cause in _CAUSES)
    yield from (one.by_shift.get(shift, 0) for shift in SHIFT_NB)
