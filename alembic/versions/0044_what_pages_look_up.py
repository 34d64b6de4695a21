"""What the pages ask for at every turn is found by an index: what was closed lately, and which devices do not work.

Three hold only what is closed, silent or blind, so that neither a press nor a reading has anything to do with them.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_PARTS = (("alert", ["status", "closed_at"]), ("device", ["silent_since"]), ("device", ["blind_since"]))


def upgrade() -> None:
    """Apply."""
    for table, columns in _PARTS:
        known = sa.text(f"{columns[-1]} IS NOT NULL")
        name = "_".join(("ix", table, *columns))
        op.create_index(name, table, columns, sqlite_where=known, postgresql_where=known)
    op.create_index("ix_assignment_scope_id", "assignment", ["scope_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_assignment_scope_id", "assignment")
    for table, columns in reversed(_PARTS):
        op.drop_index("_".join(("ix", table, *columns)), table)
