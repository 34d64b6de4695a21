"""When somebody first answered stands beside each alert: the load asks it of fifteen thousand at once.

The steps stay what befell; of older alerts it is read from them. Their index of answers has no other reader.

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_ANSWERS = "step IN ('taken', 'arrived', 'closed') AND person_id IS NOT NULL"
_INDEX = "ix_alert_step_answers"


def upgrade() -> None:
    """Apply."""
    op.add_column("alert", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        f"UPDATE alert SET answered_at = (SELECT min(at) FROM alert_step WHERE alert_id = alert.id AND {_ANSWERS})"  # noqa: S608 - ours
    )
    op.drop_index(_INDEX, table_name="alert_step")


def downgrade() -> None:
    """Undo."""
    where = sa.text(_ANSWERS)
    op.create_index(_INDEX, "alert_step", ["alert_id", "at"], sqlite_where=where, postgresql_where=where)
    op.drop_column("alert", "answered_at")
