"""Notices pass on.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pass_on_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("repeated", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column("alert_id", existing_type=sa.String(length=32), nullable=True)
        batch_op.create_index("ix_notice_pass_on_at", ["pass_on_at"], unique=False)
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.alter_column("repeated", existing_type=sa.Boolean(), server_default=None)
    _what_was_accepted_goes_on_being_watched()


def _what_was_accepted_goes_on_being_watched() -> None:
    notice = sa.table("notice", sa.column("pass_on_at"), sa.column("sent_at"), sa.column("state"))
    op.execute(sa.update(notice).where(notice.c.state == "accepted").values(pass_on_at=notice.c.sent_at))


def downgrade() -> None:
    """Undo."""
    op.execute("DELETE FROM notice WHERE alert_id IS NULL")  # the former schema has no room for them
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_pass_on_at")
        batch_op.alter_column("alert_id", existing_type=sa.String(length=32), nullable=False)
        batch_op.drop_column("repeated")
        batch_op.drop_column("pass_on_at")
