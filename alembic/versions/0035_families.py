"""Families.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sharing_pause",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_sharing_pause_resident_id_resident")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_sharing_pause")),
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("since_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_availability_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_person_id"), ["person_id"], unique=False)

    op.create_table(
        "care_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_care_message_author_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_care_message_person_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_care_message_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_message")),
    )
    with op.batch_alter_table("care_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_message_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index("ix_care_message_thread", ["resident_id", "person_id", "sent_at"], unique=False)

    op.create_table(
        "family_visit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("sort", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_family_visit_person_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_family_visit_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_visit")),
    )
    with op.batch_alter_table("family_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_visit_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_visit_until"), ["until"], unique=False)

    op.create_table(
        "kin_settings",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("texts_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("can_be_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kin_settings_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_kin_settings")),
    )
    op.create_table(
        "wish",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_wish_changed_by_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_wish_resident_id_resident")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_wish")),
    )
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_by", sa.String(length=32), server_default="unknown", nullable=False))
        batch_op.add_column(sa.Column("ground", sa.String(length=32), server_default="unknown", nullable=False))
        batch_op.add_column(sa.Column("reason", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("entered_by_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("ended_by_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.String(length=200), server_default="", nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_relation_ended_by_id_person"), "person", ["ended_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_relation_entered_by_id_person"), "person", ["entered_by_id"], ["id"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("relation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_relation_entered_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_relation_ended_by_id_person"), type_="foreignkey")
        batch_op.drop_column("end_reason")
        batch_op.drop_column("ended_by_id")
        batch_op.drop_column("entered_by_id")
        batch_op.drop_column("reason")
        batch_op.drop_column("ground")
        batch_op.drop_column("given_by")

    op.drop_table("wish")
    op.drop_table("kin_settings")
    with op.batch_alter_table("family_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_visit_until"))
        batch_op.drop_index(batch_op.f("ix_family_visit_resident_id"))

    op.drop_table("family_visit")
    with op.batch_alter_table("care_message", schema=None) as batch_op:
        batch_op.drop_index("ix_care_message_thread")
        batch_op.drop_index(batch_op.f("ix_care_message_sent_at"))

    op.drop_table("care_message")
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_availability_person_id"))

    op.drop_table("availability")
    op.drop_table("sharing_pause")
