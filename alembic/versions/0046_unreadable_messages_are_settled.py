"""A message that could not be read is read once more, or set aside: by whom, when and why.

What the broker had kept was no alarm: of those that may have been, it is the ones that became no event.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_PERSON = "fk_dead_letter_settled_by_id_person"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("dead_letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retained", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("settled", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_by_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("settled_why", sa.String(length=400), server_default="", nullable=False))
        batch_op.create_foreign_key(_PERSON, "person", ["settled_by_id"], ["id"])
    letter = sa.table("dead_letter", sa.column("retained"), sa.column("alarm_path"), sa.column("event_seq"))
    kept = letter.c.alarm_path.is_(sa.true()) & letter.c.event_seq.is_(None)
    op.execute(letter.update().where(kept).values(retained=sa.true()))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("dead_letter", schema=None) as batch_op:
        batch_op.drop_constraint(_PERSON, type_="foreignkey")
        for column in ("settled_why", "settled_by_id", "settled_at", "settled", "retained"):
            batch_op.drop_column(column)
