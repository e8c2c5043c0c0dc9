"""what was written and never read goes: a unit's time zone and validity, a case's closing time (its entries tell it)"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unit", schema=None) as batch_op:
        for name in ("time_zone", "valid_from", "valid_to"):
            batch_op.drop_column(name)
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_column("closed_at")


def downgrade() -> None:
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("time_zone", sa.String(length=40), nullable=False, server_default="Asia/Ho_Chi_Minh"))
