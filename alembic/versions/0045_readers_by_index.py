"""Who has looked at anything in a time is found in one index, with no look at any row of the log.

Revision ID: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_access_log_at_person_id", "access_log", ["at", "person_id"])
    op.drop_index("ix_access_log_at", "access_log")


def downgrade() -> None:
    """Undo."""
    op.create_index("ix_access_log_at", "access_log", ["at"])
    op.drop_index("ix_access_log_at_person_id", "access_log")
