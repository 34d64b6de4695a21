"""Days in numbers, and the life of a model.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "daily_feature",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("layout", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("resident_id", "day"),
    )
    op.create_table(
        "model_finding",
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("module", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("spoken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("model_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_finding_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_finding_module"), ["module"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_finding_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "detector",
        sa.Column("module", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("voice", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("module"),
    )
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("took_s", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("peak_mib", sa.Float(), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.drop_column("peak_mib")
        batch_op.drop_column("took_s")
        batch_op.drop_column("last_day")
        batch_op.drop_column("first_day")

    op.drop_table("detector")
    op.drop_table("model_finding")
    op.drop_table("daily_feature")
