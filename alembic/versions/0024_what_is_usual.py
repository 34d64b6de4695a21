"""What is usual for a resident enters the fold; an event knows the class of its device.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.add_column(sa.Column("usual", sa.Text(), nullable=True))
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_class", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("device_class")
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.drop_column("usual")
