"""Alerts by resident and kind, closed ones too: each press asks how often it was reported lately.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_alert_dedup_key", "alert", ["dedup_key"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_alert_dedup_key", table_name="alert")
