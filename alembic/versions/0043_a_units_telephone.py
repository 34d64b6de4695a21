"""A ward or zone has a telephone of its own, which families are told to ring.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("unit", sa.Column("phone", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("unit", "phone")
