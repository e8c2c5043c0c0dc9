"""What the roll knows, asked only to protect: is this a staff code, which names are there."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select
from sqlmodel import col

from models.people.persons import Person, staff_hash
from models.people.units import BELOW
from models.store.database import Session
from models.store.sealing import unseal

# Built once: building these questions costs more than asking them.
_IS_CODE = select(exists().where(col(Person.staff_hash) == bindparam("hashed")))
_NAMED = select(col(Person.id), col(Person.name)).where(col(Person.unit_id).in_(BELOW), col(Person.name).is_not(None))


def is_staff_code(session: Session, text: str) -> bool:
    return bool(session.execute(_IS_CODE, {"hashed": staff_hash(session, text)}).scalar_one())


def names_below(session: Session, unit_id: str) -> list[str]:
    """The names on the roll of a unit and all below it."""
    found = session.connection().execute(_NAMED, {"start": unit_id})
    return [unseal(session, "person.name", row.id, row.name) for row in found]
