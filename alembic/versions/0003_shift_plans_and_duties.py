"""Shift plans and duties.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unit_neighbour",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("neighbour_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["neighbour_id"], ["unit.id"], name=op.f("fk_unit_neighbour_neighbour_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_neighbour_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "neighbour_id", name=op.f("pk_unit_neighbour")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)

    op.create_table(
        "competence",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_competence_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_competence")),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_since"), ["since"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index("ix_duty_until_since_person_id", ["until", "since", "person_id"], unique=False)
        batch_op.create_index("uq_duty_line_day_person_since", ["line_id", "day", "person_id", "since"], unique=True)

    op.create_table(
        "shift_line",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shift_line_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_shift_line_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_line")),
    )
    with op.batch_alter_table("shift_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_line_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_line_uid"), ["uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_line_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "shift_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["shift_line.id"], name=op.f("fk_shift_change_line_id_shift_line")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shift_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_change")),
    )
    with op.batch_alter_table("shift_change", schema=None) as batch_op:
        batch_op.create_index("uq_shift_change_line_day", ["line_id", "day"], unique=True)

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("time_zone", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("roll_call", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("roll_call")
        batch_op.drop_column("time_zone")

    with op.batch_alter_table("shift_change", schema=None) as batch_op:
        batch_op.drop_index("uq_shift_change_line_day")

    op.drop_table("shift_change")
    with op.batch_alter_table("shift_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_line_unit_id"))
        batch_op.drop_index(batch_op.f("ix_shift_line_uid"))
        batch_op.drop_index(batch_op.f("ix_shift_line_person_id"))

    op.drop_table("shift_line")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index("uq_duty_line_day_person_since")
        batch_op.drop_index("ix_duty_until_since_person_id")
        batch_op.drop_index(batch_op.f("ix_duty_unit_id"))
        batch_op.drop_index(batch_op.f("ix_duty_since"))

    op.drop_table("duty")
    op.drop_table("competence")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_person_id"))

    op.drop_table("absence")
    op.drop_table("unit_neighbour")
