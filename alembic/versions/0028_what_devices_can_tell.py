"""Which kinds of event each device has been heard to tell.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "heard_kind",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("device_id", "kind"),
    )
    op.execute(  # what was heard before counts too
        "INSERT INTO heard_kind (device_id, kind, last_at) SELECT e.device_id, e.kind, max(e.at) FROM event e "
        "JOIN device d ON d.id = e.device_id WHERE e.source <> 'hub' GROUP BY e.device_id, e.kind"
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("heard_kind")
