"""Backtests that were asked for, and what came of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field

from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class BacktestState(StrEnum):
    """Where a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BacktestRun(SQLModel, table=True):
    """One draft (or the rulebook in force) over one stretch of the past."""

    __tablename__ = "backtest_run"
    __table_args__ = (Index("ix_backtest_run_draft_hash", "draft_hash", "rulebook_version"),)

    id: str = Field(primary_key=True, max_length=32)
    state: BacktestState = choice(BacktestState, default=BacktestState.WAITING)
    draft: str | None = Field(default=None, sa_type=Text)
    """The rules of the draft as YAML; None for the rulebook in force."""
    draft_hash: str | None = Field(default=None, max_length=16)
    rulebook_version: str = Field(default="", max_length=32)
    """Of the rules in force that it was compared with; known when it has begun."""
    since: datetime = moment()
    until: datetime = moment()
    asked_at: datetime = moment(index=True)
    asked_by_id: str | None = Field(default=None, max_length=32)
    started_at: datetime | None = moment_or_none()
    finished_at: datetime | None = moment_or_none()
    done: int = 0
    """How many homes have been gone through, of `total`."""
    total: int = 0
    summary: str | None = Field(default=None, sa_type=Text)
    """`core.backtest.report.Summary` as JSON."""
    error: str | None = Field(default=None, max_length=400)
