"""One backtest from question to summary: homes handed out to two processes, and what they give back put together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from carehub.app.backtest.scopes import Gone, House, Question, begin, furnished, gone_through, play_scope
from carehub.app.backtest.sources import Known, Spooled, Store
from carehub.core.backtest import report
from carehub.core.backtest.alerting import Usual
from carehub.core.backtest.comparing import compared, missed
from carehub.core.backtest.holes import in_order, within
from carehub.core.backtest.report import Summary
from carehub.core.backtest.values import Alerted
from carehub.core.rules.drafting import with_draft
from carehub.core.rules.language import Rule, body_of
from carehub.core.rules.rulebook import Rulebook

PROCESSES = 2
WARM_UP = timedelta(days=8)
"""Read before the time that is looked at: an absence rule remembers seven days, and no rule waits longer."""
Progress = Callable[[int, int], Awaitable[bool]]
"""Told how many homes of how many are done; False says that nobody wants the rest."""


class Cancelled(Exception):
    """Nobody wants the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked.

    Attributes:
        book: The rules in force.
        draft: What is laid over them; None to tell about the rules in force.
    """

    source: Store | Spooled
    book: Rulebook
    draft: Sequence[Rule] | None
    since: datetime
    until: datetime
    now: datetime


async def backtest(wanted: Wanted, progress: Progress, processes: int = PROCESSES) -> Summary:
    """Go through every home.

    Args:
        processes: 0 does it here, one home after the other: enough for a small house, and nothing is started.

    Raises:
        RuleError: The draft does not fit the rules that it is laid over.
        Cancelled: `progress` said so.
    """
    if wanted.draft is not None:
        with_draft(wanted.book, wanted.draft)
    question = _question(wanted)
    async with wanted.source.opened() as reading:
        known = await reading.known(question.began, question.until)
        roster = await reading.roster(question.began, question.until, wanted.now)
    if processes:
        context = get_context("spawn")
        pool = ProcessPoolExecutor(processes, context, initializer=begin, initargs=(question, known, roster))
        try:
            gone = await _handed_out(pool, known, progress)
            await asyncio.to_thread(pool.shutdown)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    else:
        gone = await _here(furnished(question, known, roster), known, progress)
    return await asyncio.to_thread(_put_together, wanted, known, gone)


def _question(wanted: Wanted) -> Question:
    book = wanted.book
    enabled = [rule for rule in book.rules.values() if rule.enabled]
    return Question(
        source=wanted.source, zone=book.zone.key, rules=tuple(body_of(rule) for rule in enabled),
        off=tuple(rule.id for rule in enabled if rule.id not in book.programs),
        draft=None if wanted.draft is None else tuple(body_of(rule) for rule in wanted.draft),
        began=wanted.since - WARM_UP, since=wanted.since, until=wanted.until,
    )  # fmt: skip


async def _here(house: House, known: Known, progress: Progress) -> list[Gone]:
    gone = []
    for scope in sorted(known.scopes):
        gone.append(await play_scope(house, scope))
        if not await progress(len(gone), len(known.scopes)):
            raise Cancelled
    return gone


async def _handed_out(pool: ProcessPoolExecutor, known: Known, progress: Progress) -> list[Gone]:
    """The largest homes first, so that both processes end at about the same time."""
    loop, total = asyncio.get_running_loop(), len(known.scopes)
    by_size = sorted(known.scopes, key=lambda scope: -known.scopes[scope])
    under_way = {loop.run_in_executor(pool, gone_through, scope) for scope in by_size}
    gone: list[Gone] = []
    try:
        while under_way:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            gone += [one.result() for one in done]
            if not await progress(len(gone), total):
                raise Cancelled
    finally:
        for one in under_way:
            one.cancel()
    return sorted(gone, key=lambda one: one.scope)


def _put_together(wanted: Wanted, known: Known, gone: Sequence[Gone]) -> Summary:
    zone, units = ZoneInfo(wanted.book.zone.key), known.units
    today = _in_order([alert for one in gone for alert in one.today])
    draft = None if wanted.draft is None else _in_order([alert for one in gone for alert in one.draft or ()])
    difference = None if draft is None else compared(today, draft)
    raised = [one for one in known.raised if wanted.since <= one.raised_at < wanted.until]
    holes = [*known.holes, *(hole for one in gone for hole in one.holes)]
    return Summary(
        since=wanted.since, until=wanted.until, zone=wanted.book.zone.key, scopes=len(gone),
        events=sum(one.events for one in gone), faults=sum(one.faults for one in gone),
        today=report.counted(today, units, zone), draft=None if draft is None else report.counted(draft, units, zone),
        counts=report.counts_of(difference, today), listed=report.sorts(difference, today),
        real=sum(one.real for one in raised), missed=report.missed_reals(missed(raised, today, draft)),
        holes=tuple(in_order(within(holes, wanted.since, wanted.until))),
        assumed=report.assumed(Usual.of(known.raised)),
    )  # fmt: skip


def _in_order(alerts: list[Alerted]) -> list[Alerted]:
    return sorted(alerts, key=lambda one: (one.at, one.key))
