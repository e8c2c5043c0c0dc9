"""claims to an office that sit beside a worker's chat"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_claim",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_claim")),
    )


def downgrade() -> None:
    op.drop_table("worker_claim")
