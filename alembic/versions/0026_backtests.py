"""Backtests that were asked for, and what came of them.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "backtest_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_hash", sa.String(length=16), nullable=True),
        sa.Column("rulebook_version", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.String(length=32), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("backtest_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_backtest_run_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index("ix_backtest_run_draft_hash", ["draft_hash", "rulebook_version"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("backtest_run", schema=None) as batch_op:
        batch_op.drop_index("ix_backtest_run_draft_hash")
        batch_op.drop_index(batch_op.f("ix_backtest_run_asked_at"))
    op.drop_table("backtest_run")
