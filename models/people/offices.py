"""Offices: the role a person holds in a unit, from a day to a day. What an office allows stands in models.people.rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, select
from sqlmodel import Field, col

from models.people import rights, units
from models.people.accounts import Account
from models.people.persons import Person
from models.people.units import Unit
from models.store.columns import Id, Ref
from models.store.database import Base, Session


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
    deputy_for: str | None = Ref("office", optional=True)


def held_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """The offices held on `day`, as a condition."""
    started = or_(col(Office.from_day).is_(None), col(Office.from_day) <= day)
    return started & or_(col(Office.to_day).is_(None), col(Office.to_day) >= day)


# Built once, because building these questions costs several times what asking them does.
_DAY: BindParameter[date] = bindparam("day")
_HELD = held_on(_DAY)
_HELD_BY = select(Office).where(col(Office.person_id) == bindparam("person"), _HELD).order_by(col(Office.id))
_HELD_IN = select(Office).where(col(Office.unit_id).in_(bindparam("units", expanding=True)), _HELD).order_by(col(Office.id))
_OFFICERS = (
    select(Account, Person, Office)
    .join(Person, col(Person.id) == col(Account.person_id))
    .join(Office, col(Office.person_id) == col(Person.id))
    .where(
        col(Office.unit_id).in_(bindparam("units", expanding=True)),
        col(Office.role).in_(bindparam("roles", expanding=True)),
        _HELD,
        col(Account.confirmed).is_(True),
    )
    .order_by(col(Account.id))
)
_SEATS = select(
    col(Office.unit_id),
    col(Office.person_id),
    col(Office.role),
    col(Office.deputy_for),
    exists().where(col(Account.person_id) == col(Office.person_id), col(Account.confirmed).is_(True)).label("reachable"),
).where(col(Office.unit_id).in_(bindparam("units", expanding=True)), _HELD)
_ANSWERING = _OFFICERS.with_only_columns(col(Office.unit_id), col(Person.id)).order_by(None).distinct()


def held_by(session: Session, person_id: str, day: date) -> Sequence[Office]:
    """The offices this person holds on `day`."""
    return session.execute(_HELD_BY, {"person": person_id, "day": day}).scalars().all()


def answers_for(session: Session, person_id: str, day: date, right: rights.Right = rights.HANDLE) -> list[str]:
    """The units in which this person holds an office that gives them `right` there."""
    return rights.units_of(held_by(session, person_id, day), right)


def may(session: Session, person_id: str, right: rights.Right, unit_id: str, day: date) -> bool:
    """Whether this person's offices give them `right` over the unit on `day`, by standing in it, above or below."""
    return may_with(session, held_by(session, person_id, day), right, unit_id)


def may_with(session: Session, held: Sequence[Office], right: rights.Right, unit_id: str) -> bool:
    """The same with offices that are at hand."""
    return bool(held) and rights.allow(held, right, [unit.id for unit in units.path(session, unit_id)])


def ever_held(session: Session, person_id: str, unit_ids: Sequence[str]) -> bool:
    """Whether this person holds, or held at any time, an office in one of these units."""
    statement = select(col(Office.id)).where(col(Office.person_id) == person_id, col(Office.unit_id).in_(unit_ids))
    return session.execute(statement.limit(1)).first() is not None


def held_in(session: Session, unit_ids: Iterable[str], day: date) -> Sequence[Office]:
    """The offices held in these units on `day`, with or without an account."""
    return session.execute(_HELD_IN, {"units": list(unit_ids), "day": day}).scalars().all()


@dataclass(frozen=True, slots=True)
class Seat:
    """An office held in a unit, and whether its holder can be reached."""

    unit_id: str
    person_id: str
    role: str
    deputy_for: str | None
    reachable: bool

    @property
    def answers(self) -> bool:
        """Whether its holder answers for the unit, and can be reached."""
        return self.reachable and rights.may(self.role, "own", rights.ANSWER)

    @property
    def handles(self) -> bool:
        """The same of cases that come to their role."""
        return self.reachable and rights.may(self.role, "own", rights.HANDLE)

    @property
    def in_own_right(self) -> bool:
        """Whether it is not exercised for somebody who is away."""
        return self.deputy_for is None


def seats(session: Session, among: Sequence[Unit], day: date) -> list[Seat]:
    """The offices held in these units on `day`: what `held_in` and `answering` say, in one question, because every review
    of a grievance asks it."""
    rows = session.connection().execute(_SEATS, {"units": [unit.id for unit in among], "day": day})
    return [Seat(row.unit_id, row.person_id, row.role, row.deputy_for, row.reachable) for row in rows]


def deputies(session: Session, office_id: str, day: date) -> Sequence[Office]:
    """Those who exercise this office for its holder on `day`."""
    statement = select(Office).where(col(Office.deputy_for) == office_id, held_on(day))
    return session.execute(statement).scalars().all()


def deputise(session: Session, own: Office, person_id: str, from_day: date, to_day: date) -> None:
    """Lets another person exercise this office from one day to another; an earlier deputy's time ends."""
    end_deputies(session, own.id, from_day)
    session.add(
        Office(person_id=person_id, unit_id=own.unit_id, role=own.role, from_day=from_day, to_day=to_day, deputy_for=own.id)
    )
    session.flush()


def end_deputies(session: Session, office_id: str, day: date) -> None:
    for deputy in deputies(session, office_id, day):
        session.delete(deputy)
    session.flush()


def holders(session: Session, unit_id: str, day: date) -> list[tuple[Person, bool]]:
    """Everyone who holds an office in this unit on `day`, and whether they have joined with a chat."""
    statement = (
        select(Person, func.count(col(Account.id)))
        .join(Office, col(Office.person_id) == col(Person.id))
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(col(Office.unit_id) == unit_id, held_on(day))
        .group_by(col(Person.id))
        .order_by(col(Person.id))
    )
    return [(person, joined > 0) for person, joined in session.execute(statement)]


def officers_of(
    session: Session, unit_id: str, day: date, right: rights.Right = rights.HANDLE
) -> Sequence[tuple[Account, Person, Office]]:
    """Everyone whose office in this unit gives them `right` on `day` and who can be reached: confirmed accounts only."""
    rows = session.execute(_OFFICERS, {"units": [unit_id], "day": day, "roles": rights.roles(right)})
    return [(account, person, office) for account, person, office in rows]


def answering(
    session: Session, among: Sequence[Unit], day: date, right: rights.Right = rights.ANSWER
) -> dict[str, set[str]]:
    """Who answers for these units, or has another `right` in them, by unit id: ids of people, of those only who can be
    reached."""
    found: dict[str, set[str]] = {}
    asked = {"units": [unit.id for unit in among], "day": day, "roles": rights.roles(right)}
    for unit_id, person_id in session.execute(_ANSWERING, asked):
        found.setdefault(unit_id, set()).add(person_id)
    return found


def reachable(session: Session, right: rights.Right, day: date) -> Sequence[Account]:
    """The confirmed accounts of everyone whose office, in whatever unit, gives them this right on `day`."""
    role = col(Office.role).in_(rights.roles(right))
    of_holders = col(Account.person_id).in_(select(col(Office.person_id)).where(role, held_on(day)))
    statement = select(Account).where(of_holders, col(Account.confirmed).is_(True)).order_by(col(Account.id))
    return session.execute(statement).scalars().all()
