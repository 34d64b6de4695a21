"""Running numbers of devices, and what is missing in them.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "device_gap",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("device_id"),
    )
    with op.batch_alter_table("device_gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_gap_since"), ["since"], unique=False)
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_number", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_to", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE ownership SET counted_to = next_seq - 1")  # no older event has a number


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.drop_column("counted_to")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("last_number")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("number")
    op.drop_table("device_gap")
