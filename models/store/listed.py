"""A list that stays in the database but for the page that is looked at: a province's notices of ten years need not be read
to show the newest eight and say how many there are. Apart from the rest because every subject lists something."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from models.store.database import Session

T = TypeVar("T")


class Listed(Generic[T]):
    """The rows that a statement finds, in its order, which must be one that does not change from page to page. Its slices
    are read when they are asked for; a statement of several things finds tuples."""

    def __init__(self, session: Session, statement: Select[*tuple[Any, ...]]) -> None:
        self._session = session
        self._statement = statement

    @cached_property
    def _count(self) -> int:
        inner = self._statement.order_by(None).subquery()
        return int(self._session.execute(select(func.count()).select_from(inner)).scalar_one())

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Sequence[T]:
        start = part.start or 0
        wanted = self._statement.offset(start)
        if part.stop is not None:
            wanted = wanted.limit(max(0, part.stop - start))
        rows = self._session.execute(wanted)
        single = len(self._statement.column_descriptions) == 1
        found: list[Any] = [row[0] if single else tuple(row) for row in rows]
        return found
