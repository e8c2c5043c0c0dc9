"""The union's tree: federation … grassroots union (CĐCS) … team (tổ công đoàn), of any depth.

Kinds are data (config/units.toml), because the real tree changes by law: the district level ended on 1 July 2025. What the
code asks of a kind is only its *level*: team, grassroots or superior.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from config.tables import table
from models.columns import Id, Ref
from models.database import Base, Session

Level = Literal["team", "grassroots", "superior"]


class Unit(Base, table=True):
    """One node of the tree. `parent_id` is empty at the root."""

    __tablename__ = "unit"

    id: str = Id()
    parent_id: str | None = Ref("unit", optional=True)
    kind: str = Field(max_length=24)
    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    sector: str = Field(default="", max_length=24)
    valid_from: date | None = None
    valid_to: date | None = None


def level(unit: Unit) -> Level:
    found: Level = table("units")[unit.kind]["level"]
    return found


def get(session: Session, unit_id: str) -> Unit:
    return session.get_one(Unit, unit_id)


def _path() -> Select[Unit]:
    """The question `path` asks: from one unit upwards, in one statement."""
    first = select(col(Unit.id), col(Unit.parent_id), literal(0).label("steps")).where(col(Unit.id) == bindparam("start"))
    above = first.cte("above", recursive=True)
    parent = aliased(Unit)
    above = above.union_all(
        select(col(parent.id), col(parent.parent_id), above.c.steps + 1).where(col(parent.id) == above.c.parent_id)
    )
    return select(Unit).join(above, above.c.id == col(Unit.id)).order_by(above.c.steps)


_PATH = _path()  # built once: building it costs more than asking


def path(session: Session, unit_id: str) -> Sequence[Unit]:
    """The unit and those above it, nearest first."""
    return session.execute(_PATH, {"start": unit_id}).scalars().all()


def grassroots_of(session: Session, unit_id: str) -> Unit:
    """The grassroots union this unit belongs to; the unit itself when there is none above it."""
    above = path(session, unit_id)
    return next((unit for unit in above if level(unit) == "grassroots"), above[0])


def below(session: Session, unit_id: str) -> set[str]:
    """Ids of the unit and of everything below it."""
    found = {unit_id}
    edge = {unit_id}
    while edge:
        rows = session.execute(select(col(Unit.id)).where(col(Unit.parent_id).in_(edge)))
        edge = set(rows.scalars()) - found
        found |= edge
    return found
