"""What a ward keeps of its own: tablets that can be heard, rounds, notes, the screen on the wall.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=32), nullable=False)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wall_shows", sa.String(length=32), server_default="room", nullable=False))
    op.create_table(
        "screen",
        _id(),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("said_at", _MOMENT, nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=True),
        sa.Column("heard_by_id", sa.String(length=32), nullable=True),
        sa.Column("mute_since", _MOMENT, nullable=True),
        sa.Column("told_at", _MOMENT, nullable=True),
        _person("screen", "heard_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen")),
    )
    op.create_index(op.f("ix_screen_said_at"), "screen", ["said_at"], unique=False)
    _rounds()
    op.create_table(
        "shift_note",
        _id(),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("replaced_by_id", sa.String(length=32), nullable=True),
        _person("shift_note", "author_id"),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_shift_note_resident_id_resident")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_shift_note_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_note")),
    )
    op.create_index("ix_shift_note_unit_id_at", "shift_note", ["unit_id", "at"], unique=False)
    op.create_table(
        "wall_link",
        _id(),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        _person("wall_link", "made_by_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_wall_link_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wall_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_wall_link_token_hash")),
    )


def _rounds() -> None:
    op.create_table(
        "planned_round",
        _id(),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by_id", sa.String(length=32), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.String(length=32), nullable=True),
        _person("planned_round", "ended_by_id"),
        _person("planned_round", "made_by_id"),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_planned_round_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_round")),
    )
    op.create_index(op.f("ix_planned_round_resident_id"), "planned_round", ["resident_id"], unique=False)
    op.create_table(
        "round_turn",
        _id(),
        sa.Column("round_id", sa.String(length=32), nullable=False),
        sa.Column("opens_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.Column("done_by_id", sa.String(length=32), nullable=True),
        sa.Column("seen", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("missed_at", _MOMENT, nullable=True),
        sa.Column("told_at", _MOMENT, nullable=True),
        _person("round_turn", "done_by_id"),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["planned_round.id"],
            name=op.f("fk_round_turn_round_id_planned_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_turn")),
        sa.UniqueConstraint("round_id", "opens_at", name="uq_round_turn"),
    )
    op.create_index(op.f("ix_round_turn_due_at"), "round_turn", ["due_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in ("wall_link", "shift_note", "round_turn", "planned_round", "screen"):
        op.drop_table(table)
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("wall_shows")
