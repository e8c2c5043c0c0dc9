"""Offices: the role a person holds in a unit, from a day to a day. Who may do what is asked here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlmodel import Field, col

from models.account import Account
from models.columns import Id, Ref
from models.database import Base, Session
from models.person import Person
from models.unit import Unit

HANDLERS = ("leader", "deputy_leader", "chair", "vice_chair", "committee", "superior")
"""Roles that receive and answer cases of their unit."""


class Office(Base, table=True):
    """`role` of a person in a unit. `from_day` and `to_day` are inclusive; an open end is None."""

    __tablename__ = "office"

    id: str = Id()
    person_id: str = Ref("person")
    unit_id: str = Ref("unit")
    role: str = Field(max_length=24)
    from_day: date | None = None
    to_day: date | None = None


# Built once, because building these questions costs several times what asking them does.
_DAY: BindParameter[date] = bindparam("day")
_HELD: ColumnElement[bool] = or_(col(Office.from_day).is_(None), col(Office.from_day) <= _DAY) & or_(
    col(Office.to_day).is_(None), col(Office.to_day) >= _DAY
)
_HELD_BY = select(Office).where(col(Office.person_id) == bindparam("person"), _HELD).order_by(col(Office.id))
_OFFICERS = (
    select(Account, Person, Office)
    .join(Person, col(Person.id) == col(Account.person_id))
    .join(Office, col(Office.person_id) == col(Person.id))
    .where(
        col(Office.unit_id).in_(bindparam("units", expanding=True)),
        col(Office.role).in_(HANDLERS),
        _HELD,
        col(Account.confirmed).is_(True),
    )
    .order_by(col(Account.id))
)
_ANSWERED = _OFFICERS.with_only_columns(col(Office.unit_id)).order_by(None).distinct()


def held_by(session: Session, person_id: str, day: date) -> Sequence[Office]:
    """The offices this person holds on `day`."""
    return session.execute(_HELD_BY, {"person": person_id, "day": day}).scalars().all()


def officers_of(session: Session, unit_id: str, day: date) -> Sequence[tuple[Account, Person, Office]]:
    """Everyone who handles cases in this unit on `day` and can be reached: confirmed accounts only."""
    found = session.execute(_OFFICERS, {"units": [unit_id], "day": day})
    return [(account, person, office) for account, person, office in found]


def answered_for(session: Session, units: Sequence[Unit], day: date) -> list[Unit]:
    """Those of these units that somebody answers for, in their order."""
    given = {"units": [unit.id for unit in units], "day": day}
    answered = set(session.connection().execute(_ANSWERED, given).scalars())
    return [unit for unit in units if unit.id in answered]


def nearest_officers(session: Session, units: Sequence[Unit], day: date) -> Unit | None:
    """The first of these units that somebody answers for."""
    return next(iter(answered_for(session, units, day)), None)
