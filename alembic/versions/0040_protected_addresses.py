"""Protected addresses: who has one, and what their homes were called while the register says nothing of it.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_WORDS = "a sealed home keeps its cover name"
_TOLD = (
    "(NEW.name <> OLD.name OR NEW.access_note IS NOT NULL) "
    "AND EXISTS (SELECT 1 FROM sealed_home WHERE scope_id = OLD.id)"
)


def _person(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_address_mark_{column}_person"))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "address_mark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("lower_to", sa.String(length=32), nullable=True),
        sa.Column("lower_reason", sa.String(length=400), nullable=True),
        sa.Column("lower_asked_at", _MOMENT, nullable=True),
        sa.Column("lower_asked_by_id", sa.String(length=32), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_address_mark_resident_id_resident")),
        *(_person(column) for column in ("by_id", "lower_asked_by_id", "ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_mark")),
    )
    op.create_index(op.f("ix_address_mark_resident_id"), "address_mark", ["resident_id"])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_address_mark_resident_id_open", "address_mark", ["resident_id"], unique=True, sqlite_where=still,
        postgresql_where=still,
    )  # fmt: skip
    op.create_table(
        "sealed_home",
        sa.Column("scope_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("access_note", sa.String(length=400), nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_sealed_home_scope_id_scope")),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_sealed_home")),
    )
    _keep_sealed()


def _keep_sealed() -> None:
    """No road into the store puts an address back in the register while it is sealed."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER scope_stays_sealed BEFORE UPDATE ON scope WHEN {_TOLD} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION stays_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_TOLD} THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN NEW; END $$"
    )
    op.execute("CREATE TRIGGER scope_stays_sealed BEFORE UPDATE ON scope FOR EACH ROW EXECUTE FUNCTION stays_sealed()")


def downgrade() -> None:
    """Undo: an older hub knows no cover names, so homes are called again what they were."""
    op.execute("DROP TRIGGER scope_stays_sealed" + ("" if op.get_bind().dialect.name == "sqlite" else " ON scope"))
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION stays_sealed()")
    op.execute(
        "UPDATE scope SET name = (SELECT name FROM sealed_home WHERE scope_id = scope.id), "
        "access_note = (SELECT access_note FROM sealed_home WHERE scope_id = scope.id) "
        "WHERE id IN (SELECT scope_id FROM sealed_home)"
    )
    op.drop_table("sealed_home")
    op.drop_table("address_mark")
