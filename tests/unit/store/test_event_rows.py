"""Each event as a row, whatever it has of what events seldom have, and whatever came beside it."""

from datetime import timedelta
from itertools import product
from typing import Any

from msgspec import structs
from sqlmodel import col, select

from carehub.core.events import Event
from carehub.core.findings import Outcome
from carehub.store import stream, tables
from carehub.store.database import Database
from carehub.store.journal import event_of
from tests.journeys.building import NIGHT

_SELDOM: dict[str, Any] = {
    "device_at": NIGHT - timedelta(hours=1), "unit": "°C", "detail": "Ærlig talt", "dedup_key": "a", "number": 7,
}  # fmt: skip


async def test_events_come_back_as_they_were_whatever_they_lack(database: Database) -> None:
    """Every mixture of what is seldom there, waiting or not, in homes that take turns."""
    given: list[tuple[Event, Outcome, Any]] = []
    for has in product((False, True), repeat=len(_SELDOM)):
        for until in (None, NIGHT + timedelta(minutes=len(given))):
            seq = len(given) + 1
            fields = {name: value for (name, value), told in zip(_SELDOM.items(), has, strict=True) if told}
            fields |= {"dedup_key": f"a/{seq}"} if "dedup_key" in fields else {}
            event = Event(
                seq=seq,
                at=NIGHT + timedelta(seconds=seq),
                kind="pulse",
                scope=f"home:{seq % 3}",
                source="trial",
                **fields,
            )
            given.append((event, Outcome.PENDING if until else Outcome.NO_RULE, until))
    async with database.write() as session:
        await stream.add_events(session, given)

    async with database.read() as session:
        rows = (await session.exec(select(tables.Event).order_by(col(tables.Event.seq)))).all()
    found = [(structs.replace(event_of(row), number=row.number), row.outcome, row.pending_until) for row in rows]
    assert found == given
