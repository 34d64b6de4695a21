"""Home care on the way: how one gets in, planned visits, and answers that came late.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "way_in",
        sa.Column("scope_id", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=160), nullable=True),
        sa.Column("key_box", sa.String(length=120), nullable=True),
        sa.Column("key_box_code", sa.String(length=20), nullable=True),
        sa.Column("door_code", sa.String(length=20), nullable=True),
        sa.Column("pets", sa.String(length=120), nullable=True),
        sa.Column("oxygen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("smoking", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("hazard", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_way_in_changed_by_id_person")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_way_in_scope_id_scope")),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_way_in")),
    )
    op.create_table(
        "planned_visit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="planned", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.String(length=32), nullable=True),
        sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_planned_visit_done_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_planned_visit_person_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_planned_visit_resident_id_resident")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_planned_visit_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_visit")),
        sa.UniqueConstraint("source_key", name=op.f("uq_planned_visit_source_key")),
    )
    with op.batch_alter_table("planned_visit", schema=None) as batch_op:
        for column in ("resident_id", "person_id"):
            batch_op.create_index(batch_op.f(f"ix_planned_visit_{column}"), [column], unique=False)
        batch_op.create_index("ix_planned_visit_unit_id_at", ["unit_id", "at"], unique=False)
    op.create_table(
        "late_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_late_answer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answer")),
    )
    with op.batch_alter_table("late_answer", schema=None) as batch_op:
        for column in ("person_id", "received_at"):
            batch_op.create_index(batch_op.f(f"ix_late_answer_{column}"), [column], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("late_answer")
    op.drop_table("planned_visit")
    op.drop_table("way_in")
