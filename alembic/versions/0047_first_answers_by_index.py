"""When somebody first answered an alert is found without its rows: the load asks it of ten thousand alerts.

Only steps by people that answer are in the index, so what a press writes never touches it.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_ANSWERS = sa.text("step IN ('taken', 'arrived', 'closed') AND person_id IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_alert_step_answers", "alert_step", ["alert_id", "at"], sqlite_where=_ANSWERS, postgresql_where=_ANSWERS
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_alert_step_answers", table_name="alert_step")
