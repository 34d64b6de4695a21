"""What grows old may go: holds, erasures, and a log of readings that begins where a trim says.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_WORDS = "the log of readings is append-only"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "access_trim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("older_than", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_trim")),
        sa.UniqueConstraint("up_to", name=op.f("uq_access_trim_up_to")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_legal_hold_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_legal_hold_ended_by_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_legal_hold_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_resident_id"), "legal_hold", ["resident_id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.String(length=32), nullable=False),
        sa.Column("agreed_by_id", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_erasure_agreed_by_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_erasure_asked_by_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_erasure_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_resident_id"), "erasure", ["resident_id"])
    _open_to_trims()


def _open_to_trims() -> None:
    """Rows of the log may go once a trim, which cannot be taken back, says so; nothing else may."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER access_log_no_delete")
        op.execute(
            "CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log "
            "WHEN NOT EXISTS (SELECT 1 FROM access_trim WHERE up_to >= OLD.id) "
            "BEGIN SELECT RAISE(ABORT, 'the log of readings is append-only'); END"
        )
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER access_trim_no_{act.lower()} BEFORE {act} ON access_trim "
                f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
            )
        return
    op.execute("DROP TRIGGER access_log_append_only ON access_log")
    op.execute(
        "CREATE TRIGGER access_log_append_only BEFORE UPDATE OR TRUNCATE ON access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(
        "CREATE FUNCTION trimmed_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NOT EXISTS (SELECT 1 FROM access_trim WHERE up_to >= OLD.id) THEN "
        "RAISE EXCEPTION 'the log of readings is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER access_log_trimmed_only BEFORE DELETE ON access_log "
        "FOR EACH ROW EXECUTE FUNCTION trimmed_only()"
    )
    op.execute(
        "CREATE TRIGGER access_trim_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_trim "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER access_trim_no_{act}")
        op.execute("DROP TRIGGER access_log_no_delete")
        op.execute(
            "CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
    else:
        op.execute("DROP TRIGGER access_trim_append_only ON access_trim")
        op.execute("DROP TRIGGER access_log_trimmed_only ON access_log")
        op.execute("DROP FUNCTION trimmed_only()")
        op.execute("DROP TRIGGER access_log_append_only ON access_log")
        op.execute(
            "CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    op.drop_table("erasure")
    op.drop_table("legal_hold")
    op.drop_table("access_trim")
