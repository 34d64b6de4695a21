"""Decisions about rules for units and residents, and the legal bases under them.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _decided() -> list[sa.Column]:
    return [
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"]),
    ]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rule_override",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=False),
        *_decided(),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rule_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_override_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_override_resident_id"), ["resident_id"], unique=False)
    op.create_table(
        "scope_tuning",
        sa.Column("scope_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id"),
    )
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("function", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("objection", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        *_decided(),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("legal_basis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_basis_resident_id"), ["resident_id"], unique=False)
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overrides", sa.Text(), nullable=True))
    with op.batch_alter_table("rule_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tuned", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Undo."""
    op.execute("DELETE FROM rule_version WHERE tuned = true")  # an earlier release would take them for the rulebook's
    with op.batch_alter_table("rule_version", schema=None) as batch_op:
        batch_op.drop_column("tuned")
    with op.batch_alter_table("fold_input", schema=None) as batch_op:
        batch_op.drop_column("overrides")
    op.drop_table("legal_basis")
    op.drop_table("scope_tuning")
    op.drop_table("rule_override")
