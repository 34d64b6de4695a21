"""How soon alerts were answered: as few columns of each as the figures need, and whole days that are kept as sums."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import compress
from math import inf
from typing import Any

import msgspec
from sqlmodel import col, delete

from carehub.core.answers.answer_times import Answered, Packed
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.store import sql, tables
from carehub.store.database import Session

# Plain SQL goes past the one place that hides the canary (`unseen`), so each question names it.
_ALERTS = """
    SELECT raised_at, unit_id, severity,
        COALESCE(taken_at, arrived_at, CASE WHEN closed_by_id IS NULL THEN NULL ELSE closed_at END) AS taken,
        arrived_at, id, CASE WHEN status = 'closed' THEN closed_at ELSE NULL END AS closed
    FROM alert
    WHERE {which} AND severity >= ? AND scope_id <> ? AND kind <> 'test-alarm' AND rule_id NOT IN ('follow-up', 'help')
    ORDER BY raised_at
"""
_RAISED = _ALERTS.format(which="raised_at >= ? AND raised_at < ?")
_THESE = _ALERTS.format(which="id = ANY (?)")
_MANY = """
    SELECT (SELECT count(*) FROM alert WHERE raised_at >= ? AND raised_at < ?)
        - (SELECT count(*) FROM alert WHERE scope_id = ? AND raised_at >= ? AND raised_at < ?)
"""  # not `scope_id <> ?`: that reads every row, and a year took 60 ms instead of 4
_KEPT = "SELECT day, body FROM answer_day WHERE zone = ? AND day >= ? AND day <= ?"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A day's sums.

    Attributes:
        alerts: How many there were on that day, of any kind.
        left_out: Those that could still change, by id: they are read as they are.
    """

    alerts: int
    left_out: list[str]
    parts: dict[str, Packed]


async def answered(session: Session, since: datetime, until: datetime) -> list[Answered]:
    """Alerts raised in [since, until); no notices, which nobody hurries to, no tests, and none that people made.

    Taken by whoever came in the end: one that was given back and taken again counts from its last taker, which is
    never sooner than it was. Closed by a person without more counts as taken then.
    """
    return _told(await sql.ask(session, _RAISED, since, until, Severity.MODERATE.value, CANARY))


async def these(session: Session, ids: Sequence[str]) -> list[Answered]:
    """The same of these alerts."""
    return _told(await sql.ask(session, _THESE, ids, Severity.MODERATE.value, CANARY)) if ids else []


async def at_rest(
    session: Session, since: datetime, until: datetime, closed_before: datetime
) -> tuple[list[Answered], list[str]]:
    """Those raised in [since, until) that cannot change any more, and the ids of the others."""
    rows = await sql.ask(
        session, _RAISED, since, until, Severity.NOT_REPORTED.value, CANARY
    )  # what is open may be raised yet
    rest = [bool(row[6]) and sql.moment(row[6]) <= closed_before for row in rows]
    moving = [str(row[5]) for row, rests in zip(rows, rest, strict=True) if not rests]
    return [one for one in _told(list(compress(rows, rest))) if one.severity >= Severity.MODERATE], moving


def _told(rows: sql.Rows) -> list[Answered]:
    return [
        Answered(
            (start := _bare(at)).replace(tzinfo=UTC),
            unit,
            _SEVERITIES[int(severity)],
            _since(start, taken),
            _since(start, there) if there else None,
        )
        for at, unit, severity, taken, there, *_ in rows
    ]


_SEVERITIES = {int(one): one for one in Severity}


def _since(start: datetime, then: Any) -> float:
    return inf if then is None else max(0.0, (_bare(then) - start).total_seconds())


def _bare(value: Any) -> datetime:
    """`sql.moment` without giving SQLite's text its zone, which is half the cost: all moments of one answer are UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


async def many(session: Session, since: datetime, until: datetime) -> int:
    """How many alerts of any kind were raised in [since, until)."""
    return int((await sql.ask(session, _MANY, since, until, CANARY, since, until))[0][0])


async def kept(session: Session, zone: str, first: date, last: date) -> dict[date, Kept]:
    """The sums of days in [first, last] of this zone."""
    rows = await sql.ask(session, _KEPT, zone, first, last)
    return {sql.day(day): _BODY.decode(body) for day, body in rows}


_BODY = msgspec.msgpack.Decoder(Kept)


async def keep(session: Session, zone: str, days: Mapping[date, Kept]) -> None:
    """Write these sums, in place of any that were kept of the same days; those of another zone go."""
    row = tables.AnswerDay
    await session.exec(delete(row).where((col(row.zone) != zone) | col(row.day).in_(days)))
    session.add_all([
        row(zone=zone, day=day, body=msgspec.msgpack.encode(one)) for day, one in days.items()
    ])  # fmt: skip
