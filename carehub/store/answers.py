"""How soon alerts were answered: as few columns of each as the figures need, so that a year is read in a breath."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from typing import Any

from carehub.core.answers.answer_times import Answered
from carehub.core.severity import Severity
from carehub.store import sql
from carehub.store.database import Session

_ALERTS = """
    SELECT raised_at, unit_id, severity,
        COALESCE(taken_at, arrived_at, CASE WHEN closed_by_id IS NULL THEN NULL ELSE closed_at END) AS taken, arrived_at
    FROM alert
    WHERE raised_at >= ? AND raised_at < ? AND kind <> 'test-alarm' AND rule_id NOT IN ('follow-up', 'help')
    ORDER BY raised_at
"""


async def answered(
    session: Session, since: datetime, until: datetime, covers: Callable[[str | None], bool]
) -> list[Answered]:
    """Alerts raised in [since, until) in units that are covered; no tests, and none that people made themselves.

    Taken by whoever came in the end: one that was given back and taken again counts from its last taker, which is
    never sooner than it was. Closed by a person without more counts as taken then.
    """
    rows = await sql.ask(session, _ALERTS, since, until)
    return [
        Answered(
            (start := _bare(at)).replace(tzinfo=UTC),
            unit,
            _SEVERITIES[int(severity)],
            _since(start, taken),
            _since(start, there) if there else None,
        )
        for at, unit, severity, taken, there in rows
        if covers(unit)
    ]


_SEVERITIES = {int(one): one for one in Severity}


def _since(start: datetime, then: Any) -> float:
    return inf if then is None else max(0.0, (_bare(then) - start).total_seconds())


def _bare(value: Any) -> datetime:
    """`sql.moment` without giving SQLite's text its zone, which is half the cost: all moments of one answer are UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
