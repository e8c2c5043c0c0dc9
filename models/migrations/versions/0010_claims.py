"""claims: an account that waits to be confirmed names the code it was joined with; a case says nothing of its reporter's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL keeps the bytes of a dropped column where they were: they should say nothing.
    op.execute("UPDATE grievance SET verified = true WHERE NOT verified")
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_column("verified")
    with op.batch_alter_table("account", schema=None) as batch_op:
        # Claims from before showed nothing that could be compared: they name no code, and so are over.
        batch_op.add_column(sa.Column("claim", sa.String(length=32), nullable=True))
    op.execute("UPDATE account SET claim = '' WHERE NOT confirmed")
    op.create_index(
        "ix_account_claim",
        "account",
        ["claim"],
        sqlite_where=sa.text("claim IS NOT NULL"),
        postgresql_where=sa.text("claim IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_account_claim", table_name="account")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("claim")
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.false()))
