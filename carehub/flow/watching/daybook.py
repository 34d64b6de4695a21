"""The residents' days, counted while they pass and written down as numbers: what models are trained on and judge.

In memory is what the running days need. A start reads the last days anew, and the days that were missed; each part
of day is written down once it is over, and yesterday once more with it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta

from carehub.core.days.features import Span
from carehub.core.days.tally import Tally, part_at
from carehub.core.watching.hush import Hush
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import daily

REACH = timedelta(days=90)
"""How far back days are counted where none are written down."""
_DAY = timedelta(days=1)
_LEAD = timedelta(days=3)
"""Read before the first day that is counted, so that a quiet night is not taken for the beginning."""
_EVENTS, _RESIDENTS = 200, 100
"""In one go: the loop must be free for an alarm every few milliseconds."""
_SLICE, _REST_S = 50, 0.01
"""So many events are two milliseconds of counting, and then alarms have five times as long: days can wait."""


class Daybook:
    """Keeps everybody's running days, and writes them down."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tallies: dict[str, Tally] = {}
        self._hush: Hush | None = None
        self._seq = 0
        self._written: datetime | None = None
        """The beginning of the part of day that ran when days were last written down."""

    async def look(self) -> int:
        """Count what came since the last look; gives how many days were written down."""
        now = self._hub.clock()
        kept = 0
        if self._hush is None:
            kept = await self._begin(now)
        await self._follow()
        running = part_at(now, self._hub.zone)[2][0]
        if running == self._written:
            return kept
        kept += await self._write(now)
        self._written = running
        return kept

    async def _begin(self, now: datetime) -> int:
        """Read what is not written down, and what the running days need."""
        today = now.astimezone(self._hub.zone).date()
        async with self._hub.database.read() as session:
            newest = await daily.newest_day(session)
            self._seq = await daily.newest_seq(session)
            first = max(today - REACH, min(newest, today) - _DAY) if newest else today - REACH
            since = self._midnight(first) - _LEAD
            who = await daily.residents(session, since)
        hush = Hush(since)
        async for resident, tally in self._read(who, since):
            for number, at in enumerate(tally):
                hush.hear(resident, at)
                await _breathe(number)
        self._hush = hush
        return await self._count(who, since, first, now)

    async def _read(self, who: Sequence[str], since: datetime) -> AsyncIterator[tuple[str, list[datetime]]]:
        for resident in who:
            async with self._hub.database.read() as session:
                yield resident, [one.at for one in await daily.of(session, resident, since, self._seq)]

    async def _count(self, who: Sequence[str], since: datetime, first: date, now: datetime) -> int:
        """Everybody's days from the first that is not written down; kept by the hundred."""
        rows: list[tuple[str, date, bytes]] = []
        kept, today = 0, now.astimezone(self._hub.zone).date()
        away, deaf = await self._away(since), self._deaf(now)
        for number, resident in enumerate(who, 1):
            tally = self._tallies[resident] = Tally(self._hub.zone)
            async with self._hub.database.read() as session:
                past = await daily.of(session, resident, since, self._seq)
            for index, one in enumerate(past):
                tally.add(one)
                await _breathe(index)
            rows += [(resident, day, body) for day, body in tally.rows(first, now, deaf, away.get(resident, ()))]
            tally.forget(today - _DAY)
            if number % _RESIDENTS == 0 or number == len(who):
                kept += await self._keep(rows)
                rows = []
        log.info("daybook.begun", residents=len(who), days=kept, first=first.isoformat())
        return kept

    async def _follow(self) -> None:
        while True:
            async with self._hub.database.read() as session:
                heard = await daily.heard_after(session, self._seq, _EVENTS)
            for number, (seq, resident, one) in enumerate(heard):
                tally = self._tallies.setdefault(resident, Tally(self._hub.zone))
                last = tally.heard_at
                if last is None or one.at >= last:  # a clock that was set back: what it says twice is not counted twice
                    tally.add(one)
                if self._hush is not None:
                    self._hush.hear(resident, one.at)
                self._seq = seq
                await _breathe(number, _REST_S)
            if len(heard) < _EVENTS:
                return

    async def _write(self, now: datetime) -> int:
        """Yesterday and today of everybody, and nothing of whom nobody has heard for days."""
        yesterday = now.astimezone(self._hub.zone).date() - _DAY
        away, deaf = await self._away(now - 3 * _DAY), self._deaf(now)
        kept = 0
        rows: list[tuple[str, date, bytes]] = []
        for number, resident in enumerate(list(self._tallies), 1):
            tally = self._tallies[resident]
            rows += [(resident, day, body) for day, body in tally.rows(yesterday, now, deaf, away.get(resident, ()))]
            tally.forget(yesterday)
            if (tally.heard_at or now) < now - 3 * _DAY:
                del self._tallies[resident]
            if number % _RESIDENTS == 0:
                kept += await self._keep(rows)
                rows = []
        return kept + await self._keep(rows)

    def common_silence(self, now: datetime) -> Span | None:
        """The silence of all homes that lasts or is hardly over; for whoever has just had a `look`."""
        return self._hush.latest(now) if self._hush is not None else None

    def _deaf(self, now: datetime) -> list[Span]:
        """When all homes were silent together."""
        return self._hush.spans(now) if self._hush is not None else []

    async def _keep(self, rows: Sequence[tuple[str, date, bytes]]) -> int:
        async with self._hub.database.write() as session:
            await daily.keep(session, rows)
        await asyncio.sleep(0)
        return len(rows)

    async def _away(self, since: datetime) -> dict[str, list[Span]]:
        async with self._hub.database.read() as session:
            return await daily.away(session, since)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._hub.zone).astimezone(UTC)


async def _breathe(number: int, rest_s: float = 0) -> None:
    """After each slice whoever waits comes first."""
    if number % _SLICE == _SLICE - 1:
        await asyncio.sleep(rest_s)
