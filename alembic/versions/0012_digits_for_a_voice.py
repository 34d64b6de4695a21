"""Digits for a voice.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("reply_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digits", sa.String(length=6), server_default="", nullable=False))
    with op.batch_alter_table("reply_code", schema=None) as batch_op:
        batch_op.alter_column("digits", existing_type=sa.String(length=6), server_default=None)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("reply_code", schema=None) as batch_op:
        batch_op.drop_column("digits")
