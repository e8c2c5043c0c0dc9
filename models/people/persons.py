"""A worker or an officer, union member or not. A name is kept only where somebody gave it, and sealed."""

from __future__ import annotations

from sqlmodel import Field

from config.i18n import with_d
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.ids import new_id
from models.store.sealing import keyed_hash, seal, unseal


class Person(Base, table=True):
    """One human being in one unit. `staff_hash` finds somebody on the roll; who joins by a team's code has none.

    `reporter_id` stands, sealed or hashed, behind the cases this person files: it is the same on all their phones, and is
    drawn anew when they leave, so that nothing leads from a person on the roll to what they filed before. `member`: whether
    they are in the union, as they say: yes, no, unsure, or empty where nobody asked. `muted`: kinds of notice they do not
    want, each between strokes.
    """

    __tablename__ = "person"

    id: str = Id()
    unit_id: str = Ref("unit")
    name: bytes | None = None
    staff_hash: str | None = Field(default=None, unique=True, max_length=32)
    staff_code: bytes | None = None
    reporter_id: str = Field(default_factory=new_id, unique=True, max_length=13)
    language: str = Field(default="", max_length=5)
    member: str = Field(default="", max_length=6)
    muted: str = Field(default="", max_length=200)


def add(session: Session, unit_id: str, *, name: str = "", staff_code: str = "") -> Person:
    person = Person(unit_id=unit_id)
    if name:
        person.name = seal(session, "person.name", person.id, name)
    if staff_code:
        person.staff_hash = staff_hash(session, staff_code)
        person.staff_code = seal(session, "person.staff_code", person.id, staff_code)
    session.add(person)
    session.flush()
    return person


def staff_hash(session: Session, staff_code: str) -> str:
    """What finds a staff code on the roll, in whatever case and with whatever Đ it is written."""
    return keyed_hash(session, "person.staff", with_d(staff_code.strip()).upper())


def staff_code_of(session: Session, person: Person) -> str:
    return unseal(session, "person.staff_code", person.id, person.staff_code) if person.staff_code else ""


def name_of(session: Session, person: Person) -> str:
    """The person's name, or an empty string where none was given."""
    return unseal(session, "person.name", person.id, person.name) if person.name else ""
