"""What the roll knows, asked only to protect: is this a staff code, which names are there."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlmodel import col

from models import unit
from models.database import Session
from models.person import Person, name_of
from models.sealing import keyed_hash


def is_staff_code(session: Session, text: str) -> bool:
    hashed = keyed_hash(session, "person.staff", text.strip().upper())
    return bool(session.execute(select(exists().where(col(Person.staff_hash) == hashed))).scalar_one())


def names_below(session: Session, unit_id: str) -> list[str]:
    """The names on the roll of a unit and all below it."""
    named = select(Person).where(col(Person.unit_id).in_(unit.below(session, unit_id)), col(Person.name).is_not(None))
    return [name_of(session, person) for person in session.execute(named).scalars()]
