"""Offices: the role a person holds in a unit, from a day to a day. Who may do what is asked here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Field, col

from models.account import Account
from models.columns import Id, Ref
from models.database import Base, Session
from models.person import Person
from models.unit import Unit

HANDLERS = ("leader", "deputy_leader", "chair", "vice_chair", "committee", "superior")
"""Roles that receive and answer cases of their unit."""


class Office(Base, table=True):
    """`role` of a person in a unit. `from_day` and `to_day` are inclusive; an open end is None. `deputy_for` is the office
    that is exercised for somebody who is away."""

    __tablename__ = "office"

    id: str = Id()
    person_id: str = Ref("person")
    unit_id: str = Ref("unit")
    role: str = Field(max_length=24)
    from_day: date | None = None
    to_day: date | None = None
    deputy_for: str | None = Field(default=None, foreign_key="office.id", max_length=13)


def _held_on(day: date) -> ColumnElement[bool]:
    started = or_(col(Office.from_day).is_(None), col(Office.from_day) <= day)
    return started & or_(col(Office.to_day).is_(None), col(Office.to_day) >= day)


def held_by(session: Session, person_id: str, day: date) -> Sequence[Office]:
    """The offices this person holds on `day`."""
    return (
        session.execute(select(Office).where(col(Office.person_id) == person_id, _held_on(day)).order_by(col(Office.id)))
        .scalars()
        .all()
    )


def everybody(session: Session, day: date) -> Sequence[tuple[Account, Person]]:
    """Every officer who handles cases on `day` and can be reached, once."""
    found = session.execute(
        select(Account, Person)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            col(Account.confirmed).is_(True),
            exists().where(col(Office.person_id) == col(Person.id), col(Office.role).in_(HANDLERS), _held_on(day)),
        )
        .order_by(col(Account.id))
    )
    return [(account, person) for account, person in found]


def deputies(session: Session, office_id: str, day: date) -> Sequence[Office]:
    """Those who exercise this office for its holder on `day`."""
    statement = select(Office).where(col(Office.deputy_for) == office_id, _held_on(day))
    return session.execute(statement).scalars().all()


def deputise(session: Session, own: Office, person_id: str, from_day: date, to_day: date) -> None:
    """Lets another person exercise this office from one day to another; an earlier deputy's time ends."""
    end_deputies(session, own.id, from_day)
    session.add(
        Office(
            person_id=person_id,
            unit_id=own.unit_id,
            role=own.role,
            from_day=from_day,
            to_day=to_day,
            deputy_for=own.id,
        )
    )
    session.flush()


def end_deputies(session: Session, office_id: str, day: date) -> None:
    for deputy in deputies(session, office_id, day):
        session.delete(deputy)
    session.flush()


def held_in(session: Session, unit_id: str, day: date) -> Sequence[Office]:
    """The offices held in this unit on `day`, with or without an account."""
    return (
        session.execute(select(Office).where(col(Office.unit_id) == unit_id, _held_on(day)).order_by(col(Office.id)))
        .scalars()
        .all()
    )


def officers_of(session: Session, unit_id: str, day: date) -> Sequence[tuple[Account, Person, Office]]:
    """Everyone who handles cases in this unit on `day` and can be reached: confirmed accounts only."""
    found = session.execute(
        select(Account, Person, Office)
        .join(Person, col(Person.id) == col(Account.person_id))
        .join(Office, col(Office.person_id) == col(Person.id))
        .where(
            col(Office.unit_id) == unit_id,
            col(Office.role).in_(HANDLERS),
            _held_on(day),
            col(Account.confirmed).is_(True),
        )
        .order_by(col(Account.id))
    )
    return [(account, person, office) for account, person, office in found]


def nearest_officers(session: Session, units: Sequence[Unit], day: date, passed_over: Sequence[Unit] = ()) -> Unit | None:
    """The first of these units that somebody answers for who holds no office in a unit passed over."""
    barred = {held.person_id for one in passed_over for held in held_in(session, one.id, day)}
    for unit in units:
        if any(somebody.id not in barred for _account, somebody, _office in officers_of(session, unit.id, day)):
            return unit
    return None
