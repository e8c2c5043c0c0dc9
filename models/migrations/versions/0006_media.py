"""media: attachments, what is to be fetched, links that open one once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_table(
        "enclosure",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_enclosure_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
    )
    for name in ("pickup", "media_link"):
        op.create_table(
            name,
            sa.Column("id", sa.String(length=32), nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.Column("kept_until", sa.Date(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_kept_until"), name, ["kept_until"])


def downgrade() -> None:
    for name in ("media_link", "pickup", "enclosure", "attachment"):
        op.drop_table(name)
