"""What waits, by its moment.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    waits = sa.text("pending_until IS NOT NULL")
    op.create_index("ix_event_pending_until", "event", ["pending_until"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_event_pending_until", "event")
