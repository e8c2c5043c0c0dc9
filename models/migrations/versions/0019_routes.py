"""a case may be for some roles of a unit only, and say since when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("to_roles", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("routed_to", sa.String(length=13), nullable=True))
        batch_op.add_column(sa.Column("since", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.alter_column("to_roles", server_default=None)
        batch_op.create_foreign_key(op.f("fk_grievance_routed_to_unit"), "unit", ["routed_to"], ["id"])
        batch_op.create_index(op.f("ix_grievance_routed_to"), ["routed_to"])


def downgrade() -> None:
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_grievance_routed_to"))
        batch_op.drop_constraint(op.f("fk_grievance_routed_to_unit"), type_="foreignkey")
        for name in ("since", "routed_to", "to_roles"):
            batch_op.drop_column(name)
