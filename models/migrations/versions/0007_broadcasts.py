"""broadcasts: notices to many, their ledgers, and the message that shows how far one has come"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _key(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=13), nullable=optional)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "broadcast",
        _key("id"),
        sa.Column("code", sa.String(length=12), nullable=False),
        _key("author_id"),
        _key("unit_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("ask", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("repeat", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _key("approved_by", optional=True),
        _key("corrects", optional=True),
        _key("follows", optional=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("totals", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _refers("broadcast", "approved_by", "person"),
        _refers("broadcast", "author_id", "person"),
        _refers("broadcast", "corrects", "broadcast"),
        _refers("broadcast", "follows", "broadcast"),
        _refers("broadcast", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("code", name=op.f("uq_broadcast_code")),
    )
    op.create_index(op.f("ix_broadcast_approved_by"), "broadcast", ["approved_by"])
    op.create_index(op.f("ix_broadcast_author_id"), "broadcast", ["author_id"])
    op.create_index(op.f("ix_broadcast_corrects"), "broadcast", ["corrects"])
    op.create_index("ix_broadcast_state_send_at", "broadcast", ["state", "send_at"])
    op.create_index(op.f("ix_broadcast_unit_id"), "broadcast", ["unit_id"])
    op.create_table(
        "recipient",
        _key("broadcast_id"),
        _key("person_id"),
        _key("unit_id"),
        sa.Column("line", sa.String(length=64), nullable=False),
        _key("account_id"),
        sa.Column("state", sa.String(length=13), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_night", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parts_done", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        _refers("recipient", "broadcast_id", "broadcast"),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id", name=op.f("pk_recipient")),
    )
    op.create_index("ix_recipient_due", "recipient", ["broadcast_id", "state", "line", "due_at"])
    op.create_index(op.f("ix_recipient_person_id"), "recipient", ["person_id"])
    op.create_table(
        "progress",
        _key("broadcast_id"),
        _key("account_id"),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.String(length=24), nullable=False),
        _refers("progress", "broadcast_id", "broadcast"),
        sa.PrimaryKeyConstraint("broadcast_id", "account_id", name=op.f("pk_progress")),
    )
    # A value for the rows there are; the models have no such default, so it goes again.
    for table, column, value in (
        ("person", sa.Column("muted", sa.String(length=200)), ""),
        ("unit", sa.Column("night_shift", sa.Boolean()), sa.false()),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column.name, column.type, nullable=False, server_default=value))
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column.name, existing_type=column.type, server_default=None)


def downgrade() -> None:
    for table, column in (("unit", "night_shift"), ("person", "muted")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    for table in ("progress", "recipient", "broadcast"):
        op.drop_table(table)
