"""Who may see whom: files opened with a reason, and what let a reader read.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "opened_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opened_file_person_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_opened_file_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_file")),
    )
    with op.batch_alter_table("opened_file", schema=None) as batch_op:
        for column in ("person_id", "resident_id", "until"):
            batch_op.create_index(batch_op.f(f"ix_opened_file_{column}"), [column], unique=False)
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("because", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_column("because")
    op.drop_table("opened_file")
