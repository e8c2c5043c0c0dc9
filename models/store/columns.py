"""Column shapes that more than one table uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlmodel import Field

from models.store.ids import new_id


def Id() -> Any:  # noqa: N802 - reads like the Field it makes
    """The primary key: random, made by us, 13 characters."""
    return Field(default_factory=new_id, primary_key=True, max_length=13)


def Ref(table: str, *, optional: bool = False, index: bool = True) -> Any:  # noqa: N802
    """A reference to another table's id."""
    if optional:
        return Field(default=None, sa_column_args=(ForeignKey(f"{table}.id"),), index=index, max_length=13)
    return Field(sa_column_args=(ForeignKey(f"{table}.id"),), index=index, max_length=13)
