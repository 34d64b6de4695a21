"""Backtests of the seeded night: one that is done, of a draft over what was seeded, and one that is under way."""

from datetime import timedelta

from carehub.app.backtest.post import Backtests
from carehub.flow.backtesting import ask_for
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.tables.backtests import BacktestState

DRAFT = """\
# Kortere tid på badet, og en ny regel om kjøkkenet.
id: bathroom-long
title: {nb: Lenge på badet, nn: Lenge på badet, en: Long in the bathroom}
watch: {kind: motion.detected, place: bathroom}
for: 20 min
until:
  - {kind: motion.detected, places: [entrance, bedroom, living_room, kitchen]}
severity: critical
---
id: kitchen-by-night
title: {nb: På kjøkkenet om natten, nn: På kjøkkenet om natta, en: In the kitchen at night}
watch: {kind: motion.detected, place: kitchen}
between: {from: "18:00", to: "12:00"}
severity: serious
rest: 2 h
"""


async def add_backtests(hub: Hub) -> None:
    now = hub.clock()
    async with hub.database.write() as session:
        done = await ask_for(session, DRAFT, now - timedelta(days=14), now, "kari", now)
    await Backtests(hub, hub.database.url, processes=0).look()
    async with hub.database.write() as session:
        (await session.get_one(tables.BacktestRun, done)).asked_at = now - timedelta(minutes=50)
        row = await session.get_one(tables.BacktestRun, done)
        fields = row.model_dump() | {"id": "ferdig"}
        await session.delete(row)
        session.add(tables.BacktestRun(**fields))
        session.add(
            tables.BacktestRun(
                id="underveis", state=BacktestState.RUNNING, since=now - timedelta(days=30), until=now, asked_at=now,
                asked_by_id="kari", started_at=now, done=23, total=64,
            )
        )  # fmt: skip
