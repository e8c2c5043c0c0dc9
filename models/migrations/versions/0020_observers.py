"""officers may read a case along without handling it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "observer",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("grievance_id", sa.String(length=13), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name=op.f("fk_observer_grievance_id_grievance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observer")),
        sa.UniqueConstraint("grievance_id", "who", name=op.f("uq_observer_grievance_id_who")),
    )
    op.create_index(op.f("ix_observer_grievance_id"), "observer", ["grievance_id"])
    op.create_index(op.f("ix_observer_who"), "observer", ["who"])


def downgrade() -> None:
    op.drop_table("observer")
