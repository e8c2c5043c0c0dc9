"""The case from start to end: who is barred, who handles it, deputies, saved replies, what the clock has fired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firing",
        sa.Column("schedule", sa.String(length=32), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "fire_at", name=op.f("pk_firing")),
    )
    op.create_table(
        "saved_reply",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("unit_id", sa.String(length=13), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_saved_reply_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
    )
    with op.batch_alter_table("saved_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_reply_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "exclusion",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("grievance_id", sa.String(length=13), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name=op.f("fk_exclusion_grievance_id_grievance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_grievance_id"), ["grievance_id"], unique=False)

    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assignee_id", sa.String(length=13), nullable=True))
        batch_op.add_column(sa.Column("spoken_to", sa.String(length=13), nullable=True))
        # A value for the cases there are; the model has no such default, so it goes again.
        batch_op.add_column(sa.Column("name_for", sa.String(length=12), nullable=False, server_default="all"))
        batch_op.alter_column("route", existing_type=sa.BLOB(), nullable=True)
        batch_op.alter_column("mark", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_index(batch_op.f("ix_grievance_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grievance_spoken_to"), ["spoken_to"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_grievance_assignee_id_person"), "person", ["assignee_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_grievance_spoken_to_person"), "person", ["spoken_to"], ["id"])

    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.alter_column("name_for", existing_type=sa.String(length=12), server_default=None)

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE entry SET number = 1 WHERE kind <> 'report'")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=sa.Integer(), server_default=None)

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_for", sa.String(length=13), nullable=True))
        batch_op.create_index(batch_op.f("ix_office_deputy_for"), ["deputy_for"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_office_deputy_for_office"), "office", ["deputy_for"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_office_deputy_for_office"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_office_deputy_for"))
        batch_op.drop_column("deputy_for")

    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_grievance_spoken_to_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_grievance_assignee_id_person"), type_="foreignkey")
        batch_op.alter_column("mark", existing_type=sa.VARCHAR(length=32), nullable=False)
        batch_op.alter_column("route", existing_type=sa.BLOB(), nullable=False)
        batch_op.drop_index(batch_op.f("ix_grievance_spoken_to"))
        batch_op.drop_index(batch_op.f("ix_grievance_assignee_id"))
        batch_op.drop_column("name_for")
        batch_op.drop_column("spoken_to")
        batch_op.drop_column("assignee_id")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_column("number")

    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_grievance_id"))

    op.drop_table("exclusion")
    with op.batch_alter_table("saved_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_reply_unit_id"))

    op.drop_table("saved_reply")
    op.drop_table("firing")
