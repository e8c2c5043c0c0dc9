"""Indexes for a province: the open cases of a unit, the chats in a run, a lane in the order of its messages, what failed,
and what an officer wrote (looked for whenever a person's row is deleted)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FAILED = sa.text("state IN ('rejected', 'uncertain')")


def upgrade() -> None:
    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.create_index("ix_grievance_open", ["state", "holder_id", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_grievance_created_at"), ["created_at"], unique=False)

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_busy",
            ["busy"],
            unique=False,
            sqlite_where=sa.text("busy IS 1"),
            postgresql_where=sa.text("busy IS true"),
        )

    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_due")
        batch_op.create_index("ix_outbound_due", ["line", "lane", "position", "state"], unique=False)
        batch_op.drop_index("ix_outbound_chat")
        batch_op.create_index("ix_outbound_chat", ["chat"], unique=False)
        batch_op.create_index(
            "ix_outbound_failed", ["not_before"], unique=False, sqlite_where=FAILED, postgresql_where=FAILED
        )

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_officer_id"), ["officer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_officer_id"))

    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_failed")
        batch_op.drop_index("ix_outbound_due")
        batch_op.create_index("ix_outbound_due", ["line", "state", "lane", "position"], unique=False)
        batch_op.drop_index("ix_outbound_chat")
        batch_op.create_index("ix_outbound_chat", ["chat", "state"], unique=False)

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_busy")

    with op.batch_alter_table("grievance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grievance_created_at"))
        batch_op.drop_index("ix_grievance_open")
