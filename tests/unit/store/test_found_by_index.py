"""What the pages of a ward ask at every turn reads no whole table of a municipality (SQLite)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event

from carehub.store import blindness, handover, pages
from carehub.store.database import Database, Session
from tests.journeys.building import NIGHT

Asking = Callable[[Session], Awaitable[object]]
_ASKED: dict[str, Asking] = {
    "closed lately": lambda session: pages.closed_since(session, NIGHT),
    "silent": pages.silent_places,
    "blind": blindness.told,
    "worn": lambda session: handover.worn(session, "sol", NIGHT),
}
_LARGE = {"alert", "device", "assignment", "event"}


@pytest.mark.parametrize("what", _ASKED)
async def test_what_pages_ask_at_every_turn_is_found_by_an_index(sqlite_url: str, what: str) -> None:
    database = Database(sqlite_url)
    await database.migrate()
    asked: list[tuple[str, Any]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _k, words, values, *_: asked.append((words, values)),
    )

    async with database.read() as session:
        await _ASKED[what](session)
        connection = await session.connection()
        words, values = asked[0]
        told = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        plan = [str(step) for step in told.scalars(3)]
    await database.close()

    assert not [step for step in plan if step.startswith("SCAN ") and step.split()[1] in _LARGE], plan
    assert not [step for step in plan if step.endswith("ix_alert_status_due_at (status=?)")], "every alert of all years"
