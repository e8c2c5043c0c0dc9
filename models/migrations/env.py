"""Alembic's door: runs the chain on the connection that models.store.schema opened."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.all_tables import METADATA


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Plain SQLAlchemy types in migrations, so that old ones outlive SQLModel's own."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _same_type(_context: Any, _inspected: Any, _meta: Any, found: Any, wanted: Any) -> bool | None:
    """UTCDateTime is a timestamp with time zone; None lets Alembic compare the rest."""
    return False if isinstance(wanted, UTCDateTime) and isinstance(found, sa.types.DateTime | sa.types.TIMESTAMP) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=_render,
    compare_type=_same_type,
    transaction_per_migration=False,
)
context.run_migrations()
