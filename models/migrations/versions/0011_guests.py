"""mailbox: which rows wait for guests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        # What waits now is a member's: a guest's message that is taken for one is swept after 30 days, as before.
        batch_op.add_column(sa.Column("guest", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.alter_column("guest", server_default=None)
        batch_op.create_index(
            "ix_mailbox_guest",
            ["id"],
            unique=False,
            sqlite_where=sa.text("guest IS 1"),
            postgresql_where=sa.text("guest IS true"),
        )


def downgrade() -> None:
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.drop_index("ix_mailbox_guest")
        batch_op.drop_column("guest")
