"""The stream keeps only the indexes that it needs: storing an event touches half as many pages.

A resident's events are found by where they lived. An id of a sender is indexed only where there is one. In SQLite the
place in the order is the row's own number, not a second tree beside it: the table is copied once, some ten seconds for a
million events.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ONLY_WHERE_ONE_IS = sa.text("dedup_key IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_assignment_resident_id", "assignment", ["resident_id"])
    op.drop_index("ix_event_resident_id_at", "event")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("event", recreate="always") as batch_op:
            batch_op.drop_constraint("uq_event_dedup_key", type_="unique")
            batch_op.alter_column("seq", type_=sa.Integer(), existing_nullable=False, autoincrement=False)
    else:
        op.drop_constraint("uq_event_dedup_key", "event", type_="unique")
    op.create_index(
        "uq_event_dedup_key", "event", ["dedup_key"], unique=True,
        sqlite_where=_ONLY_WHERE_ONE_IS, postgresql_where=_ONLY_WHERE_ONE_IS,
    )  # fmt: skip


def downgrade() -> None:
    """Undo."""
    op.drop_index("uq_event_dedup_key", "event")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("event", recreate="always") as batch_op:
            batch_op.alter_column("seq", type_=sa.BigInteger(), existing_nullable=False, autoincrement=False)
            batch_op.create_unique_constraint("uq_event_dedup_key", ["dedup_key"])
    else:
        op.create_unique_constraint("uq_event_dedup_key", "event", ["dedup_key"])
    op.create_index("ix_event_resident_id_at", "event", ["resident_id", "at"])
    op.drop_index("ix_assignment_resident_id", "assignment")
