"""polls: what is asked, its rounds, who took part, boxes of ballots, results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=13), nullable=False)


def _of(table: str, column: str, target: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column(column, sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    )


def upgrade() -> None:
    op.create_table(
        "poll",
        _id(),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("author_id", sa.String(length=13), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_poll_author_id_person")),
        sa.UniqueConstraint("code", name=op.f("uq_poll_code")),
        *_of("poll", "author_unit_id", "unit"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("voters", sa.String(length=8), nullable=False),
        sa.Column("repeat", sa.String(length=10), nullable=False),
        sa.Column("open_days", sa.Integer(), nullable=False),
        sa.Column("receipts", sa.Boolean(), nullable=False),
        sa.Column("rates", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index(op.f("ix_poll_author_id"), "poll", ["author_id"])
    op.create_index(op.f("ix_poll_author_unit_id"), "poll", ["author_unit_id"])
    op.create_table(
        "round",
        _id(),
        *_of("round", "poll_id", "poll"),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("receipts_hash", sa.String(length=64), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_poll_id"), "round", ["poll_id"])
    op.create_index(op.f("ix_round_state"), "round", ["state"])
    op.create_table(
        "turnout",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_of("turnout", "round_id", "round"),
        *_of("turnout", "unit_id", "unit"),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnout")),
    )
    op.create_table(
        "result",
        _id(),
        *_of("result", "round_id", "round"),
        *_of("result", "unit_id", "unit"),
        sa.Column("parent_id", sa.String(length=13), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    op.create_table(
        "remark",
        _id(),
        *_of("remark", "round_id", "round"),
        *_of("remark", "unit_id", "unit"),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_table(
        "receipt",
        sa.Column("code", sa.String(length=16), nullable=False),
        *_of("receipt", "round_id", "round"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_receipt")),
    )
    for name in ("ballot_box", "named_ballot"):
        op.create_table(
            name,
            _id(),
            *_of(name, "round_id", "round"),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
    for name in ("turnout", "result", "remark", "receipt", "ballot_box", "named_ballot"):
        op.create_index(op.f(f"ix_{name}_round_id"), name, ["round_id"])


def downgrade() -> None:
    for name in ("named_ballot", "ballot_box", "receipt", "remark", "result", "turnout", "round", "poll"):
        op.drop_table(name)
