"""polls with names go: members were told that officers see who answered what, and no screen ever showed it. What was kept of
them goes unseen; their sums stay"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("named_ballot")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_column("named")


def downgrade() -> None:
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.add_column(sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "named_ballot",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("round_id", sa.String(length=13), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_named_ballot_round_id", "named_ballot", ["round_id"])
