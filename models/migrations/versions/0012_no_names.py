"""turns, and what waits for a chat, no longer name it: rows are counted, not keyed; where chats stood is forgotten once"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _body() -> sa.Column[bytes]:
    return sa.Column("body", sa.LargeBinary(), nullable=False)


def _table(name: str, *columns: sa.Column[Any], id_length: int) -> None:
    op.create_table(
        name,
        sa.Column("number", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("id", sa.String(length=id_length), nullable=False),
        *columns,
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", name=op.f(f"uq_{name}_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f(f"ix_{name}_kept_until"), name, ["kept_until"])


def _anew(name: str, *columns: sa.Column[Any], id_length: int, keep: str = "") -> None:
    """The table made again in its new shape. `keep`: the columns whose rows come along (with their day)."""
    op.rename_table(name, f"{name}_before")
    for index in sa.inspect(op.get_bind()).get_indexes(f"{name}_before"):
        op.drop_index(str(index["name"]), table_name=f"{name}_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {name}_before DROP CONSTRAINT pk_{name}")
    _table(name, *columns, id_length=id_length)
    if keep:
        op.execute(f"INSERT INTO {name} ({keep}) SELECT {keep} FROM {name}_before ORDER BY id")  # noqa: S608
    op.drop_table(f"{name}_before")


def upgrade() -> None:
    op.drop_table("conversation")
    _table("conversation", sa.Column("state", sa.LargeBinary(), nullable=False), id_length=32)

    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_until", sa.Date(), nullable=True))
    op.execute("UPDATE intake SET kept_until = CURRENT_DATE" if _postgres() else "UPDATE intake SET kept_until = date()")
    _anew("intake", _body(), id_length=13, keep="id, body, kept_until")

    recipient = sa.Column("recipient", sa.String(length=32), nullable=False)
    _anew("news", recipient, _body(), id_length=13, keep="id, recipient, body, kept_until")
    recipient = sa.Column("recipient", sa.String(length=128), nullable=False)
    guest: sa.Column[bool] = sa.Column("guest", sa.Boolean(), nullable=False)
    _anew("mailbox", recipient, _body(), guest, id_length=64, keep="id, recipient, body, guest, kept_until")
    op.create_index(
        "ix_mailbox_guest",
        "mailbox",
        ["id"],
        sqlite_where=sa.text("guest IS 1"),
        postgresql_where=sa.text("guest IS true"),
    )

    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_chat")
        batch_op.drop_column("chat")


def _postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def downgrade() -> None:
    raise NotImplementedError("names that were never written cannot be found again")
