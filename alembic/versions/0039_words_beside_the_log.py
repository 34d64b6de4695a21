"""What somebody wrote stands beside the log of readings, which keeps its hash: erased, it leaves the chain whole.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_WORDS = "what was written in the log of readings can only be erased, with its resident"
_CHANGED = (
    "NEW.key <> OLD.key OR NEW.at <> OLD.at OR NEW.resident_id {differs} OLD.resident_id "
    "OR NEW.text <> '' OR NEW.salt <> '' OR NOT EXISTS (SELECT 1 FROM erasure WHERE resident_id = OLD.resident_id "
    "AND agreed_by_id IS NOT NULL AND withdrawn_at IS NULL)"
)
_YOUNG = "OLD.at >= (SELECT min(at) FROM access_log)"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "access_reason",
        sa.Column("key", sa.String(length=69), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_access_reason")),
    )
    op.create_index(op.f("ix_access_reason_at"), "access_reason", ["at"])
    op.create_index(op.f("ix_access_reason_resident_id"), "access_reason", ["resident_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER access_reason_blank_only BEFORE UPDATE ON access_reason "
            f"WHEN {_CHANGED.format(differs='IS NOT')} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
        op.execute(
            "CREATE TRIGGER access_reason_no_delete BEFORE DELETE ON access_reason "
            f"WHEN {_YOUNG} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION reason_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {_CHANGED.format(differs='IS DISTINCT FROM')} THEN "
        f"RAISE EXCEPTION '{_WORDS}'; END IF; RETURN NEW; END IF; "
        f"IF {_YOUNG} THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER access_reason_kept BEFORE UPDATE OR DELETE ON access_reason "
        "FOR EACH ROW EXECUTE FUNCTION reason_kept()"
    )
    op.execute(
        "CREATE TRIGGER access_reason_no_truncate BEFORE TRUNCATE ON access_reason "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    """Undo. The log then says that something was written, and no longer what."""
    op.drop_table("access_reason")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION reason_kept()")
