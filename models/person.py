"""A worker or an officer, union member or not. A name is kept only where somebody gave it, and sealed."""

from __future__ import annotations

from sqlmodel import Field

from models.columns import Id, Ref
from models.database import Base, Session
from models.sealing import keyed_hash, seal, unseal


class Person(Base, table=True):
    """One human being in one unit. `staff_hash` finds an officer on the roll; who joins by a team's code has none."""

    __tablename__ = "person"

    id: str = Id()
    unit_id: str = Ref("unit")
    name: bytes | None = None
    staff_hash: str | None = Field(default=None, unique=True, max_length=32)


def add(session: Session, unit_id: str, *, name: str = "", staff_code: str = "") -> Person:
    person = Person(unit_id=unit_id)
    if name:
        person.name = seal(session, "person.name", person.id, name)
    if staff_code:
        person.staff_hash = keyed_hash(session, "person.staff", staff_code.strip().upper())
    session.add(person)
    session.flush()
    return person


def name_of(session: Session, person: Person) -> str:
    """The person's name, or an empty string where none was given."""
    return unseal(session, "person.name", person.id, person.name) if person.name else ""
