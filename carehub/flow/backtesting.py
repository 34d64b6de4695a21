"""Backtests as jobs: asked for by a page or by another part of the hub, done beside the stations, told afterwards.

The row is the job (`backtest_run`), so it outlives the page that asked for it and the hub that ran it.
"""

from datetime import datetime, timedelta

import msgspec

from carehub.core.backtest.report import Summary
from carehub.core.rules.drafting import draft_hash, read_draft
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.backtests import BacktestState

LONGEST = timedelta(days=90)
LONGEST_DRAFT = 48 * 1024
_decode = msgspec.json.Decoder(Summary).decode


async def ask_for(
    session: Session, draft: str | None, since: datetime, until: datetime, by: str | None, now: datetime
) -> str:
    """Ask for a backtest; the hub begins it within seconds. Gives the id of the run.

    Args:
        draft: Rules as YAML, with `---` between several; None for the rulebook in force.
        by: The person who asks; None for the hub itself.

    Raises:
        RuleError: The draft cannot be read.
        ValueError: The time is empty or too long.
    """
    if not timedelta(0) < until - since <= LONGEST:
        raise ValueError(f"A backtest goes over at most {LONGEST.days} days.")
    rules = None if draft is None else read_draft(draft)
    run = tables.BacktestRun(
        id=new_id(), state=BacktestState.WAITING, draft=draft,
        draft_hash=None if rules is None else draft_hash(rules), since=since, until=until, asked_at=now,
        asked_by_id=by,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    return run.id


def told(run: tables.BacktestRun) -> Summary | None:
    """What came of a run; None while it is not done, or where an earlier release wrote it in other words."""
    if run.summary is None:
        return None
    try:
        return _decode(run.summary)
    except msgspec.DecodeError:
        return None
