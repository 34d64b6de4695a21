"""How people prove who they are.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "login_step",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_step")),
    )
    op.create_table(
        "login_factor",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_factor_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_factor")),
        sa.UniqueConstraint("credential", name=op.f("uq_login_factor_credential")),
    )
    with op.batch_alter_table("login_factor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_factor_person_id"), ["person_id"], unique=False)

    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_setup_link_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
    )
    with op.batch_alter_table("setup_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_setup_link_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proof", sa.String(length=32), nullable=False))
        batch_op.add_column(sa.Column("browser", sa.String(length=60), nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_column("browser")
        batch_op.drop_column("proof")

    with op.batch_alter_table("setup_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_setup_link_person_id"))

    op.drop_table("setup_link")
    with op.batch_alter_table("login_factor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_factor_person_id"))

    op.drop_table("login_factor")
    op.drop_table("login_step")
