"""Ways to reach people that were taken away a moment ago.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "removed_way",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_removed_way_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_way")),
    )
    with op.batch_alter_table("removed_way", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removed_way_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("removed_way", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_removed_way_person_id"))
    op.drop_table("removed_way")
