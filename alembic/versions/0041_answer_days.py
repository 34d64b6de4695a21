"""Answer times of whole days are kept as sums, and messages are found by when they were sent: pages answer at once.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The hub fills it by itself, from the alerts."""
    op.create_table(
        "answer_day",
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("zone", "day", name=op.f("pk_answer_day")),
    )
    op.create_index("ix_notice_sent_at", "notice", ["sent_at", "channel", "person_id", "alert_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_notice_sent_at", "notice")
    op.drop_table("answer_day")
