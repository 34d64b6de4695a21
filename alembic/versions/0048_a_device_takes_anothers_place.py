"""A device takes another's place: which one, since when the old one is out of use, and whom a fold is told of.

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_REPLACED, _REPLACED_INDEX = "fk_device_replaced_by_id_device", "ix_device_replaced_by_id"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("replaced_by_id", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(_REPLACED, "device", ["replaced_by_id"], ["id"])
    has_one = sa.text("replaced_by_id IS NOT NULL")
    op.create_index(
        _REPLACED_INDEX, "device", ["replaced_by_id"], sqlite_where=has_one, postgresql_where=has_one
    )  # fmt: skip
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.drop_column("device_id")
    op.drop_index(_REPLACED_INDEX, table_name="device")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_constraint(_REPLACED, type_="foreignkey")
        batch_op.drop_column("replaced_by_id")
        batch_op.drop_column("retired_at")
