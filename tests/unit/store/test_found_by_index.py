"""What the pages of a ward ask at every turn reads no whole table of a municipality (SQLite)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from carehub.store import alerts, blindness, handover, load, pages, readings
from carehub.store.database import Database, Session
from tests.journeys.building import NIGHT

Asking = Callable[[Session], Awaitable[object]]
_ASKED: dict[str, Asking] = {
    "closed lately": lambda session: pages.closed_since(session, NIGHT),
    "silent": pages.silent_places,
    "blind": blindness.told,
    "due": lambda session: alerts.anything_due(session, NIGHT),
    "worn": lambda session: handover.worn(session, "sol", NIGHT),
}
_TIME = readings.Wanted(since=NIGHT - timedelta(days=90), until=NIGHT, most=200)
_LARGE = {"alert", "notice", "device", "assignment", "event"}


@pytest.mark.parametrize("what", _ASKED)
async def test_what_pages_ask_at_every_turn_is_found_by_an_index(sqlite_url: str, what: str) -> None:
    plan = await _plan(sqlite_url, _ASKED[what])

    assert not [step for step in plan if step.startswith("SCAN ") and step.split()[1] in _LARGE], plan
    assert not [step for step in plan if step.endswith("ix_alert_status_due_at (status=?)")], "every alert of all years"


async def test_of_months_of_looks_only_the_page_that_is_shown_is_read(sqlite_url: str) -> None:
    plan = await _plan(sqlite_url, lambda session: readings.everything(session, _TIME))

    assert plan[0].startswith("SEARCH access_log USING INDEX ix_access_log_at"), plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, "all of them would be sorted"


async def test_who_looked_in_a_time_is_read_from_an_index_alone(sqlite_url: str) -> None:
    plan = await _plan(sqlite_url, lambda session: readings.readers(session, _TIME))

    assert [step for step in plan if step.startswith("SEARCH access_log USING COVERING INDEX")], plan


async def test_when_each_of_thousands_of_alerts_was_answered_is_read_with_it(sqlite_url: str) -> None:
    for asking in (load.caseload, load.cases):
        plan = await _plan(sqlite_url, partial(asking, since=NIGHT - timedelta(days=90), until=NIGHT))

        assert [step.split(" (")[0] for step in plan] == ["SEARCH alert USING INDEX ix_alert_raised_at"]


async def _plan(url: str, asking: Asking) -> list[str]:
    """How SQLite goes about the first question that this asks."""
    database = Database(url)
    await database.migrate()
    asked: list[tuple[str, Any]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _k, words, values, *_: asked.append((words, values)),
    )

    async with database.read() as session:
        await asking(session)
        connection = await session.connection()
        words, values = asked[0]
        told = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        plan = [str(step) for step in told.scalars(3)]
    await database.close()
    return plan
