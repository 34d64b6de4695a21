"""A relation says what somebody is to the resident: a relative, a guardian, or the resident.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standing", sa.String(length=32), server_default="relative", nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.drop_column("standing")
