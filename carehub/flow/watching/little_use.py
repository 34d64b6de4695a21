"""Nightly: a rule of little use becomes a task, with a proposal that was tried on the same days. A person decides.

Each candidate is a backtest of its own (`flow/backtesting.py`), asked for one night and read when it is done; nothing
is kept here between the looks, so a hub that stops in between goes on where the runs are.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from carehub.core.answers.usefulness import LOOK_BACK, Case, Load, loads
from carehub.core.rules.drafting import draft_hash
from carehub.core.rules.proposals import Candidate, Trial, candidates, trial, words
from carehub.flow import backtesting
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import backtests, load, tasks
from carehub.store.database import Session
from carehub.store.tasks import Wanted

KIND = "rule-of-little-use"
_FRESH = timedelta(days=7)
_DUE = timedelta(days=7)


async def look(hub: Hub) -> int:
    """Ask for the trials that are missing, and tell of each rule whose trials are all done; gives how many."""
    now, told = hub.clock(), 0
    async with hub.database.read() as session:
        cases = {one.alert: one for one in await load.cases(session, now - LOOK_BACK, now)}
    for one in loads(cases.values(), lambda case: case.rule, hub.zone):
        async with hub.database.write() as session:
            if one.wants_a_look:
                told += await _propose(hub, session, one, cases, now)
            else:
                await tasks.settle(session, KIND, one.key, now)
    log.info("little_use.looked", told=told)
    return told


async def _propose(hub: Hub, session: Session, found: Load, cases: Mapping[str, Case], now: datetime) -> bool:
    rule = hub.rulebook.rules.get(found.key)
    if rule is None or found.key not in hub.rulebook.programs:
        return False  # the floor, and rules that are gone or off, have nothing to be tuned
    trials, waits = list[Trial](), False
    for candidate in candidates(rule):
        run = await backtests.newest_done(session, draft_hash([candidate.rule]), hub.rulebook.version)
        if run is None or now - run.asked_at > _FRESH:
            waits = True
            await _ask(session, candidate, now)
            continue
        summary = backtesting.told(run)
        tried = trial(candidate, run.id, summary, cases) if summary else None
        trials += [tried] if tried else []
    if not waits:
        best = min(trials, key=lambda one: (one.lost_real, -one.fewer_false, one.candidate.step), default=None)
        link = f"/admin/rules/backtest/{best.run}" if best else "/admin/load"
        wanted = Wanted(kind=KIND, subject=found.key, words=words(rule, found, trials), due_at=now + _DUE, link=link)
        await tasks.ask(session, wanted, now)
    return not waits


async def _ask(session: Session, candidate: Candidate, now: datetime) -> None:
    """Once: a run that waits or is under way is not asked for again."""
    named = draft_hash([candidate.rule])
    if any(run.draft_hash == named and run.finished_at is None for run in await backtests.newest(session, 100)):
        return
    draft = json.dumps(candidate.rule.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=False)
    await backtesting.ask_for(session, draft, now - LOOK_BACK, now, None, now)
