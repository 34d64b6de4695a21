"""Sees that the clock on the wall was set, and that the machine slept: by seconds that pass by themselves.

Deadlines are moments on the wall, so a clock that is set moves them: forward they would all come at once, backward none
would come for an hour. They are moved along with it.
"""

import asyncio
from datetime import datetime, timedelta

from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.watching import retention
from carehub.flow.watching.catchup import GAP, report_gap
from carehub.kit.log import log
from carehub.store import catchup, stream

DRIFT = timedelta(seconds=2)
"""The clock may be nudged by this much between two looks before it counts as set."""


class Timekeeper:
    """Asked before every decision about what is due; with no steady clock it sees nothing."""

    def __init__(self, hub: Hub, ingest: Ingest) -> None:
        self._hub, self._ingest = hub, ingest
        self._turn = asyncio.Lock()
        self._wall = hub.clock()
        self._steady = hub.steady() if hub.steady else 0.0

    async def look(self) -> None:
        """Compare both clocks since the last look; returns when the deadlines are right again."""
        if self._hub.steady is None:
            return
        async with self._turn:
            wall, steady = self._hub.clock(), self._hub.steady()
            passed = timedelta(seconds=steady - self._steady)
            if abs(wall - self._wall - passed) > DRIFT:
                await self._set(self._wall + passed, wall)
            self._wall, self._steady = wall, steady  # not before: where the store takes nothing, it is seen again
            if passed > GAP:
                await report_gap(self._hub, self._ingest, wall - passed, wall)

    async def _set(self, before: datetime, now: datetime) -> None:
        log.warning("clock.set", seconds=round((now - before).total_seconds(), 1))
        async with self._hub.database.write() as session:
            await catchup.rebase(session, before, now)
            scopes = await stream.scopes_waiting(session)
        retention.doubt(self._hub, now - before)
        self._ingest.signs.move(now - before)
        self._ingest.set_clock(scopes, before)
        way = "frem" if now > before else "tilbake"
        words = f"Klokken på maskinen ble stilt {_long(abs(now - before))} {way}. Fristene er flyttet med."
        self._ingest.observe(hub_fault(now, words, about="clock"))


def _long(step: timedelta) -> str:
    """How long, as people say it.

    >>> _long(timedelta(hours=1, seconds=3)), _long(timedelta(seconds=5))
    ('1 t 0 min', '5 s')
    """
    seconds = round(step.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} t {minutes} min" if hours else f"{minutes} min"
