"""People known to other providers, tablets that are shared, and what a session remembers of its beginning.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_NEW = (
    ("role", sa.String(length=32)),
    ("idle_s", sa.Integer()),
    ("issuer", sa.String(length=200)),
    ("subject", sa.String(length=255)),
    ("sid", sa.String(length=255)),
    ("tablet_id", sa.String(length=32)),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person_identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("linked_by", sa.String(length=32), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_identity_person_id_person")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_person_identity")),
    )
    op.create_table(
        "tablet",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("lock_after_s", sa.Integer(), nullable=False),
        sa.Column("shows", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tablet_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablet")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tablet_token_hash")),
    )
    op.create_table(
        "tablet_pin",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tablet_pin_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_tablet_pin")),
    )
    op.create_table(
        "pin_tries",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("tablet_id", sa.String(length=32), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_tries_person_id_person")),
        sa.ForeignKeyConstraint(["tablet_id"], ["tablet.id"], name=op.f("fk_pin_tries_tablet_id_tablet")),
        sa.PrimaryKeyConstraint("person_id", "tablet_id", name=op.f("pk_pin_tries")),
    )
    with op.batch_alter_table("person_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_identity_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        for name, kind in _NEW:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_index(batch_op.f("ix_login_session_issuer"), ["issuer"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_issuer"))
        for name, _ in reversed(_NEW):
            batch_op.drop_column(name)
    for table in ("pin_tries", "tablet_pin", "tablet", "person_identity"):
        op.drop_table(table)
