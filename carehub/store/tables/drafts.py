"""Changes of rules on their way into force, and what became of them."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from carehub.core.rules.rule_drafts import DraftState
from carehub.store.tables.base import SQLModel, choice, moment, moment_or_none


class RuleDraft(SQLModel, table=True):
    """One draft of one rule. Active, it stands above the file until it is taken back."""

    __tablename__ = "rule_draft"

    id: str = Field(primary_key=True, max_length=32)
    rule_id: str = Field(index=True, max_length=60)
    base_version: str | None = Field(default=None, max_length=32)
    """The version in force when it was written; None for a rule that there was not."""
    body: str = Field(sa_type=Text)
    """YAML."""
    why: str = Field(max_length=400)
    state: DraftState = choice(DraftState)
    made_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    made_at: datetime = moment()
    changed_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    changed_at: datetime = moment()
    backtest_id: str | None = Field(default=None, max_length=32)
    """The run over the past that whoever agreed has seen."""
    approved_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    approved_at: datetime | None = moment_or_none(index=True)
    ended_by_id: str | None = Field(default=None, foreign_key="person.id", max_length=32)
    ended_at: datetime | None = moment_or_none()
    ended_why: str = Field(default="", max_length=400)
