"""The union's tree: federation … grassroots union (CĐCS) … team (tổ công đoàn), of any depth.

Kinds are data (config/units.toml), because the real tree changes by law: the district level ended on 1 July 2025. What the
code asks of a kind is only its *level*: team, grassroots or superior.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from config.i18n import fold, with_d
from config.tables import table
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.trust import audit

Level = Literal["team", "grassroots", "superior"]
LEVELS: tuple[Level, ...] = ("team", "grassroots", "superior")


class Unit(Base, table=True):
    """One node of the tree. `parent_id` is empty at the root. `night_shift`: quiet hours hold no notices for it and below.
    `headcount`: how many people work in it and below, as the union's own list says; 0 where it does not."""

    __tablename__ = "unit"

    id: str = Id()
    parent_id: str | None = Ref("unit", optional=True)
    kind: str = Field(max_length=24)
    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    sector: str = Field(default="", max_length=24)
    night_shift: bool = False
    headcount: int = 0


def level(unit: Unit) -> Level:
    found: Level = table("units")[unit.kind]["level"]
    return found


def of_level(session: Session, wanted: Level) -> Sequence[Unit]:
    """All units of this level, by code."""
    return session.execute(select(Unit).where(col(Unit.kind).in_(kinds(wanted))).order_by(col(Unit.code))).scalars().all()


def kinds(wanted: Level) -> list[str]:
    """The kinds of this level."""
    return [kind for kind, given in table("units").items() if given["level"] == wanted]


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


def _below() -> Select[str]:
    """A UNION, not UNION ALL, ends also where units stand in a circle."""
    first = select(col(Unit.id)).where(col(Unit.id) == bindparam("start"))
    found = first.cte("found", recursive=True)
    child = aliased(Unit)
    return select(found.union(select(col(child.id)).where(col(child.parent_id) == found.c.id)).c.id)


_PATH = _path()  # built once: building it costs more than asking
BELOW = _below()
"""The question `below` asks, in one statement: a list of a province's units would not fit between brackets."""


def with_code(session: Session, code: str) -> Unit | None:
    statement = select(Unit).where(col(Unit.code) == with_d(code.strip()).upper())
    return session.execute(statement).scalar_one_or_none()


def from_the_top(session: Session, unit_id: str | None = None) -> list[Unit]:
    """The unit and all below it (None: every unit), those above first, then by code."""
    children: dict[str | None, list[Unit]] = {}
    for unit in session.execute(select(Unit).order_by(col(Unit.code))).scalars():
        children.setdefault(unit.parent_id, []).append(unit)
    edge = children.get(None, []) if unit_id is None else [get(session, unit_id)]
    found: list[Unit] = []
    while edge:
        found += edge
        edge = [child for unit in edge for child in children.get(unit.id, [])]
    return found


def takes_workers(session: Session, unit: Unit) -> bool:
    """Whether workers join in this unit itself: a team, or a grassroots union that has no teams."""
    if level(unit) == "grassroots":
        return session.execute(select(col(Unit.id)).where(col(Unit.parent_id) == unit.id).limit(1)).first() is None
    return level(unit) == "team"


def set_night_shift(session: Session, unit: Unit, officer_id: str, now: datetime) -> None:
    """Whether the unit works at night, and receives all notices then: changed to what it was not."""
    unit.night_shift = not unit.night_shift
    session.add(unit)
    session.flush()
    audit.note(session, officer_id, "night_shift", unit.id, now)


def children(session: Session, unit_id: str) -> Sequence[Unit]:
    """The units right below, by code."""
    return session.execute(select(Unit).where(col(Unit.parent_id) == unit_id).order_by(col(Unit.code))).scalars().all()


def named(session: Session, unit_ids: Sequence[str], wanted: str) -> list[Unit]:
    """The units that have this name, among these and those below them, with or without accents; where none has it, those
    whose name has it in it."""
    below_them = {unit.id: unit for unit_id in unit_ids for unit in from_the_top(session, unit_id)}.values()
    exactly = [unit for unit in below_them if fold(unit.name) == fold(wanted)]
    return exactly or [unit for unit in below_them if fold(wanted) in fold(unit.name)]


def sectors(session: Session, unit_ids: Sequence[str]) -> list[str]:
    """The sectors of these units and of those below them."""
    chosen = {one for unit_id in unit_ids for one in below(session, unit_id)}
    rows = session.execute(select(col(Unit.id), col(Unit.sector)).where(col(Unit.sector) != ""))
    return sorted({sector for unit_id, sector in rows if unit_id in chosen})


def path(session: Session, unit_id: str) -> Sequence[Unit]:
    """The unit and those above it, nearest first."""
    return session.execute(_PATH, {"start": unit_id}).scalars().all()


def grassroots_of(session: Session, unit_id: str) -> Unit:
    """The grassroots union this unit belongs to; the unit itself when there is none above it."""
    return grassroots_in(path(session, unit_id))


def grassroots_in(path: Sequence[Unit]) -> Unit:
    """The same of a unit and those above it."""
    return next((unit for unit in path if level(unit) == "grassroots"), path[0])


def below(session: Session, unit_id: str) -> set[str]:
    """Ids of the unit and of everything below it."""
    return set(session.execute(BELOW, {"start": unit_id}).scalars())
