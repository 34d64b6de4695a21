"""Roll-calls and contact checks.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "roll_call",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roll_call_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roll_call_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_call")),
        sa.UniqueConstraint("code", name=op.f("uq_roll_call_code")),
    )
    with op.batch_alter_table("roll_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roll_call_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_roll_call_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index("uq_roll_call_person_since", ["person_id", "since"], unique=True)

    op.create_table(
        "contact_check",
        sa.Column("method_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["method_id"], ["contact_method.id"], name=op.f("fk_contact_check_method_id_contact_method")
        ),
        sa.PrimaryKeyConstraint("method_id", name=op.f("pk_contact_check")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("contact_check")
    with op.batch_alter_table("roll_call", schema=None) as batch_op:
        batch_op.drop_index("uq_roll_call_person_since")
        batch_op.drop_index(batch_op.f("ix_roll_call_unit_id"))
        batch_op.drop_index(batch_op.f("ix_roll_call_due_at"))

    op.drop_table("roll_call")
