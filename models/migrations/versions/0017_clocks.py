"""cases have a clock, and what officers are still to be told of it. Open cases from before begin theirs at the first tick"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("running_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settle_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rungs", sa.String(length=48), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("calendar", sa.String(length=16), nullable=True))
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.alter_column("left_minutes", server_default=None)
        batch_op.alter_column("rungs", server_default=None)
        batch_op.create_index("ix_grievance_next_at", ["next_at"])
        batch_op.create_index(op.f("ix_grievance_calendar"), ["calendar"])
    op.execute("UPDATE grievance SET calendar = '' WHERE state IN ('new', 'acknowledged', 'answered', 'proposed')")
    op.create_table(
        "rung",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("grievance_id", sa.String(length=13), nullable=False),
        sa.Column("unit_id", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name=op.f("fk_rung_grievance_id_grievance")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_rung_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rung")),
    )
    op.create_index(op.f("ix_rung_grievance_id"), "rung", ["grievance_id"])
    op.create_index(op.f("ix_rung_unit_id"), "rung", ["unit_id"])
    op.create_index("ix_rung_waiting", "rung", ["batch", "tell_at"])


def downgrade() -> None:
    op.drop_table("rung")
    op.execute("UPDATE grievance SET state = 'settled' WHERE state = 'unconfirmed'")
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_index("ix_grievance_calendar")
        batch_op.drop_index("ix_grievance_next_at")
        for name in ("calendar", "rungs", "next_at", "settle_at", "running_since", "left_minutes"):
            batch_op.drop_column(name)
