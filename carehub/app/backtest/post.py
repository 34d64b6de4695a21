"""Backtests beside a running hub: one at a time, in processes that cannot write, less urgent than any alarm."""

import time
from datetime import timedelta

import msgspec

from carehub.app.backtest.run import PROCESSES, Cancelled, Wanted, backtest
from carehub.app.backtest.sources import Store
from carehub.core.rules.drafting import read_draft
from carehub.core.rules.errors import RuleError
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import backtests, tables

KEPT = timedelta(days=180)
_TELL_EVERY_S = 1.0


class Backtests:
    """The post that runs what was asked for, the longest waiting first."""

    def __init__(self, hub: Hub, url: str, processes: int = PROCESSES) -> None:
        self._hub, self._url, self._processes = hub, url, processes
        self._begun = False

    async def look(self) -> None:
        """Run one that waits; at the first look those whose process is gone wait again."""
        if not self._begun:
            await self._begin()
        async with self._hub.database.read() as session:
            run = await backtests.next_waiting(session)
        if run is not None:
            await self._run(run)

    async def _begin(self) -> None:
        async with self._hub.database.write() as session:
            again = await backtests.begin_anew(session)
            await backtests.forget(session, self._hub.clock() - KEPT)
        if again:
            log.info("backtest.again", runs=again)
        self._begun = True

    async def _run(self, run: tables.BacktestRun) -> None:
        hub = self._hub
        async with hub.database.write() as session:
            if not await backtests.begin(session, run.id, hub.rulebook.version, hub.clock()):
                return
        began = time.monotonic()
        try:
            summary = await backtest(self._wanted(run), _Telling(hub, run.id), self._processes)
        except Cancelled:
            log.info("backtest.cancelled", run=run.id)
            return
        except Exception as error:
            log.exception("backtest.failed", run=run.id)
            async with hub.database.write() as session:
                await backtests.fail(session, run.id, f"{type(error).__name__}: {error}", hub.clock())
            hub.live.change()
            if not isinstance(error, RuleError):
                raise  # the worker reports a post that fails, and looks again
            return
        async with hub.database.write() as session:
            await backtests.finish(session, run.id, msgspec.json.encode(summary).decode(), hub.clock())
        log.info("backtest.done", run=run.id, events=summary.events, seconds=round(time.monotonic() - began, 1))
        hub.live.change()

    def _wanted(self, run: tables.BacktestRun) -> Wanted:
        return Wanted(
            source=Store(self._url), book=self._hub.rulebook,
            draft=None if run.draft is None else read_draft(run.draft), since=run.since, until=run.until,
            now=self._hub.clock(),
        )  # fmt: skip


class _Telling:
    """Writes down how far a run is, at most once a second, and hears there that nobody wants it any more."""

    def __init__(self, hub: Hub, run_id: str) -> None:
        self._hub, self._run = hub, run_id
        self._told_at = 0.0

    async def __call__(self, done: int, total: int) -> bool:
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY_S and done < total:
            return True
        self._told_at = now
        async with self._hub.database.write() as session:
            wanted = await backtests.note_progress(session, self._run, done, total)
        self._hub.live.change()
        return wanted
