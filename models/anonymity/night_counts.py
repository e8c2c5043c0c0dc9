"""Counts as they stood last night, in steps (models.anonymity.counts): what officers' screens read, and all they read.

A row holds what is shown and how often it has moved, and so nothing that is not shown; the true number is counted in the
night, compared and forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlmodel import Field, col

from models.anonymity.counts import Series, floor, moved, steps_to
from models.store.database import Base, Session, upsert
from models.store.sealing import keyed_hash

_AT_ONCE = 500
"""Rows named in one statement: both databases limit its parameters."""


class NightCount(Base, table=True):
    """`id`: the series and what is counted. `people`: so many at least, 0 where nothing is said. `k`: in whose steps.
    `moves`: how often that changed, so that edges are drawn anew."""

    __tablename__ = "night_count"

    id: str = Field(primary_key=True, max_length=90)
    people: int
    k: int
    moves: int


def take(session: Session, series: Series, people: Mapping[str, int], k: int) -> None:
    """Tonight's true numbers, by what they count. Of a series that falls, what is not among them has nobody."""
    known = {row.id: row for row in _rows(session, series, None if series.falls else people)}
    for name in {*people, *(row_id.partition(":")[2] for row_id in known)}:
        row_id = f"{series.name}:{name}"
        row = known.get(row_id)
        moves = row.moves if row else 0
        before = row.people if row and row.k == k else 0  # in other steps it begins anew

        def draw(way: str, into: int, row_id: str = row_id, moves: int = moves) -> int:
            return int(keyed_hash(session, "night_count", row_id, str(moves), way, str(into)), 16)

        steps = moved(series, steps_to(series, before, k), people.get(name, 0), k, draw)
        stands = floor(series, steps, k)
        if stands != (row.people if row else 0):
            upsert(session, NightCount, {"id": row_id, "people": stands, "k": k, "moves": moves + 1})


def floors(session: Session, series: Series, names: Iterable[str]) -> dict[str, int]:
    """By what is counted, how many there were at least; 0 where nothing is said."""
    names = list(names)
    known = {row.id.partition(":")[2]: row.people for row in _rows(session, series, names)}
    return {name: known.get(name, 0) for name in names}


def floor_of(session: Session, series: Series, name: str) -> int:
    return floors(session, series, [name])[name]


def _rows(session: Session, series: Series, names: Iterable[str] | None) -> list[NightCount]:
    if names is None:
        statement = select(NightCount).where(col(NightCount.id).startswith(f"{series.name}:", autoescape=True))
        return list(session.execute(statement.execution_options(populate_existing=True)).scalars())
    ids = [f"{series.name}:{name}" for name in names]
    found: list[NightCount] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = select(NightCount).where(col(NightCount.id).in_(ids[start : start + _AT_ONCE]))
        found += session.execute(some.execution_options(populate_existing=True)).scalars()
    return found
