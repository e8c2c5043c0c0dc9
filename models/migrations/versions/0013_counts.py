"""counts: as they stood last night; how many people work in a unit; what is said of a notice's size"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "night_count",
        sa.Column("id", sa.String(length=90), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_count")),
    )
    with op.batch_alter_table("unit") as unit:
        unit.add_column(sa.Column("headcount", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("broadcast") as broadcast:
        broadcast.add_column(sa.Column("shown_size", sa.String(length=20), nullable=False, server_default="few"))
        broadcast.add_column(sa.Column("through_at", sa.DateTime(timezone=True), nullable=True))
        broadcast.add_column(sa.Column("passed", sa.String(length=400), nullable=False, server_default=""))
    with op.batch_alter_table("unit") as unit:
        unit.alter_column("headcount", server_default=None)
    with op.batch_alter_table("broadcast") as broadcast:
        broadcast.alter_column("shown_size", server_default=None)
        broadcast.alter_column("passed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("broadcast") as broadcast:
        broadcast.drop_column("passed")
        broadcast.drop_column("through_at")
        broadcast.drop_column("shown_size")
    with op.batch_alter_table("unit") as unit:
        unit.drop_column("headcount")
    op.drop_table("night_count")
