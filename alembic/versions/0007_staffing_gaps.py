"""Staffing gaps.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "staffing_gap",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("horizon", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warning", sa.String(length=32), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_staffing_gap_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffing_gap")),
    )
    with op.batch_alter_table("staffing_gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staffing_gap_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("staffing_gap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staffing_gap_unit_id"))

    op.drop_table("staffing_gap")
